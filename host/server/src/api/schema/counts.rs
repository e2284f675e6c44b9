//! What was counted since the start of the server.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// What a plugin did.
#[derive(ToSchema)]
pub(crate) struct PluginCounts {
    /// Calls, faults included.
    calls: u64,
    /// Faults by kind.
    faults: BTreeMap<String, u64>,
    /// Units of fuel.
    fuel: u64,
    /// Wall time in nanoseconds.
    duration_ns: u64,
    /// CPU time in nanoseconds.
    cpu_ns: u64,
    /// Wall time in nanoseconds spent in calls of the host.
    host_ns: u64,
    /// Calls of the host, `log` apart.
    host_calls: u64,
    /// Largest memory of one instance.
    memory_bytes_high: u64,
    /// Bytes handed in.
    bytes_in: u64,
    /// Bytes that came out.
    bytes_out: u64,
    /// Requests over HTTP.
    http_requests: u64,
    /// Bytes that they sent.
    http_bytes_sent: u64,
    /// Bytes that their answers brought.
    http_bytes_received: u64,
    /// Log lines that were dropped.
    logs_dropped: u64,
}

/// What came in over a connector.
#[derive(ToSchema)]
pub(crate) struct ConnectorCounts {
    /// Genuine deliveries, frames and pages that were accepted.
    deliveries: u64,
    /// Facts by kind of event, duplicates included.
    facts: BTreeMap<String, u64>,
    /// Facts that were known before.
    duplicates: u64,
    /// Deliveries that were not genuine.
    forged: u64,
    /// Deliveries that went into quarantine, by cause.
    quarantined: BTreeMap<String, u64>,
    /// Deliveries that were turned away because too many waited, or the store did not answer.
    turned_away: u64,
    /// Polls and other edge calls that failed.
    failures: u64,
    /// Tries to send, and questions whether something was sent, by outcome.
    outgoing: BTreeMap<String, u64>,
}

/// What the interactions of a chain cost.
#[derive(ToSchema)]
pub(crate) struct ChainCounts {
    /// Interactions that were decided.
    interactions: u64,
    /// Of them held because a plugin failed.
    held: u64,
    /// Calls of plugins, faults included.
    calls: u64,
    /// Faults.
    faults: u64,
    /// Units of fuel.
    fuel: u64,
    /// Wall time of its plugins' calls in nanoseconds.
    duration_ns: u64,
    /// CPU time of its plugins' calls in nanoseconds.
    cpu_ns: u64,
    /// Wall time in nanoseconds that its plugins spent in calls of the host.
    host_ns: u64,
    /// Requests over HTTP.
    http_requests: u64,
}

/// Whether a plugin is in service.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum BreakerState {
    /// In service.
    Closed,
    /// Out of service: it is not asked.
    Open,
    /// One call is let through: its outcome decides.
    HalfOpen,
}

/// A plugin's breaker.
#[derive(ToSchema)]
pub(crate) struct BreakerRow {
    /// Whether the plugin is in service.
    state: BreakerState,
    /// Calls within the window.
    calls: u32,
    /// Faults within the window.
    faults: u32,
    /// How often it was taken out of service since the start of the server.
    opened: u64,
    /// Since when it is out of service, in Unix milliseconds.
    since: Option<u64>,
    /// When it is tried again, in Unix milliseconds.
    retry_at: Option<u64>,
}
