//! Feeds: RSS of all versions, Atom, RDF and JSON Feed, as posts.
//!
//! Feeds are written by hand and by old programs: what is not well-formed is read as far as it goes. What has no id gets one from what it
//! says. The cursor keeps a short fingerprint of each entry, so that an entry comes once, and once more when it has changed.

mod atom;
mod charset;
mod cursor;
mod entry;
mod json_feed;
mod poll;
mod rss;
mod settings;
#[cfg(test)]
mod tests;
mod tree;

use pointsman_plugin::{Fact, Failure, Feed, Page, Plugin, Pointer, Problem, Timestamp, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Feeds {
    settings: Settings,
}

impl Plugin for Feeds {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Feed for Feeds {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, _now: Timestamp) -> Result<Vec<Fact>, Failure> {
        Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)))
    }
}

plugin!(Feeds: feed);
