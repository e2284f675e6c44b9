//! Slack: the Events API, interactions and slash commands as facts, replies as messages of the app.
//!
//! Ids of messages count within a channel, so every id is `channel:ts`. The two deliveries of one post that names the app (`message` and
//! `app_mention`) give the same item, of which the host keeps one. A type that is not known becomes an `unsupported` fact.

mod event;
mod history;
mod interaction;
mod message;
mod mrkdwn;
mod person;
mod sender;
mod settings;
#[cfg(test)]
mod tests;

use lenient::{Form, text};
use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde_json::Value;

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Slack {
    settings: Settings,
}

impl Plugin for Slack {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { settings: settings.checked()? })
    }
}

impl Webhook for Slack {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        if is_form(delivery) {
            return interaction::reception(&Form::read(&delivery.body), &self.settings);
        }
        let document = lenient::document(&delivery.body)?;
        if text(&document, "type") == Some("url_verification") {
            return Ok(challenged(&document));
        }
        Ok(Reception::of(interaction::facts(&document, &self.settings)))
    }
}

/// Whether the body is a form: interactions and commands are.
fn is_form(delivery: &Delivery) -> bool {
    match delivery.header("content-type") {
        Some(media_type) => media_type.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"),
        None => {
            let first = delivery.body.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
            first.is_some_and(u8::is_ascii_alphabetic) && delivery.body.contains(&b'=')
        }
    }
}

/// Slack checks the address when it is set.
fn challenged(document: &Value) -> Reception {
    let challenge = text(document, "challenge").unwrap_or_default();
    Reception { answer: Response::new(200).body("text/plain", challenge), ..Reception::of(Vec::new()) }
}

impl Sender for Slack {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        history::find(&self.settings, key, outbound, now)
    }
}

plugin!(Slack: webhook, sender);
