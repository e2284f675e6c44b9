//! What a plugin says of itself: the manifest in its custom section, and the problems it finds in its settings.
//!
//! The section is called `pointsman:manifest` and holds this structure as UTF-8 JSON, at most 256 KiB. Unknown fields are ignored, so that
//! a newer plugin runs on an older host; what the host must know to be safe is in `manifest`, the version of the form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{Algorithm, Encoding, Handshake, Role, SignatureScheme};

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

/// How the host adds a secret to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialForm {
    /// In a header, such as `authorization: Bearer …`.
    Header {
        /// The header's name.
        name: String,
        /// What stands before the secret.
        #[serde(default)]
        prefix: String,
    },
    /// As basic authentication with this user name.
    Basic {
        /// The user's name.
        username: String,
    },
    /// In a query parameter.
    Query {
        /// The parameter's name.
        name: String,
    },
    /// As a code of the request, HMAC under the secret (RFC 2104).
    Hmac {
        /// Where the code goes.
        header: String,
        /// With which hash.
        #[serde(default)]
        algorithm: Algorithm,
        /// What is signed: a text with the places `{method}`, `{host}`, `{path}` (with the query), `{timestamp}` and `{body}`.
        signed: String,
        /// How the code is written.
        #[serde(default)]
        encoding: Encoding,
        /// What stands before it.
        #[serde(default)]
        prefix: String,
        /// Where the time goes, in Unix seconds; needed when it is signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp_header: Option<String>,
    },
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

/// A credential as the host holds it: the form and the configured secret's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The configured secret's name.
    pub secret: String,
    /// How it is added.
    pub form: CredentialForm,
    /// Where it may go, places filled; empty: to all granted hosts.
    #[serde(default)]
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

/// What the host holds for a `connection`. URLs may have `{/pointer}` places filled from the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Transport {
    /// Mails handed over by a mail server (RFC 2033): the operator configures the listener.
    Lmtp,
    /// Server-sent events.
    Sse {
        /// Where to listen.
        url: String,
        /// The name of a secret request to use as credential.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
    },
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
        missing
    }
}
