//! YouTube: comments on our videos and channel, polled; answers, edits and hiding.
//!
//! A page is a list of threads; a thread holds its first comment and at most five replies, so that longer ones are fetched by a pointer.
//! What a document is, is told by its `kind`, never by the request that brought it.

mod answer;
mod document;
mod poll;
mod sender;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Delivered, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Sender, Timestamp, Undelivered, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Youtube {
    settings: Settings,
}

impl Plugin for Youtube {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Feed for Youtube {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        poll::hydrate(&self.settings, pointer, now)
    }
}

impl Sender for Youtube {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, outbound, now)
    }
}

impl Youtube {
    /// The facts of one JSON document of the API, whatever it is: for tests and tools.
    #[must_use]
    pub fn document(&self, document: &serde_json::Value) -> Vec<Fact> {
        document::facts(document, &self.settings)
    }
}

plugin!(Youtube: feed, sender);
