//! Front: what rules and applications post about conversations, and replies to them.
//!
//! Front is a desk of its own: what its teammates write comes back as an echo, what they do there as something that happened.

mod event;
mod reply;
#[cfg(test)]
mod tests;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;
use serde_json::Value;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host. Applications and rules sign in two ways.
    pub signature: Option<Value>,
    /// The teammate in whose name replies are written, such as `tea_a1b2`.
    pub author_id: Option<String>,
    /// The API.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Front {
    settings: Settings,
}

impl Plugin for Front {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { settings })
    }
}

impl Webhook for Front {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let document = lenient::document(&delivery.body)?;
        // An application's address is checked when it is saved; the delivery is signed like all others.
        if let Some(challenge) = delivery.header("x-front-challenge").filter(|_| lenient::text(&document, "type") == Some("sync")) {
            return Ok(Reception { answer: Response::new(200).body("text/plain; charset=utf-8", challenge), ..Reception::of(Vec::new()) });
        }
        Ok(Reception::of(vec![event::fact(&document)]))
    }
}

impl Sender for Front {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        reply::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        reply::find(&self.settings, outbound, now)
    }
}

plugin!(Front: webhook, sender);
