//! GitHub: discussions, issues, pull requests and what is said below them, answers by GraphQL.
//!
//! Everything is known by its node id, which alone is unique among all of GitHub's things and is all that GraphQL asks for. What a delivery
//! is, its header says; without it (a delivery that was kept as a file), its shape. GitHub sends nothing again by itself.

mod event;
mod item;
mod send;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our own accounts, by login: what they say is an echo. A GitHub app's is `name[bot]`.
    pub logins: Vec<String>,
    /// Whether pull requests are read too; otherwise they are `system`.
    pub pull_requests: bool,
    /// The API, when it is not GitHub's own: `https://github.example/api` of an enterprise server.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Github {
    settings: Settings,
}

const BASE_URL: &str = "https://api.github.com";

impl Plugin for Github {
    type Settings = Settings;

    fn configure(mut settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.base_url = Some(sending::base_url(settings.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?);
        Ok(Self { settings })
    }
}

impl Webhook for Github {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        let fact = event::fact(&body, delivery.header("x-github-event"), delivery.header("x-github-delivery"), &self.settings);
        Ok(Reception::of(fact.into_iter().collect()))
    }
}

impl Sender for Github {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, key, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        send::find(&self.settings, outbound, now)
    }
}

plugin!(Github: webhook, sender);
