//! X: posts, replies, mentions, likes, follows and direct messages as facts, replies as posts and direct messages.
//!
//! What a document is, is read from its shape: the Account Activity API and the old API speak of `id_str` and escaped texts, version 2 of
//! `data` and `includes`, the X Activity API wraps either. An unknown shape becomes an `unsupported` fact.

mod account;
mod activity;
mod direct;
mod document;
mod feed;
mod modern;
mod search;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod tweet;
mod weight;

use pointsman_plugin::{
    Delivered, Delivery, Failure, Feed, Outbound, Page, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook,
    plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct X {
    settings: Settings,
}

impl Plugin for X {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { settings: settings.checked()? })
    }
}

impl Webhook for X {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let document = lenient::document(&delivery.body)?;
        Ok(Reception::of(document::facts(&document, &self.settings.own())))
    }
}

impl Feed for X {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        feed::poll(&self.settings, cursor, now)
    }
}

impl Sender for X {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        search::find(&self.settings, outbound, now)
    }
}

plugin!(X: webhook, feed, sender);
