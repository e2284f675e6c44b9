//! LINE: the events of a delivery, answers by reply token or push.
//!
//! A delivery has any number of events, or none when LINE looks whether the address works. What is delivered again has the same message id
//! and time, so it is dropped.

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
    /// Whether people's devices stay silent when we push.
    pub silent: bool,
    /// Whether an answer within the minute uses the reply token, which costs nothing. Off: everything is pushed.
    pub push_only: bool,
    /// The API, when it is not LINE's own.
    pub base_url: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Line {
    settings: Settings,
}

const BASE_URL: &str = "https://api.line.me";

impl Plugin for Line {
    type Settings = Settings;

    fn configure(mut settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.base_url = Some(sending::base_url(settings.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?);
        Ok(Self { settings })
    }
}

impl Webhook for Line {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        if !body.is_object() {
            return Err(Refusal::Malformed("the body is no object".to_owned()));
        }
        let account = lenient::id(&body, "destination");
        let facts = lenient::list(&body, "events").iter().take(EVENTS_MAX).map(|event| event::fact(event, account.as_deref()));
        Ok(Reception::of(facts.collect()))
    }
}

impl Sender for Line {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, key, outbound, now)
    }

    /// Nothing to look for: a push with the same retry key is carried out once, so it is simply sent again.
    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Ok(None)
    }
}

/// LINE sends at most 100; the contract allows 1,000 facts.
const EVENTS_MAX: usize = 500;

plugin!(Line: webhook, sender);
