//! Mastodon: statuses, notifications and direct conversations, polled or streamed, as facts, and replies as statuses.
//!
//! What a document is, is read from its shape, never from the request that brought it: instances and their forks (Pleroma, GoToSocial,
//! glitch) answer alike but not the same. An unknown shape becomes an `unsupported` fact; nothing that an instance sends makes the plugin
//! fail but bytes that are no JSON.

mod account;
mod cursor;
mod document;
mod frame;
mod notification;
mod poll;
mod sender;
mod settings;
mod status;
#[cfg(test)]
mod tests;

use pointsman_plugin::{
    Attribute, Connection, Delivered, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Refusal, Sender, Step, Timestamp,
    Undelivered, plugin,
};

use settings::Own;
pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Mastodon {
    settings: Settings,
    own: Own,
}

impl Plugin for Mastodon {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let own = settings.own();
        Ok(Self { settings: settings.normalised(), own })
    }
}

impl Feed for Mastodon {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, &self.own, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        poll::hydrate(&self.settings, &self.own, pointer, now)
    }
}

impl Connection for Mastodon {
    fn received(&self, frame: &[u8], _envelope: &[Attribute], _cursor: Option<&[u8]>, _now: Timestamp) -> Result<Step, Refusal> {
        Ok(Step { facts: frame::facts(frame, &self.own)?, ..Step::default() })
    }
}

impl Sender for Mastodon {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, outbound, now)
    }
}

impl Mastodon {
    /// The facts of one JSON document of the API, whatever it is: for tests and tools.
    #[must_use]
    pub fn document(&self, document: &serde_json::Value) -> Vec<Fact> {
        document::facts(document, &self.own)
    }
}

plugin!(Mastodon: feed, connection, sender);
