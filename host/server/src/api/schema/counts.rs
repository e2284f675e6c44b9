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
    /// Calls of the host.
    host_calls: u64,
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
}
