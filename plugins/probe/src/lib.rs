//! A test plugin: it has the roles and calls the host functions that no other plugin of this folder uses, so that every part of the contract
//! is exercised by a real component. What it does is made up; how it handles errors, retries and idempotency is how a real one should.

mod desk;
mod keyring;
mod notebook;
mod sender;
mod sink;

use pointsman_plugin::settings::unknown;
use pointsman_plugin::{Plugin, Problem, plugin};
use serde::Deserialize;

/// What can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The service that is asked, such as `https://probe.example`; absent: nothing is asked.
    #[serde(default)]
    url: Option<String>,
    /// The granted secret that requests carry; absent: none.
    #[serde(default)]
    credential: Option<String>,
    /// The longest text that is sent, in characters.
    #[serde(default = "text_chars_max")]
    text_chars_max: u32,
}

fn text_chars_max() -> u32 {
    500
}

/// The configured plugin.
#[derive(Debug)]
pub struct Probe {
    settings: Settings,
}

impl Plugin for Probe {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        if let Some(url) = &settings.url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            problems.push(Problem::new("/url", format!("`{url}` is no address.")).remedy("Write it as `https://probe.example`."));
        }
        if let Some(credential) = settings.credential.as_deref().filter(|name| *name != "service") {
            problems.push(unknown("/credential", "secret of this plugin", credential, &["service"]));
        }
        if problems.is_empty() { Ok(Self { settings }) } else { Err(problems) }
    }
}

plugin!(Probe: webhook, sender, enricher, responder, sink);

#[cfg(test)]
mod tests;
