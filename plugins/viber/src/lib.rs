//! Viber: one event a delivery, answers by the bot.
//!
//! Tokens of messages are 64-bit numbers in JSON and are kept as they are written. Viber calls the address once with `webhook` when it is
//! set, and wants 200.

mod event;
mod send;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name that people see above our messages, at most 28 characters.
    pub sender_name: Option<String>,
    /// The address of the picture that people see beside them.
    pub sender_avatar: Option<String>,
    /// The API, when it is not Viber's own.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Viber {
    settings: Settings,
}

const BASE_URL: &str = "https://chatapi.viber.com";
const NAME_CHARS_MAX: usize = 28;

impl Plugin for Viber {
    type Settings = Settings;

    fn configure(mut settings: Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match sending::base_url(settings.base_url.as_deref(), BASE_URL) {
            Ok(url) => settings.base_url = Some(url),
            Err(problem) => problems.push(problem),
        }
        if settings.sender_name.as_deref().is_some_and(|name| name.is_empty() || name.chars().count() > NAME_CHARS_MAX) {
            let problem = Problem::new("/sender_name", format!("`sender_name` does not have 1 to {NAME_CHARS_MAX} characters."));
            problems.push(problem.remedy("Write a shorter name: Viber refuses messages with a longer one."));
        }
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

impl Webhook for Viber {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        Ok(Reception::of(event::fact(&body).into_iter().collect()))
    }
}

impl Sender for Viber {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Err(Undelivered::Never("Viber does not tell what was sent; a person has to look into the chat".to_owned()))
    }
}

plugin!(Viber: webhook, sender);
