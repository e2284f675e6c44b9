//! Discourse: posts pushed by a webhook or polled, replies by a user of ours.
//!
//! One forum is one connector. A topic is a conversation; its posts are numbered, and what answers what is told by number, not by id. What
//! the forum itself notes in a topic (closed, pinned, split) are posts too, of a type of their own, and nobody's words.

mod event;
mod poll;
mod post;
mod send;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{
    Delivered, Delivery, Failure, Feed, Outbound, Page, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook,
    plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Discourse {
    settings: Settings,
}

impl Plugin for Discourse {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.checked().map(|settings| Self { settings })
    }
}

impl Webhook for Discourse {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        let facts = event::facts(&body, delivery.header("x-discourse-event"), &self.settings);
        Ok(Reception::of(facts))
    }
}

impl Feed for Discourse {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }
}

impl Sender for Discourse {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        send::find(&self.settings, outbound, now)
    }
}

plugin!(Discourse: webhook, feed, sender);
