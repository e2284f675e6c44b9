//! Intercom: one notification a delivery, answers by a teammate's account.
//!
//! A notification carries the conversation with the part that is new. Intercom tries again until it hears 2xx, under the same notification
//! id, and asks with a `ping` whether the address works.

mod notification;
mod send;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The teammate in whose name we answer.
    pub admin_id: Option<String>,
    /// The API of your region, when it is not the one in the United States.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Intercom {
    settings: Settings,
}

const BASE_URL: &str = "https://api.intercom.io";

impl Plugin for Intercom {
    type Settings = Settings;

    fn configure(mut settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.base_url = Some(sending::base_url(settings.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?);
        Ok(Self { settings })
    }
}

impl Webhook for Intercom {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        Ok(Reception::of(notification::facts(&body)))
    }
}

impl Sender for Intercom {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        send::find(&self.settings, outbound, now)
    }
}

plugin!(Intercom: webhook, sender);
