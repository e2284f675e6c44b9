//! What happened since the start, counted: per plugin, chain and connector. No text of anybody ever gets in here.

mod generations;
mod meter;
mod swaps;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use model::{Decision, Trace};
use serde::Serialize;

use crate::generation::Generation;

pub use generations::GenerationCounts;
pub(crate) use meter::{ChainMeter, PluginMeter};
pub use swaps::{Buckets, SwapCount, SwapCounters, SwapCounts};

/// What a plugin did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PluginCounts {
    /// Calls, faults included; what several interactions were asked together counts for each.
    pub calls: u64,
    /// Faults by kind; `budget` and `tripped` are calls that were not made.
    pub faults: BTreeMap<String, u64>,
    /// Units of fuel.
    pub fuel: u64,
    /// Wall time in nanoseconds.
    pub duration_ns: u64,
    /// CPU time in nanoseconds.
    pub cpu_ns: u64,
    /// Wall time in nanoseconds spent in calls of the host.
    pub host_ns: u64,
    /// Calls of the host, `log` apart.
    pub host_calls: u64,
    /// Largest memory of one instance.
    pub memory_bytes_high: u64,
    /// Bytes handed in.
    pub bytes_in: u64,
    /// Bytes that came out.
    pub bytes_out: u64,
    /// Requests over HTTP.
    pub http_requests: u64,
    /// Bytes that they sent.
    pub http_bytes_sent: u64,
    /// Bytes that their answers brought.
    pub http_bytes_received: u64,
    /// Log lines that were dropped.
    pub logs_dropped: u64,
}

/// What the interactions of a chain cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChainCounts {
    /// Interactions that were decided.
    pub interactions: u64,
    /// Of them held because a plugin failed.
    pub held: u64,
    /// Calls of plugins, faults included.
    pub calls: u64,
    /// Faults, calls that were not made included.
    pub faults: u64,
    /// Units of fuel.
    pub fuel: u64,
    /// Wall time of its plugins' calls in nanoseconds.
    pub duration_ns: u64,
    /// CPU time of its plugins' calls in nanoseconds.
    pub cpu_ns: u64,
    /// Wall time in nanoseconds that its plugins spent in calls of the host.
    pub host_ns: u64,
    /// Requests over HTTP.
    pub http_requests: u64,
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
    /// Tries to send, and questions whether something was sent, by outcome.
    pub outgoing: BTreeMap<String, u64>,
}

/// All counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// By configured name.
    pub plugins: BTreeMap<String, PluginCounts>,
    /// By configured name.
    pub chains: BTreeMap<String, ChainCounts>,
    /// By configured name.
    pub connectors: BTreeMap<String, ConnectorCounts>,
    /// Decisions by disposition.
    pub decisions: BTreeMap<String, u64>,
    /// Decisions by generation.
    pub generations: GenerationCounts,
    /// How what serves was swapped.
    pub swaps: SwapCounts,
}

/// The counts, shared. The lists are bounded by the configured names.
#[derive(Debug, Default)]
pub struct Counters {
    plugins: Named<PluginMeter>,
    chains: Named<ChainMeter>,
    connectors: Named<Mutex<ConnectorCounts>>,
    decisions: Mutex<BTreeMap<&'static str, u64>>,
    generations: Mutex<GenerationCounts>,
    swaps: SwapCounters,
}

impl Counters {
    /// All counts now. Counts of calls that end meanwhile may be in one figure and not yet in another.
    #[must_use]
    pub fn snapshot(&self) -> Counts {
        Counts {
            plugins: self.plugins.all(PluginMeter::counts),
            chains: self.chains.all(ChainMeter::counts),
            connectors: self.connectors.all(|counts| locked(counts).clone()),
            decisions: locked(&self.decisions).iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            generations: locked(&self.generations).clone(),
            swaps: self.swaps.counts(),
        }
    }

    /// Where swaps are counted.
    #[must_use]
    pub fn swaps(&self) -> &SwapCounters {
        &self.swaps
    }

    /// Where a plugin's calls are counted.
    pub(crate) fn plugin(&self, name: &str) -> Arc<PluginMeter> {
        self.plugins.of(name)
    }

    /// Where a chain's interactions are counted.
    pub(crate) fn chain(&self, name: &str) -> Arc<ChainMeter> {
        self.chains.of(name)
    }

    /// Counts a decision.
    pub(crate) fn decided(&self, disposition: &'static str) {
        *locked(&self.decisions).entry(disposition).or_default() += 1;
    }

    /// Counts a decision that was committed, and checks that one generation alone has made it.
    pub(crate) fn committed(&self, generation: &Generation, decision: &Decision, trace: &Trace) {
        locked(&self.generations).committed(generation, decision, trace);
    }

    /// Counts what was accepted; facts by the names of their kinds.
    pub(crate) fn accepted(&self, connector: &str, facts: &[&str], duplicates: u32) {
        self.connector(connector, |counts| {
            counts.deliveries += 1;
            counts.duplicates += u64::from(duplicates);
            for fact in facts {
                bump(&mut counts.facts, fact);
            }
        });
    }

    pub(crate) fn forged(&self, connector: &str) {
        self.connector(connector, |counts| counts.forged += 1);
    }

    pub(crate) fn quarantined(&self, connector: &str, cause: &str) {
        self.connector(connector, |counts| bump(&mut counts.quarantined, cause));
    }

    pub(crate) fn turned_away(&self, connector: &str) {
        self.connector(connector, |counts| counts.turned_away += 1);
    }

    pub(crate) fn outgoing(&self, connector: &str, outcome: &str) {
        self.connector(connector, |counts| bump(&mut counts.outgoing, outcome));
    }

    pub(crate) fn failed(&self, connector: &str) {
        self.connector(connector, |counts| counts.failures += 1);
    }

    fn connector(&self, name: &str, change: impl FnOnce(&mut ConnectorCounts)) {
        change(&mut locked(&self.connectors.of(name)));
    }
}

/// Something for each configured name, found without a lock for writing once it is there.
#[derive(Debug)]
struct Named<T>(RwLock<BTreeMap<String, Arc<T>>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Default> Named<T> {
    fn of(&self, name: &str) -> Arc<T> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(known);
        }
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default())
    }

    fn all<C>(&self, counts: impl Fn(&T) -> C) -> BTreeMap<String, C> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(name, one)| (name.clone(), counts(one))).collect()
    }
}

fn locked<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}
