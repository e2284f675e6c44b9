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
    /// Wall time of a call, the host's included.
    deadline_ms: u64,
    /// Fuel of a call, pure roles only.
    fuel_max: u64,
    /// Sum of all memories of an instance.
    memory_bytes_max: u64,
    /// Sum of the entries of all tables of an instance.
    table_elements_max: u64,
    /// Core instances of an instance.
    core_instances_max: u64,
    /// Handles of resources that are alive at a time.
    handles_max: u64,
    /// What a call may return: bytes of its texts and lists.
    output_bytes_max: u64,
    /// Entries of any one list that a call returns; the contract's own bounds hold beside it.
    list_items_max: u64,
    /// Calls of the host in a call.
    host_calls_max: u64,
    /// Bytes that pass between guest and host in all calls of the host together.
    host_bytes_max: u64,
    /// Log lines kept of a call.
    log_lines_max: u64,
    /// Bytes kept of a log line.
    log_line_bytes_max: u64,
    /// Log lines of all calls in a minute that reach the operator's log.
    log_lines_per_minute_max: u64,
    /// Requests over `http.send` in a call.
    http_requests_max: u64,
    /// Requests of all calls that are under way at a time.
    http_parallel_max: u64,
    /// Bytes of a request's or answer's body over `http.send`, decoded.
    http_body_bytes_max: u64,
    /// Bytes of a request's or answer's headers.
    http_header_bytes_max: u64,
    /// Headers of a request or answer.
    http_headers_max: u64,
    /// Redirects that are followed for one request, each checked like the request itself; 0: the answer carries them.
    http_redirects_max: u64,
    /// Wall time of one request, its redirects included.
    http_timeout_ms: u64,
    /// Writes and removals over `state` in a call.
    state_writes_max: u64,
    /// Calls that are under way at a time; what is beyond waits.
    calls_parallel_max: u64,
    /// Size of the component.
    component_bytes_max: u64,
    /// Functions of the component.
    functions_max: u64,
    /// CPU time to configure and compile it; the wall time is bounded by three times that.
    compile_ms_max: u64,
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
    /// `interaction`, or an object with `batch` or `warm`.
    #[schema(value_type = Value)]
    isolation: (),
    /// When it is taken out of service.
    breaker: BreakerSpec,
}

/// When a plugin that keeps failing is taken out of service, and for how long.
#[derive(ToSchema)]
pub(crate) struct BreakerSpec {
    /// So many faults within the window take it out of service; 0: never.
    faults_max: u32,
    /// And only when they are at least this part of its calls in the window.
    fault_percent_min: u32,
    /// The window.
    window_ms: u64,
    /// After this time one call is let through.
    open_ms: u64,
    /// The longest such time.
    open_ms_max: u64,
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
    /// Where mails come in over SMTP; absent: not at all.
    smtp_listen: Option<String>,
    /// What STARTTLS on that listener works with, by the names of secrets; absent: it is not offered.
    smtp_tls: Option<ListenerTls>,
    /// Whether the declared connection is held open.
    connect: bool,
    /// What is tried, in order, when an answer cannot go out; absent: the conversation, as wanted.
    fallback: Option<Vec<Rung>>,
    /// Texts of the company that may stand in public answers although they look private; absent: none.
    public_texts: Option<Vec<String>>,
}

/// One rung of a fallback ladder.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Rung {
    /// In the conversation, as wanted.
    Thread,
    /// In the conversation, only for the customer's eyes.
    Private,
    /// To an address of the customer on another connector.
    Address {
        /// The connector that sends.
        connector: String,
        /// Where the address stands: `customer/…`, `author/…` or `attributes/…`.
        to: String,
        /// The attribute that has to be true.
        consent: Option<String>,
    },
    /// A text that the channel has approved before.
    Template {
        /// The connector that sends; absent: the conversation's own.
        connector: Option<String>,
        /// Where the address stands; absent: the author's id.
        to: Option<String>,
        /// The template's name.
        template: String,
        /// BCP 47.
        language: String,
        /// What fills its places.
        params: Option<Vec<String>>,
        /// The attribute that has to be true.
        consent: Option<String>,
    },
    /// A task for a person: the conversation waits in this queue.
    Queue(String),
}

/// Where a notice goes beside the list of notices.
#[derive(ToSchema)]
pub(crate) struct NotifySpec {
    /// The recipient as policies name them.
    recipient: String,
    /// The connector that sends.
    connector: String,
    /// The address there.
    to: String,
}

/// The certificate of a listener, by the names of secrets.
#[derive(ToSchema)]
pub(crate) struct ListenerTls {
    /// Whose value is the certificate.
    certificate: String,
    /// Whose value is its private key.
    key: String,
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
    /// Wall time for one interaction.
    deadline_ms: u64,
    /// What has to be proven before it may serve, `backtest` or `dry-run`; absent: nothing.
    arm: Option<String>,
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
    /// Where notices go beside their list, by recipient; absent: nowhere.
    notify: Option<Vec<NotifySpec>>,
}
