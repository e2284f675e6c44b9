//! The counts of one plugin and of one chain, counted without a lock: a call is over in microseconds, and many threads count at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use model::{Call, Cost, FaultKind};

use super::{ChainCounts, PluginCounts};

/// A sum that only grows.
#[derive(Debug, Default)]
struct Sum(AtomicU64);

impl Sum {
    fn add(&self, count: u64) {
        if count > 0 {
            self.0.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn raise_to(&self, count: u64) {
        if self.0.load(Ordering::Relaxed) < count {
            self.0.fetch_max(count, Ordering::Relaxed);
        }
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what one plugin does.
#[derive(Debug, Default)]
pub(crate) struct PluginMeter {
    calls: Sum,
    /// Faults are rare, and few kinds.
    faults: Mutex<BTreeMap<&'static str, u64>>,
    fuel: Sum,
    duration_ns: Sum,
    cpu_ns: Sum,
    host_ns: Sum,
    host_calls: Sum,
    memory_bytes_high: Sum,
    bytes_in: Sum,
    bytes_out: Sum,
    http_requests: Sum,
    http_bytes_sent: Sum,
    http_bytes_received: Sum,
    logs_dropped: Sum,
}

impl PluginMeter {
    /// Counts a call. What several interactions share is counted once.
    pub(crate) fn called<T>(&self, call: &Call<T>) {
        self.calls.add(1);
        if let Err(fault) = &call.outcome {
            self.refused(fault);
        }
        if call.cost.counts() {
            self.cost(&call.cost);
        }
    }

    /// Counts a call that was not made.
    pub(crate) fn refused(&self, fault: &FaultKind) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner).entry(fault.name()).or_default() += 1;
    }

    fn cost(&self, cost: &Cost) {
        self.fuel.add(cost.fuel);
        self.duration_ns.add(cost.duration_ns);
        self.cpu_ns.add(cost.cpu_ns);
        self.host_ns.add(cost.host_ns);
        self.host_calls.add(u64::try_from(cost.host_calls.len()).unwrap_or_default());
        self.memory_bytes_high.raise_to(cost.memory_bytes);
        self.bytes_in.add(cost.bytes_in);
        self.bytes_out.add(cost.bytes_out);
        self.http_requests.add(cost.http_requests);
        self.http_bytes_sent.add(cost.http_bytes_sent);
        self.http_bytes_received.add(cost.http_bytes_received);
        self.logs_dropped.add(cost.logs_dropped);
    }

    pub(super) fn counts(&self) -> PluginCounts {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        PluginCounts {
            calls: self.calls.get(),
            faults: faults.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            fuel: self.fuel.get(),
            duration_ns: self.duration_ns.get(),
            cpu_ns: self.cpu_ns.get(),
            host_ns: self.host_ns.get(),
            host_calls: self.host_calls.get(),
            memory_bytes_high: self.memory_bytes_high.get(),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out.get(),
            http_requests: self.http_requests.get(),
            http_bytes_sent: self.http_bytes_sent.get(),
            http_bytes_received: self.http_bytes_received.get(),
            logs_dropped: self.logs_dropped.get(),
        }
    }
}

/// Counts what the interactions of one chain cost.
#[derive(Debug, Default)]
pub(crate) struct ChainMeter {
    interactions: Sum,
    held: Sum,
    calls: Sum,
    faults: Sum,
    fuel: Sum,
    duration_ns: Sum,
    cpu_ns: Sum,
    host_ns: Sum,
    http_requests: Sum,
}

impl ChainMeter {
    /// Counts a call of one of its plugins.
    pub(crate) fn called<T>(&self, call: &Call<T>) {
        self.calls.add(1);
        self.faults.add(u64::from(call.outcome.is_err()));
        if call.cost.counts() {
            self.fuel.add(call.cost.fuel);
            self.duration_ns.add(call.cost.duration_ns);
            self.cpu_ns.add(call.cost.cpu_ns);
            self.host_ns.add(call.cost.host_ns);
            self.http_requests.add(call.cost.http_requests);
        }
    }

    /// Counts a call that was not made.
    pub(crate) fn refused(&self) {
        self.faults.add(1);
    }

    /// Counts a decision.
    pub(crate) fn decided(&self, held: bool) {
        self.interactions.add(1);
        self.held.add(u64::from(held));
    }

    pub(super) fn counts(&self) -> ChainCounts {
        ChainCounts {
            interactions: self.interactions.get(),
            held: self.held.get(),
            calls: self.calls.get(),
            faults: self.faults.get(),
            fuel: self.fuel.get(),
            duration_ns: self.duration_ns.get(),
            cpu_ns: self.cpu_ns.get(),
            host_ns: self.host_ns.get(),
            http_requests: self.http_requests.get(),
        }
    }
}
