//! What was configured.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// What a plugin is given.
#[derive(ToSchema)]
pub(crate) struct Grants {
    /// Fields of the interaction.
    fields: Vec<String>,
    /// Hosts.
    hosts: Vec<String>,
    /// The plugin's name for a secret, and the configured secret that stands behind it.
    secrets: BTreeMap<String, String>,
    /// How much state it may keep; 0 for none.
    state_bytes_max: u64,
    /// Addresses that are not public and plain `http:` are allowed.
    private_network: bool,
}

/// What a plugin may use up in one call.
#[derive(ToSchema)]
pub(crate) struct Limits {
    /// Wall time of a call.
    deadline_ms: u64,
    /// Fuel of a call, pure roles only.
    fuel_max: u64,
    /// Sum of all memories of an instance.
    memory_bytes_max: u64,
    /// What a call may return.
    output_bytes_max: u64,
    /// Calls of the host in a call.
    host_calls_max: u64,
    /// Log lines kept of a call.
    log_lines_max: u64,
    /// Bytes kept of a log line.
    log_line_bytes_max: u64,
    /// Bytes of a request's or answer's body over `http.send`.
    http_body_bytes_max: u64,
    /// Size of the component.
    component_bytes_max: u64,
}

/// A plugin as configured.
#[derive(ToSchema)]
pub(crate) struct PluginSpec {
    /// Its configured name.
    name: String,
    /// Of the component's bytes.
    digest: String,
    /// Its own table.
    #[schema(value_type = Value)]
    settings: (),
    /// What it is given.
    grants: Grants,
    /// What it may use up.
    limits: Limits,
}

/// A connector as configured.
#[derive(ToSchema)]
pub(crate) struct ConnectorSpec {
    /// Its configured name.
    name: String,
    /// The plugin that reads.
    plugin: String,
    /// The kind of channel.
    channel: String,
    /// The connected account.
    account: Option<String>,
    /// How often a feed is polled; absent: not at all.
    poll_interval_ms: Option<u64>,
    /// Where mails are handed over; absent: not at all.
    lmtp_listen: Option<String>,
    /// Whether the declared connection is held open.
    connect: bool,
}

/// What happens to the interaction when a step's plugin faults.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OnFault {
    /// The step is left out.
    Skip,
    /// A person looks.
    Hold,
    /// This plugin is asked instead.
    Fallback(String),
}

/// One step of a chain.
#[derive(ToSchema)]
pub(crate) struct StepSpec {
    /// The plugin.
    plugin: String,
    /// In which of its roles.
    role: String,
    /// A CEL condition; absent: always.
    when: Option<String>,
    /// When its plugin faults.
    on_fault: OnFault,
}

/// A chain.
#[derive(ToSchema)]
pub(crate) struct ChainSpec {
    /// Its name.
    name: String,
    /// A CEL condition; absent: the default chain, which is last.
    when: Option<String>,
    /// Where interactions end that nobody could decide about.
    hold_queue: String,
    /// In order.
    steps: Vec<StepSpec>,
}

/// A queue that decisions may name.
#[derive(ToSchema)]
pub(crate) struct QueueSpec {
    /// Its name.
    name: String,
    /// For people.
    title: String,
}

/// Everything that decides.
#[derive(ToSchema)]
pub(crate) struct Configuration {
    /// By name.
    plugins: Vec<PluginSpec>,
    /// By name.
    connectors: Vec<ConnectorSpec>,
    /// First match wins; the last has no condition.
    chains: Vec<ChainSpec>,
    /// By name.
    queues: Vec<QueueSpec>,
}
