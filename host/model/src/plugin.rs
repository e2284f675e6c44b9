//! What a plugin says of itself: the manifest in its custom section, and the problems it finds in its settings.
//!
//! The section is called `pointsman:manifest` and holds this structure as UTF-8 JSON, at most 256 KiB. Unknown fields are ignored, so that
//! a newer plugin runs on an older host; what the host must know to be safe is in `manifest`, the version of the form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{CredentialForm, Handover, Handshake, Media, Role, SignatureScheme, Transport};

/// Something wrong with the settings, in the plugin's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// A JSON pointer into the settings; empty for the whole.
    pub path: String,
    /// Line inside the value, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column inside the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Sentences by language (BCP 47 primary tag) and reason code, with `{name}` places.
pub type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

/// A value of the manifest, or where in the settings it stands: `{"setting": "/signature"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettingOr<T> {
    /// A JSON pointer into the settings.
    Setting {
        /// The pointer.
        setting: String,
    },
    /// The value itself.
    Value(T),
}

/// A field of the interaction that the plugin asks for: `text`, `author`, `customer`, `attachments`, `engagement` or `attributes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRequest {
    /// The grant's name.
    pub name: String,
    /// Why, for the operator who decides.
    pub reason: String,
}

/// Hosts that the plugin wants to speak to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRequest {
    /// `api.example.com`, `*.example.com`, with `:port` when it is not the usual one; `{/pointer}` places are filled from the settings (of a
    /// URL found there the host and port count).
    pub host: String,
    /// Why.
    pub reason: String,
}

/// A secret that the plugin needs by its own name for it; its value never reaches the plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRequest {
    /// The plugin's name for it.
    pub name: String,
    /// Why.
    pub reason: String,
    /// How it is added to requests that name it as credential; absent: it serves signatures and `keys` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialForm>,
    /// The hosts that it may be sent to as credential, in the form of the requested ones; empty: all that are granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
}

/// State that the plugin wants to keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRequest {
    /// How much.
    pub bytes_max: u64,
    /// Why.
    pub reason: String,
}

/// Everything that the plugin asks for; nothing of it is given without the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// Fields of the interaction.
    pub fields: Vec<FieldRequest>,
    /// Hosts.
    pub hosts: Vec<HostRequest>,
    /// Secrets.
    pub secrets: Vec<SecretRequest>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateRequest>,
}

/// An example that the plugin carries as self-test and documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// A sentence.
    pub name: String,
    /// The settings to configure it with.
    #[serde(default)]
    pub settings: Json,
    /// `role.function`.
    pub call: String,
    /// The arguments, in the JSON of `pointsman plugin call`.
    pub input: Json,
    /// What comes out; objects may leave fields out.
    pub output: Json,
}

/// The manifest of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PluginManifest {
    /// The version of this form: 1.
    pub manifest: u32,
    /// Kebab-case, at most 64 bytes.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Who answers for it.
    pub publisher: String,
    /// One sentence.
    pub description: String,
    /// SPDX expression.
    pub licence: String,
    /// The kind of channel that a connector speaks, such as `mastodon`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What it asks for.
    pub requests: Requests,
    /// JSON Schema of its settings, for editors and documentation; `configure` is what decides.
    pub settings_schema: Json,
    /// How its deliveries are signed. A `webhook` without it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SettingOr<SignatureScheme>>,
    /// How its channel checks our address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<SettingOr<Handshake>>,
    /// What the host holds for it. A `connection` without it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// How the host takes away what its `sender` hands over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
    /// How the files of its attachments are fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// How many hours after the customer spoke its channel takes replies; absent: at any time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_window_h: Option<u32>,
    /// Its reasons in other languages.
    pub catalogue: Catalogue,
    /// Its self-test.
    pub examples: Vec<Example>,
    /// Names of the signals that it gives.
    pub signals: Vec<String>,
}

impl PluginManifest {
    /// The name of the custom section.
    pub const SECTION: &'static str = "pointsman:manifest";
    /// The version of the form that this host reads.
    pub const VERSION: u32 = 1;

    /// The request for this secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&SecretRequest> {
        self.requests.secrets.iter().find(|request| request.name == name)
    }

    /// The secrets that connections, the way out and files name, each with what names it.
    fn named_secrets(&self) -> Vec<(&'static str, &str)> {
        let transport = self.transport.as_ref().map(Transport::secrets).unwrap_or_default().into_iter().map(|name| ("transport", name));
        let handover =
            self.handover.iter().flat_map(|Handover::Smtp { credential, .. }| credential).map(|name| ("handover", name.as_str()));
        let media = self.media.iter().flat_map(Media::secrets).map(|name| ("media", name));
        transport.chain(handover).chain(media).collect()
    }

    /// What the manifest must say for these roles, as sentences; empty when all is well.
    #[must_use]
    pub fn missing_for(&self, roles: &[Role]) -> Vec<String> {
        let mut missing = Vec::new();
        if roles.contains(&Role::Webhook) && self.signature.is_none() {
            missing.push("a `webhook` must declare its `signature` scheme (`{\"scheme\":\"none\"}` if there is none)".to_owned());
        }
        if roles.contains(&Role::Connection) && self.transport.is_none() {
            missing.push("a `connection` must declare its `transport`".to_owned());
        }
        let unasked = self.named_secrets().into_iter().filter(|(_, name)| self.secret(name).is_none());
        missing.extend(unasked.map(|(what, name)| format!("its `{what}` names the secret `{name}`, which it does not ask for")));
        missing
    }
}
