//! Everything that decides, as the operator configured it: the input from which a generation is built and whose digest names it.
//!
//! This is the lowered form: parsed, validated, defaults filled in, files read. Secrets are names here, never values.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{ConnectorSpec, Digest, GenerationId, NotifySpec, Role};

/// What the operator gives a plugin; the effective grant is what the plugin also asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grants {
    /// Fields of the interaction: `text` (or `redacted-text`: addresses and numbers masked), `author`, `customer`, `attachments`,
    /// `engagement`, `attributes`.
    pub fields: BTreeSet<String>,
    /// Where requests may go: `api.example.com`, `*.example.com`, with `:port` when it is not the usual one, with a `/path/prefix` when only
    /// what is below it is given, and with methods before it, such as `GET,POST api.example.com/v1/`.
    pub hosts: BTreeSet<String>,
    /// The plugin's name for a secret, and the configured secret that stands behind it.
    pub secrets: BTreeMap<String, String>,
    /// How much state it may keep; 0 for none.
    pub state_bytes_max: u64,
    /// Addresses that are not public and plain `http:` are allowed for the granted hosts: for tests and services of the own network.
    pub private_network: bool,
}

/// What a plugin may use up, in one call unless its name says otherwise. The defaults are safe for strangers' plugins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Wall time of a call, the host's included.
    pub deadline_ms: u64,
    /// Fuel of a call, pure roles only.
    pub fuel_max: u64,
    /// Sum of all memories of an instance.
    pub memory_bytes_max: u64,
    /// Sum of the entries of all tables of an instance.
    pub table_elements_max: u64,
    /// Core instances of an instance.
    pub core_instances_max: u64,
    /// Handles of resources that are alive at a time.
    pub handles_max: u64,
    /// What a call may return: bytes of its texts and lists.
    pub output_bytes_max: u64,
    /// Entries of any one list that a call returns; the contract's own bounds hold beside it.
    pub list_items_max: u64,
    /// Calls of the host in a call.
    pub host_calls_max: u64,
    /// Bytes that pass between guest and host in all calls of the host together.
    pub host_bytes_max: u64,
    /// Log lines kept of a call.
    pub log_lines_max: u64,
    /// Bytes kept of a log line.
    pub log_line_bytes_max: u64,
    /// Log lines of all calls in a minute that reach the operator's log.
    pub log_lines_per_minute_max: u64,
    /// Requests over `http.send` in a call.
    pub http_requests_max: u64,
    /// Requests of all calls that are under way at a time.
    pub http_parallel_max: u64,
    /// Bytes of a request's or answer's body over `http.send`, decoded.
    pub http_body_bytes_max: u64,
    /// Bytes of a request's or answer's headers.
    pub http_header_bytes_max: u64,
    /// Headers of a request or answer.
    pub http_headers_max: u64,
    /// Redirects that are followed for one request, each checked like the request itself; 0: the answer carries them.
    pub http_redirects_max: u64,
    /// Wall time of one request, its redirects included.
    pub http_timeout_ms: u64,
    /// Writes and removals over `state` in a call.
    pub state_writes_max: u64,
    /// Calls that are under way at a time; what is beyond waits.
    pub calls_parallel_max: u64,
    /// Size of the component.
    pub component_bytes_max: u64,
    /// Functions of the component.
    pub functions_max: u64,
    /// CPU time to configure and compile it; the wall time is bounded by three times that.
    pub compile_ms_max: u64,
}

impl Limits {
    /// What a pure step may use up, unless configured otherwise.
    pub const PURE: Self = Self {
        deadline_ms: 50,
        fuel_max: 50_000_000,
        memory_bytes_max: 64 << 20,
        table_elements_max: 10_000,
        core_instances_max: 16,
        handles_max: 256,
        output_bytes_max: 256 << 10,
        list_items_max: 10_000,
        host_calls_max: 10_000,
        host_bytes_max: 16 << 20,
        log_lines_max: 64,
        log_line_bytes_max: 1 << 10,
        log_lines_per_minute_max: 6_000,
        http_requests_max: 4,
        http_parallel_max: 32,
        http_body_bytes_max: 256 << 10,
        http_header_bytes_max: 16 << 10,
        http_headers_max: 64,
        http_redirects_max: 3,
        http_timeout_ms: 5_000,
        state_writes_max: 64,
        calls_parallel_max: 64,
        component_bytes_max: 8 << 20,
        functions_max: 20_000,
        compile_ms_max: 7_000,
    };

    /// What a connector may use up: deliveries are larger than interactions, and edge calls wait for the network.
    pub const CONNECTOR: Self = Self {
        deadline_ms: 5_000,
        fuel_max: 2_000_000_000,
        output_bytes_max: 4 << 20,
        host_bytes_max: 64 << 20,
        http_requests_max: 32,
        http_body_bytes_max: 4 << 20,
        ..Self::PURE
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::PURE
    }
}

/// How long an instance of a plugin lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// A fresh instance for each interaction: nothing of one can reach the next.
    #[default]
    Interaction,
    /// A fresh instance for what waits together, at most so many interactions. Answers are the same; after a fault each is asked again on an
    /// instance of its own.
    Batch {
        /// Most interactions of a batch.
        interactions_max: u32,
    },
    /// An instance serves at most so many calls, one at a time: for guests that are slow to start. A call that finds none free has a fresh
    /// instance of its own.
    Warm {
        /// Most calls of an instance.
        calls_max: u32,
    },
}

/// When a plugin that keeps failing is taken out of service, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerSpec {
    /// So many faults within the window take it out of service; 0: never.
    pub faults_max: u32,
    /// And only when they are at least this part of its calls in the window.
    pub fault_percent_min: u32,
    /// The window.
    pub window_ms: u64,
    /// After this time one call is let through: a good answer brings the plugin back, a fault doubles the time.
    pub open_ms: u64,
    /// The longest such time.
    pub open_ms_max: u64,
}

impl Default for BreakerSpec {
    fn default() -> Self {
        Self { faults_max: 5, fault_percent_min: 50, window_ms: 60_000, open_ms: 10_000, open_ms_max: 600_000 }
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
    /// How long its instances live.
    #[serde(default)]
    pub isolation: Isolation,
    /// When it is taken out of service.
    #[serde(default)]
    pub breaker: BreakerSpec,
}

impl PluginSpec {
    /// A plugin that is given nothing, with the limits of a pure step.
    #[must_use]
    pub fn new(name: &str, digest: Digest) -> Self {
        Self {
            name: name.to_owned(),
            digest,
            settings: Json::Null,
            grants: Grants::default(),
            limits: Limits::PURE,
            isolation: Isolation::default(),
            breaker: BreakerSpec::default(),
        }
    }
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

/// What has to be proven of a chain before it may serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// A backtest over history that passed.
    Backtest,
    /// A dry run of the whole chain in which nothing faulted.
    DryRun,
}

impl Arm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Backtest, Self::DryRun];

    /// As the configuration writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Backtest => "backtest",
            Self::DryRun => "dry-run",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arm| arm.name() == name)
    }
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
    /// Wall time for one interaction, from its turn to its decision: a step may use its own limit, but not more than what is left of this.
    #[serde(default = "ChainSpec::default_deadline_ms")]
    pub deadline_ms: u64,
    /// What has to be proven before it may serve, new or changed; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// In order.
    pub steps: Vec<StepSpec>,
}

impl ChainSpec {
    /// A chain's budget unless configured otherwise: some edge steps and any number of pure ones.
    pub const DEADLINE_MS: u64 = 10_000;

    fn default_deadline_ms() -> u64 {
        Self::DEADLINE_MS
    }
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
    /// Where notices go beside their list, by recipient.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<NotifySpec>,
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
    use super::{Configuration, Isolation, PluginSpec};
    use crate::Digest;

    fn configuration(change: impl FnOnce(&mut PluginSpec)) -> Configuration {
        let mut plugin = PluginSpec { settings: serde_json::json!({"a": 1}), ..PluginSpec::new("rules", Digest::of(b"component")) };
        change(&mut plugin);
        Configuration { plugins: vec![plugin], ..Configuration::default() }
    }

    #[test]
    fn everything_that_decides_is_in_the_identity() {
        let plain = configuration(|_| {}).generation().unwrap();
        assert_eq!(plain, configuration(|_| {}).generation().unwrap());
        let changes: [fn(&mut PluginSpec); 6] = [
            |plugin| plugin.digest = Digest::of(b"other"),
            |plugin| plugin.settings = serde_json::json!({"a": 2}),
            |plugin| plugin.grants.fields.extend(["text".to_owned()]),
            |plugin| plugin.limits.deadline_ms += 1,
            |plugin| plugin.isolation = Isolation::Batch { interactions_max: 32 },
            |plugin| plugin.breaker.faults_max += 1,
        ];
        for change in changes {
            assert_ne!(plain, configuration(change).generation().unwrap());
        }
    }
}
