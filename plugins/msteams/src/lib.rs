//! Microsoft Teams: one activity of the Bot Framework a delivery, answers by the same bot.
//!
//! Where an answer goes (`serviceUrl`) is told by each activity and kept with it; the token that proves an activity vouches for that
//! address too. An activity that is not known is kept as `unsupported`.

mod activity;
mod send;

use lenient::text;
use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The bot's application id (a UUID): deliveries have to be for it, and what it says is an echo.
    pub app_id: Option<String>,
    /// The tenant whose directory the bot is registered in; for a bot of several tenants `botframework.com`.
    pub tenant: Option<String>,
    /// Where answers go instead of the address that the activity names.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Msteams {
    settings: Settings,
}

impl Plugin for Msteams {
    type Settings = Settings;

    fn configure(mut settings: Settings) -> Result<Self, Vec<Problem>> {
        if let Some(url) = &settings.base_url {
            settings.base_url =
                Some(sending::base_url(Some(url), "https://smba.trafficmanager.net/teams").map_err(|problem| vec![problem])?);
        }
        Ok(Self { settings })
    }
}

impl Webhook for Msteams {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        let facts = activity::facts(&body, self.settings.app_id.as_deref());
        // An invocation (a pressed card, a search) waits for a JSON object.
        let answer = match text(&body, "type") {
            Some("invoke") => Response::new(200).body("application/json", "{}"),
            _ => Response::new(200),
        };
        Ok(Reception { answer, ..Reception::of(facts) })
    }
}

impl Sender for Msteams {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Err(Undelivered::Never("a bot cannot read back what it sent; a person has to look into the conversation".to_owned()))
    }
}

plugin!(Msteams: webhook, sender);
