//! Hacker News: what is said about the company, found by Algolia's search, and single items of the official API.
//!
//! What a document is, is read from its shape. The search does not tell of edits; a comment can be changed for two hours, so what is read
//! may not be the last word.

mod item;
mod poll;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Fact, Failure, Feed, Page, Plugin, Pointer, Problem, Timestamp, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct HackerNews {
    settings: Settings,
}

impl Plugin for HackerNews {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Feed for HackerNews {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        poll::hydrate(&self.settings, pointer, now)
    }
}

plugin!(HackerNews: feed);
