//! Discord: interactions and webhook events over HTTP, messages over the gateway, answers by the bot.
//!
//! One delivery tells one thing. Discord waits three seconds for the answer to an interaction, so every one is answered at once with a
//! promise (deferred), and the words follow within fifteen minutes under the interaction's own token, or in the channel after that. The
//! signature is checked by the host: Discord tries wrong ones on purpose and wants 401.

mod author;
mod gateway;
mod interaction;
mod message;
mod send;
mod settings;
#[cfg(test)]
mod tests;
mod webhook_event;

use lenient::{document, fingerprint, given, object, text};
use pointsman_plugin::{
    Attribute, Connection, Delivered, Delivery, Fact, Note, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Step,
    Timestamp, Undelivered, Webhook, plugin,
};
use serde_json::Value;

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Discord {
    settings: Settings,
}

impl Plugin for Discord {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.checked().map(|settings| Self { settings })
    }
}

impl Webhook for Discord {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = document(&delivery.body)?;
        if interaction::is(&body) {
            return Ok(interaction::reception(&body, &self.settings));
        }
        // Webhook events: the ping of type 0 and all others are answered 204.
        let is_event = object(&body, "event").is_some() || (given(&body, "application_id") && given(&body, "version"));
        let facts = if object(&body, "event").is_some() {
            webhook_event::facts(&body, &self.settings)
        } else if is_event && lenient::count(&body, "type") == 0 {
            Vec::new()
        } else if given(&body, "op") && body.get("d").is_some() {
            gateway::facts(&body, &self.settings)
        } else if message::is(&body) {
            message::said(&body, self.settings.own_id(), &self.settings).into_iter().collect()
        } else {
            vec![unknown("document", &body)]
        };
        Ok(Reception { answer: Response::new(204), ..Reception::of(facts) })
    }
}

impl Connection for Discord {
    fn received(&self, frame: &[u8], _envelope: &[Attribute], cursor: Option<&[u8]>, now: Timestamp) -> Result<Step, Refusal> {
        gateway::received(&document(frame)?, cursor, now, &self.settings)
    }

    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Step {
        gateway::woken(cursor, now, &self.settings)
    }
}

impl Sender for Discord {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        send::find(&self.settings, key, outbound, now)
    }
}

/// Something that nobody here knows, under its own digest.
fn unknown(name: &str, body: &Value) -> Fact {
    let name = text(body, "t").unwrap_or(name).chars().take(64).collect::<String>();
    let note = Note { source_id: lenient::id(body, "id"), ..Note::new(name) };
    Fact::unsupported(note).dedup_key(format!("unsupported:{}", fingerprint(body.to_string().as_bytes())))
}

plugin!(Discord: webhook, connection, sender);
