//! Breakers: a plugin that keeps failing is taken out of service, and tried again from time to time.
//!
//! A plugin that is out of service is not called: the step's `on_fault` applies at once, so that a broken plugin costs nobody its deadline
//! again and again. One breaker stands before a plugin wherever it is used, so the same plugin in two chains trips once; another component, or
//! the same one with other settings, grants or limits, starts in service under the same name, so that what a candidate did is not held
//! against the generation that comes back. Only what the plugin did itself counts.

mod circuit;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{BreakerSpec, Digest, FaultKind, PluginSpec, Timestamp};
use serde::Serialize;

use crate::generation::Generation;
use crate::port::{Clock, PluginInfo};
use circuit::{Change, Circuit, Ticket};

/// Components of one name whose state is remembered: those of what serves, of a canary, and of the ones before, for a rollback.
const COMPONENTS_MAX: usize = 4;

/// Whether a plugin is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// In service.
    #[default]
    Closed,
    /// Out of service.
    Open,
    /// Out of service but for one call that decides whether it comes back.
    HalfOpen,
}

/// A breaker at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BreakerRow {
    /// Whether the plugin is called.
    pub state: BreakerState,
    /// Calls within the window.
    pub calls: u32,
    /// Of them faults.
    pub faults: u32,
    /// How often it was taken out of service since the start.
    pub opened: u64,
    /// Since when the state is what it is; absent: since the start.
    pub since: Option<Timestamp>,
    /// When one call is let through; absent while in service.
    pub retry_at: Option<Timestamp>,
}

/// All breakers, shared by chains and connectors. The list is bounded by the configured names.
pub struct Breakers {
    clock: Arc<dyn Clock>,
    all: Mutex<BTreeMap<String, Vec<Kept>>>,
}

struct Kept {
    digest: Digest,
    spec: PluginSpec,
    breaker: Arc<Breaker>,
}

impl Breakers {
    /// Windows and waits go by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, all: Mutex::default() }
    }

    /// All breakers now, by the plugin's configured name.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<String, BreakerRow> {
        let newest = |(name, kept): (&String, &Vec<Kept>)| kept.first().map(|kept| (name.clone(), kept.breaker.row()));
        self.lock().iter().filter_map(newest).collect()
    }

    /// This generation serves: the rows are its plugins' from now on.
    pub fn serves(&self, generation: &Generation) {
        for plugin in generation.plugins().values() {
            self.of(plugin.info());
        }
    }

    /// The clock that everything here goes by.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The breaker before this plugin.
    pub(crate) fn of(&self, info: &PluginInfo) -> Arc<Breaker> {
        let name = &info.spec.name;
        let mut all = self.lock();
        if !all.contains_key(name) {
            all.insert(name.clone(), Vec::new());
        }
        let fresh = || Arc::new(Breaker { plugin: name.clone(), clock: Arc::clone(&self.clock), circuit: Mutex::default() });
        let Some(kept) = all.get_mut(name) else { return fresh() };
        match kept.iter().position(|kept| kept.is_of(info)) {
            Some(0) => {}
            Some(at) => kept.swap(0, at),
            None => kept.insert(0, Kept { digest: info.digest.clone(), spec: info.spec.clone(), breaker: fresh() }),
        }
        kept.truncate(COMPONENTS_MAX);
        kept.first().map_or_else(fresh, |kept| Arc::clone(&kept.breaker))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Kept>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Whether it is before the same component, made to do the same.
    fn is_of(&self, info: &PluginInfo) -> bool {
        let (known, other) = (&self.spec, &info.spec);
        self.digest == info.digest && known.settings == other.settings && known.grants == other.grants && known.limits == other.limits
    }
}

impl fmt::Debug for Breakers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.snapshot()).finish()
    }
}

/// The breaker before one plugin.
pub(crate) struct Breaker {
    plugin: String,
    clock: Arc<dyn Clock>,
    circuit: Mutex<Circuit>,
}

impl Breaker {
    /// The right to call the plugin, for at least one and at most `wanted` calls at once: never more than could take it out of service, so
    /// that what is asked together trips it no later than what is asked one by one.
    pub(crate) fn admit(self: &Arc<Self>, spec: &BreakerSpec, wanted: usize) -> Result<Pass, FaultKind> {
        let admitted = self.lock().admit(self.now_ms(), spec, wanted);
        let refused = FaultKind::Tripped { faults_max: spec.faults_max, window_ms: spec.window_ms };
        let (calls, ticket) = admitted.ok_or(refused)?;
        Ok(Pass { breaker: Arc::clone(self), spec: *spec, calls, ticket, heard: false })
    }

    fn row(&self) -> BreakerRow {
        let (now_ms, now) = (self.now_ms(), self.clock.now());
        self.lock().row(now_ms, now)
    }

    fn now_ms(&self) -> u64 {
        millis(self.clock.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self, change: &Change, last: Option<&FaultKind>) {
        let (plugin, kind) = (self.plugin.as_str(), last.map_or("", FaultKind::name));
        match change {
            Change::Opened { faults, open_ms } => tracing::warn!(plugin, faults, kind, open_ms, "the plugin is out of service"),
            Change::Closed => tracing::info!(plugin, "the plugin is back in service"),
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Breaker({})", self.plugin)
    }
}

/// The right to some calls. What came of them is to be told; a pass that is dropped instead, because the call was given up, tells nothing,
/// and another call may try.
#[derive(Debug)]
pub(crate) struct Pass {
    breaker: Arc<Breaker>,
    spec: BreakerSpec,
    calls: usize,
    ticket: Ticket,
    heard: bool,
}

impl Pass {
    /// How many calls it is for.
    pub(crate) fn calls(&self) -> usize {
        self.calls
    }

    /// What came of the calls: absent for an answer. Faults that are not the plugin's own count as calls only.
    pub(crate) fn heard<'a>(mut self, outcomes: impl IntoIterator<Item = Option<&'a FaultKind>>) {
        self.heard = true;
        let (mut calls, mut faults, mut last) = (0_u32, 0_u32, None);
        for outcome in outcomes {
            calls = calls.saturating_add(1);
            if let Some(kind) = outcome.filter(|kind| kind.is_its_own()) {
                faults = faults.saturating_add(1);
                last = Some(kind);
            }
        }
        let (now_ms, now) = (self.breaker.now_ms(), self.breaker.clock.now());
        let change = self.breaker.lock().heard(now_ms, now, &self.spec, self.ticket, calls, faults);
        if let Some(change) = change {
            self.breaker.log(&change, last);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.heard {
            let now_ms = self.breaker.now_ms();
            self.breaker.lock().given_up(now_ms, self.ticket);
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
