//! Reddit: posts, comments, mentions, private messages and modmail, polled; comments and messages going out.
//!
//! Reddit pushes nothing. What a document is, is told by its shape, never by the request that brought it. Comments come as trees: replies
//! are read depth first, and places where the tree goes on elsewhere (`more`) are passed over.

mod document;
mod modmail;
mod poll;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod thing;

use pointsman_plugin::{Delivered, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Sender, Timestamp, Undelivered, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Reddit {
    settings: Settings,
}

impl Plugin for Reddit {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Feed for Reddit {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, _now: Timestamp) -> Result<Vec<Fact>, Failure> {
        Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)))
    }
}

impl Sender for Reddit {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, key, outbound, now)
    }
}

impl Reddit {
    /// The facts of one JSON document of the API, whatever it is: for tests and tools.
    #[must_use]
    pub fn document(&self, document: &serde_json::Value) -> Vec<Fact> {
        document::facts(document, &self.settings)
    }
}

plugin!(Reddit: feed, sender);
