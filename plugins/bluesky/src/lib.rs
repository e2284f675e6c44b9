//! Bluesky: the network's stream (Jetstream), notifications, searches and chats as facts, replies as records and chat messages.
//!
//! Everything has an address, `at://did/collection/key`, which is its id. A record is read by its type, wherever it comes from; a type that
//! is not known becomes an `unsupported` fact.

mod chat;
mod document;
mod facet;
mod feed;
mod frame;
mod notification;
mod person;
mod post;
mod record;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod uri;
mod writing;

use pointsman_plugin::{
    Attribute, Connection, Delivered, Fact, Failure, Feed, Outbound, Page, Plugin, Problem, Refusal, Sender, Step, Timestamp, Undelivered,
    plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Bluesky {
    settings: Settings,
}

impl Plugin for Bluesky {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { settings: settings.checked()? })
    }
}

impl Connection for Bluesky {
    fn opened(&self, _cursor: Option<&[u8]>, _now: Timestamp) -> Step {
        frame::opened(&self.settings)
    }

    fn received(&self, frame: &[u8], _envelope: &[Attribute], cursor: Option<&[u8]>, _now: Timestamp) -> Result<Step, Refusal> {
        frame::received(&self.settings, frame, cursor)
    }
}

impl Feed for Bluesky {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        feed::poll(&self.settings, cursor, now)
    }
}

impl Sender for Bluesky {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, key, outbound, now)
    }
}

impl Bluesky {
    /// The facts of one JSON document of the API, whatever it is: for tests and tools.
    #[must_use]
    pub fn document(&self, document: &serde_json::Value) -> Vec<Fact> {
        document::facts(document, &self.settings)
    }
}

plugin!(Bluesky: connection, feed, sender);
