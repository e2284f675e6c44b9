//! What happened since the start, counted: per plugin and per connector. No text of anybody ever gets in here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{Call, Fact};
use serde::Serialize;

/// What a plugin did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PluginCounts {
    /// Calls, faults included.
    pub calls: u64,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
    /// Units of fuel.
    pub fuel: u64,
    /// Wall time in nanoseconds.
    pub duration_ns: u64,
    /// Calls of the host.
    pub host_calls: u64,
}

/// What came in over a connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConnectorCounts {
    /// Genuine deliveries, frames and pages that were accepted.
    pub deliveries: u64,
    /// Facts by kind of event, duplicates included.
    pub facts: BTreeMap<String, u64>,
    /// Facts that were known before.
    pub duplicates: u64,
    /// Deliveries that were not genuine.
    pub forged: u64,
    /// Deliveries that went into quarantine, by cause.
    pub quarantined: BTreeMap<String, u64>,
    /// Deliveries that were turned away because too many waited, or the store did not answer.
    pub turned_away: u64,
    /// Polls and other edge calls that failed.
    pub failures: u64,
}

/// All counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// By configured name.
    pub plugins: BTreeMap<String, PluginCounts>,
    /// By configured name.
    pub connectors: BTreeMap<String, ConnectorCounts>,
    /// Decisions by disposition.
    pub decisions: BTreeMap<String, u64>,
}

/// The counts, shared. The lists are bounded by the configured names.
#[derive(Debug, Default)]
pub struct Counters(Mutex<Counts>);

impl Counters {
    /// All counts now.
    #[must_use]
    pub fn snapshot(&self) -> Counts {
        self.lock().clone()
    }

    /// Counts a call of a plugin.
    pub fn called<T>(&self, plugin: &str, call: &Call<T>) {
        let mut counts = self.lock();
        let counts = entry(&mut counts.plugins, plugin);
        counts.calls += 1;
        counts.fuel = counts.fuel.saturating_add(call.cost.fuel);
        counts.duration_ns = counts.duration_ns.saturating_add(call.cost.duration_ns);
        counts.host_calls += u64::try_from(call.cost.host_calls.len()).unwrap_or_default();
        if let Err(fault) = &call.outcome {
            *entry(&mut counts.faults, fault.name()) += 1;
        }
    }

    /// Counts a decision.
    pub fn decided(&self, disposition: &str) {
        *entry(&mut self.lock().decisions, disposition) += 1;
    }

    pub(crate) fn accepted(&self, connector: &str, facts: &[Fact], duplicates: u32) {
        self.connector(connector, |counts| {
            counts.deliveries += 1;
            counts.duplicates += u64::from(duplicates);
            for fact in facts {
                *entry(&mut counts.facts, fact.event.kind().name()) += 1;
            }
        });
    }

    pub(crate) fn forged(&self, connector: &str) {
        self.connector(connector, |counts| counts.forged += 1);
    }

    pub(crate) fn quarantined(&self, connector: &str, cause: &str) {
        self.connector(connector, |counts| *entry(&mut counts.quarantined, cause) += 1);
    }

    pub(crate) fn turned_away(&self, connector: &str) {
        self.connector(connector, |counts| counts.turned_away += 1);
    }

    pub(crate) fn failed(&self, connector: &str) {
        self.connector(connector, |counts| counts.failures += 1);
    }

    fn connector(&self, name: &str, change: impl FnOnce(&mut ConnectorCounts)) {
        change(entry(&mut self.lock().connectors, name));
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry<'a, T: Default>(map: &'a mut BTreeMap<String, T>, name: &str) -> &'a mut T {
    map.entry(name.to_owned()).or_default()
}
