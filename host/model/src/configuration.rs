//! Everything that decides, as the operator configured it: the input from which a generation is built and whose digest names it.
//!
//! This is the lowered form: parsed, validated, defaults filled in, files read. Secrets are names here, never values.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{Digest, GenerationId, Role};

/// What the operator gives a plugin; the effective grant is what the plugin also asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grants {
    /// Fields of the interaction: `text`, `author`, `customer`, `attachments`, `engagement`, `attributes`.
    pub fields: BTreeSet<String>,
    /// Hosts: `api.example.com`, `*.example.com`, with `:port` when it is not the usual one.
    pub hosts: BTreeSet<String>,
    /// The plugin's name for a secret, and the configured secret that stands behind it.
    pub secrets: BTreeMap<String, String>,
    /// How much state it may keep; 0 for none.
    pub state_bytes_max: u64,
    /// Addresses that are not public and plain `http:` are allowed for the granted hosts: for tests and services of the own network.
    pub private_network: bool,
}

/// What a plugin may use up in one call. The defaults are safe for strangers' plugins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Wall time of a call.
    pub deadline_ms: u64,
    /// Fuel of a call, pure roles only.
    pub fuel_max: u64,
    /// Sum of all memories of an instance.
    pub memory_bytes_max: u64,
    /// What a call may return, lowered.
    pub output_bytes_max: u64,
    /// Calls of the host in a call.
    pub host_calls_max: u64,
    /// Log lines kept of a call.
    pub log_lines_max: u64,
    /// Bytes kept of a log line.
    pub log_line_bytes_max: u64,
    /// Bytes of a request's or answer's body over `http.send`.
    pub http_body_bytes_max: u64,
    /// Size of the component.
    pub component_bytes_max: u64,
}

impl Limits {
    /// What a pure step may use up, unless configured otherwise.
    pub const PURE: Self = Self {
        deadline_ms: 50,
        fuel_max: 50_000_000,
        memory_bytes_max: 64 << 20,
        output_bytes_max: 256 << 10,
        host_calls_max: 10_000,
        log_lines_max: 64,
        log_line_bytes_max: 1 << 10,
        http_body_bytes_max: 256 << 10,
        component_bytes_max: 8 << 20,
    };

    /// What a connector may use up: deliveries are larger than interactions, and edge calls wait for the network.
    pub const CONNECTOR: Self =
        Self { deadline_ms: 5_000, fuel_max: 2_000_000_000, output_bytes_max: 4 << 20, http_body_bytes_max: 4 << 20, ..Self::PURE };
}

impl Default for Limits {
    fn default() -> Self {
        Self::PURE
    }
}

/// A plugin as configured: a component, its settings, what it is given and what it may use up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PluginSpec {
    /// The configured name, by which chains, connectors, traces and metrics know it.
    pub name: String,
    /// Of the component's bytes.
    pub digest: Digest,
    /// Its own table, as JSON.
    pub settings: Json,
    /// What it is given.
    pub grants: Grants,
    /// What it may use up.
    pub limits: Limits,
}

/// A connector: a plugin that reads one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorSpec {
    /// The configured name: `POST /hooks/{name}`.
    pub name: String,
    /// The plugin that reads.
    pub plugin: String,
    /// The kind of channel.
    pub channel: String,
    /// The connected account, for facts that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How often a feed is polled; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
    /// Where mails are handed over, `address:port`; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lmtp_listen: Option<String>,
    /// Whether the declared connection (server-sent events) is held open.
    #[serde(default)]
    pub connect: bool,
}

/// What happens to the interaction when a step's plugin faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFault {
    /// The step is left out; the chain goes on.
    Skip,
    /// A person looks: the interaction ends in the chain's hold queue.
    Hold,
    /// This plugin is asked instead, once; if it faults too, the interaction is held.
    Fallback(String),
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepSpec {
    /// The plugin.
    pub plugin: String,
    /// In which of its roles.
    pub role: Role,
    /// A CEL condition; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// When its plugin faults.
    pub on_fault: OnFault,
}

/// A chain: enrichers, then the pure steps, then responders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainSpec {
    /// Its name.
    pub name: String,
    /// A CEL condition; absent: the default chain, which is last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Where interactions end that nobody could decide about.
    pub hold_queue: String,
    /// In order.
    pub steps: Vec<StepSpec>,
}

/// A queue that decisions may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub title: String,
}

/// Everything that decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// By name.
    pub plugins: Vec<PluginSpec>,
    /// By name.
    pub connectors: Vec<ConnectorSpec>,
    /// First match wins; the last has no condition.
    pub chains: Vec<ChainSpec>,
    /// By name.
    pub queues: Vec<QueueSpec>,
}

impl Configuration {
    /// The version of the host's own semantics: raised when the same configuration would decide otherwise.
    pub const SEMANTICS: u32 = 1;

    /// The generation's identity: SHA-256 over canonical JSON of everything here and [`Self::SEMANTICS`].
    ///
    /// # Errors
    /// When a setting cannot be written as JSON.
    pub fn generation(&self) -> Result<GenerationId, serde_json::Error> {
        let digest = Digest::of_json(&(Self::SEMANTICS, self))?;
        Ok(GenerationId(digest.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Configuration, Grants, Limits, PluginSpec};
    use crate::Digest;

    fn configuration(change: impl FnOnce(&mut PluginSpec)) -> Configuration {
        let mut plugin = PluginSpec {
            name: "rules".to_owned(),
            digest: Digest::of(b"component"),
            settings: serde_json::json!({"a": 1}),
            grants: Grants::default(),
            limits: Limits::PURE,
        };
        change(&mut plugin);
        Configuration { plugins: vec![plugin], ..Configuration::default() }
    }

    #[test]
    fn everything_that_decides_is_in_the_identity() {
        let plain = configuration(|_| {}).generation().unwrap();
        assert_eq!(plain, configuration(|_| {}).generation().unwrap());
        let changes: [fn(&mut PluginSpec); 4] = [
            |plugin| plugin.digest = Digest::of(b"other"),
            |plugin| plugin.settings = serde_json::json!({"a": 2}),
            |plugin| plugin.grants.fields.extend(["text".to_owned()]),
            |plugin| plugin.limits.deadline_ms += 1,
        ];
        for change in changes {
            assert_ne!(plain, configuration(change).generation().unwrap());
        }
    }
}
