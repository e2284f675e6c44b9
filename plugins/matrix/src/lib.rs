//! Matrix: what is said in rooms, pushed to an application service or polled with `sync`, answers under a transaction id.
//!
//! A homeserver pushes a transaction again until it hears 200, under the same events, and keeps nothing in order across rooms. Encrypted
//! rooms cannot be read by anybody but their members: what comes from them is kept as `unsupported`.

mod event;
mod message;
mod receipt;
mod send;
mod settings;
mod sync;
#[cfg(test)]
mod tests;

use pointsman_plugin::{
    Delivered, Delivery, Failure, Feed, Outbound, Page, Plugin, Problem, Reception, Refusal, Response, Sender, Timestamp, Undelivered,
    Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Matrix {
    settings: Settings,
}

impl Plugin for Matrix {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.checked().map(|settings| Self { settings })
    }
}

impl Webhook for Matrix {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        let facts = event::transaction(&body, &self.settings);
        Ok(Reception { answer: Response::new(200).body("application/json", "{}"), ..Reception::of(facts) })
    }
}

impl Feed for Matrix {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        sync::poll(&self.settings, cursor, now)
    }
}

impl Sender for Matrix {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, key, outbound, now)
    }

    /// Nothing to look for: what is sent again under the same transaction id is the same event.
    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Ok(None)
    }
}

plugin!(Matrix: webhook, feed, sender);
