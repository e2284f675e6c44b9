//! diaspora* federation: entities that other pods send, as facts.
//!
//! Entities are XML; in public deliveries they are wrapped in a Magic Envelope, which is opened here and whose signature nobody has
//! checked: whoever federates for the company checks it before it hands over. Private deliveries are encrypted for an account and cannot
//! be read.

mod entity;
mod envelope;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Delivery, Fact, Note, Plugin, Problem, Reception, Refusal, Timestamp, Webhook, plugin};
use serde::Deserialize;
use serde_json::Value;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host.
    pub signature: Option<Value>,
    /// Our own account, `name@pod`: what it says is an echo, what names it is a mention.
    pub account: Option<String>,
}

/// The connector, configured.
#[derive(Debug)]
pub struct Diaspora {
    settings: Settings,
}

impl Plugin for Diaspora {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let wrong = settings.account.as_deref().filter(|account| !account.contains('@'));
        let problem =
            wrong.map(|account| Problem::new("/account", format!("`{account}` is no account.")).remedy("Write `name@pod.example`."));
        match problem {
            Some(problem) => Err(vec![problem]),
            None => Ok(Self { settings }),
        }
    }
}

impl Webhook for Diaspora {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        if delivery.body.trim_ascii_start().starts_with(b"{") {
            return encrypted(&delivery.body);
        }
        let xml = envelope::opened(&delivery.body)?;
        Ok(Reception::of(entity::facts(&xml, &self.settings)?))
    }
}

/// A private delivery: JSON with an encrypted key and envelope.
fn encrypted(body: &[u8]) -> Result<Reception, Refusal> {
    let document = lenient::document(body)?;
    let name = if lenient::given(&document, "encrypted_magic_envelope") { "encrypted" } else { "document" };
    let note = Note { source_id: Some(lenient::fingerprint(body)), ..Note::new(name) };
    Ok(Reception::of(vec![Fact::unsupported(note)]))
}

plugin!(Diaspora: webhook);
