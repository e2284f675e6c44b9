//! What plugins and chains cost since the start, and which plugins are out of service.

use std::collections::BTreeMap;
use std::time::Duration;

use dispatch::breaker::{BreakerRow, BreakerState};
use dispatch::counters::{ChainCounts, Counts, PluginCounts};

use super::MetricsError;
use super::core::{each, split};
use super::sheet::Sheet;

/// A sum: the end of its name, what it is, and where it is counted.
type Sum<T> = (&'static str, &'static str, fn(&T) -> u64);

const PLUGIN_SUMS: [Sum<PluginCounts>; 9] = [
    ("calls", "Calls of a plugin, faults included.", |counts| counts.calls),
    ("fuel", "Units of fuel that a plugin used.", |counts| counts.fuel),
    ("host_calls", "Calls of the host by a plugin.", |counts| counts.host_calls),
    ("in_bytes", "Bytes handed to a plugin.", |counts| counts.bytes_in),
    ("out_bytes", "Bytes that came out of a plugin.", |counts| counts.bytes_out),
    ("http_requests", "Requests of a plugin over HTTP, refused ones included.", |counts| counts.http_requests),
    ("http_sent_bytes", "Bytes that a plugin's requests sent.", |counts| counts.http_bytes_sent),
    ("http_received_bytes", "Bytes that the answers to a plugin's requests brought.", |counts| counts.http_bytes_received),
    ("logs_dropped", "Log lines of a plugin that were dropped by its limits.", |counts| counts.logs_dropped),
];

const PLUGIN_TIMES: [Sum<PluginCounts>; 3] = [
    ("busy_seconds", "Time spent in calls of a plugin.", |counts| counts.duration_ns),
    ("cpu_seconds", "CPU time of a plugin's calls, the host's part included.", |counts| counts.cpu_ns),
    ("host_seconds", "Time that a plugin spent in calls of the host.", |counts| counts.host_ns),
];

const CHAIN_SUMS: [Sum<ChainCounts>; 6] = [
    ("interactions", "Interactions that a chain decided.", |counts| counts.interactions),
    ("held", "Interactions of a chain that were held because a plugin failed.", |counts| counts.held),
    ("calls", "Calls of plugins in a chain, faults included.", |counts| counts.calls),
    ("faults", "Faults of plugins in a chain.", |counts| counts.faults),
    ("fuel", "Units of fuel that a chain used.", |counts| counts.fuel),
    ("http_requests", "Requests over HTTP in a chain.", |counts| counts.http_requests),
];

const CHAIN_TIMES: [Sum<ChainCounts>; 3] = [
    ("busy_seconds", "Time spent in calls of a chain's plugins.", |counts| counts.duration_ns),
    ("cpu_seconds", "CPU time of a chain's calls.", |counts| counts.cpu_ns),
    ("host_seconds", "Time that a chain's plugins spent in calls of the host.", |counts| counts.host_ns),
];

pub(super) fn plugins(counts: &Counts, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let all = &counts.plugins;
    sums("plugin", all, &PLUGIN_SUMS, &PLUGIN_TIMES, sheet)?;
    let faults = split(all, |plugin: &PluginCounts| &plugin.faults);
    sheet.counter("pointsman_plugin_faults_total", "Faults of a plugin, by kind.", &["plugin", "kind"], faults)?;
    let memory = each(all, |plugin| plugin.memory_bytes_high);
    sheet.gauge("pointsman_plugin_memory_high_bytes", "Largest memory of one instance since the start.", &["plugin"], memory)
}

pub(super) fn chains(counts: &Counts, sheet: &mut Sheet) -> Result<(), MetricsError> {
    sums("chain", &counts.chains, &CHAIN_SUMS, &CHAIN_TIMES, sheet)
}

pub(super) fn breakers(rows: &BTreeMap<String, BreakerRow>, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let state = rows.iter().map(|(name, row)| (vec![name.clone()], level(&row.state)));
    let help = "Whether a plugin is in service: 0 it is, 1 it is tried again, 2 it is not asked.";
    sheet.gauge("pointsman_plugin_breaker_state", help, &["plugin"], state)?;
    let help = "How often a plugin was taken out of service.";
    sheet.counter("pointsman_plugin_breaker_opened_total", help, &["plugin"], each(rows, |row| row.opened))
}

fn level(state: &BreakerState) -> u32 {
    match state {
        BreakerState::Closed => 0,
        BreakerState::HalfOpen => 1,
        BreakerState::Open => 2,
    }
}

fn sums<T>(kind: &str, all: &BTreeMap<String, T>, figures: &[Sum<T>], times: &[Sum<T>], sheet: &mut Sheet) -> Result<(), MetricsError> {
    for (name, help, figure) in figures {
        sheet.counter(&format!("pointsman_{kind}_{name}_total"), help, &[kind], each(all, figure))?;
    }
    for (name, help, figure) in times {
        let rows = each(all, figure).map(|(labels, ns)| (labels, Duration::from_nanos(ns)));
        sheet.counter_seconds(&format!("pointsman_{kind}_{name}_total"), help, &[kind], rows)?;
    }
    Ok(())
}
