//! Freshdesk: what automation rules post about tickets, and replies to them.
//!
//! Freshdesk sends what the rule's author chose, as flat texts: nothing is typed, and whether the customer or an agent acted is told only
//! by rules written for it. Settings and README say how to write them.

mod reply;
#[cfg(test)]
mod tests;
mod ticket;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our Freshdesk, such as `https://shop.freshdesk.com`.
    pub base_url: Option<String>,
    /// The agent in whose name replies are written; the one whose key it is otherwise.
    pub agent_id: Option<u64>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Freshdesk {
    settings: Settings,
}

impl Plugin for Freshdesk {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.base_url.as_deref().filter(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            Some(url) => Err(vec![
                Problem::new("/base_url", format!("`{url}` is no address."))
                    .remedy("Write it with its scheme, such as `https://shop.freshdesk.com`."),
            ]),
            None => Ok(Self { settings }),
        }
    }
}

impl Webhook for Freshdesk {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let document = lenient::document(&delivery.body)?;
        let ticket = lenient::object(&document, "freshdesk_webhook").unwrap_or(&document);
        Ok(Reception::of(vec![ticket::fact(ticket, &delivery.body)]))
    }
}

impl Sender for Freshdesk {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        reply::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        reply::find(&self.settings, outbound, now)
    }
}

plugin!(Freshdesk: webhook, sender);
