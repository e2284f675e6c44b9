//! LinkedIn: what people do on a company's page, pushed; answers to comments.
//!
//! A delivery holds up to ten notifications of social actions, or one compliance event; answers of the API (`elements`) are read as well.
//! LinkedIn tells pages no private messages, so there are none.

mod document;
mod event;
mod notification;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod urn;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Linkedin {
    settings: Settings,
}

impl Plugin for Linkedin {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Webhook for Linkedin {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        Ok(Reception::of(document::facts(&lenient::document(&delivery.body)?, &self.settings)))
    }
}

impl Sender for Linkedin {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, outbound, now)
    }
}

plugin!(Linkedin: webhook, sender);
