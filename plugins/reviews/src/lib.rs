//! Reviews: Google Play, the App Store, Google Business, Trustpilot and services that pass reviews on; polled or pushed, and answered.
//!
//! Whose review it is, is told by its shape, never by the request that brought it. What the company answered comes as an echo.

mod appstore;
mod business;
mod document;
mod play;
mod poll;
mod review;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod trustpilot;
mod words;

use pointsman_plugin::{
    Delivered, Delivery, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Reception, Refusal, Sender, Timestamp, Undelivered,
    Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Reviews {
    settings: Settings,
}

impl Plugin for Reviews {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Webhook for Reviews {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let document = lenient::document(&delivery.body)?;
        Ok(Reception { pointers: business::pointers(&document), ..Reception::of(document::facts(&document, "")) })
    }
}

impl Feed for Reviews {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        poll::hydrate(&self.settings, pointer, now)
    }
}

impl Sender for Reviews {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, outbound, now)
    }
}

plugin!(Reviews: webhook, feed, sender);
