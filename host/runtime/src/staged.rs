//! A staged plugin: the calls of its roles, on instances that live as long as its isolation says.
//!
//! *Interaction*: a store and an instance for each entry, dropped with it. *Batch*: one for a bounded number of entries; after a fault it is
//! dropped and each entry is asked again on an instance of its own. *Warm*: an instance serves a bounded number of calls, one at a time. In
//! every mode a store that has seen a fault, a timeout or a cancellation is dropped, never used again.
//!
//! A call waits for its place in the pool before it begins. The wait is not charged to the plugin's deadline, but it is to the interaction's
//! budget.

mod batch;
mod edge;
mod live;
mod meter;
mod plugin;
mod pure;
mod shelf;

use std::fmt;
use std::sync::Arc;

use dispatch::port::PluginInfo;
use model::{Call, Cost, FaultKind, Isolation};
use wasmtime::component::InstancePre;

use crate::function::{Function, Functions};
use crate::gate::Lane;
use crate::host::{CallHost, Lent};

pub(crate) use shelf::{Idle, Shelf};

/// Calls of an instance whose component cannot be snapshotted, unless the operator says otherwise.
pub(crate) const WARM_CALLS_MAX: u32 = 1_000;

/// The plugin on one engine: linked, its functions found, its idle instances.
pub(crate) struct Side {
    pub(crate) pre: InstancePre<CallHost>,
    pub(crate) functions: Functions,
    pub(crate) shelf: Shelf,
}

/// How an instance is configured that does not start from a snapshot.
pub(crate) struct Configure {
    pub(crate) settings: String,
    pub(crate) fuel_max: u64,
    pub(crate) deadline_ms: u64,
}

/// A plugin that can be called.
pub(crate) struct StagedPlugin {
    /// Its isolation is the one that is kept, not the one that was asked for.
    pub(crate) info: PluginInfo,
    pub(crate) lent: Arc<Lent>,
    pub(crate) pure: Option<Side>,
    pub(crate) edge: Option<Side>,
    /// Present when there is no snapshot: every instance is configured first.
    pub(crate) configure: Option<Configure>,
    /// Its way to the places of the pool.
    pub(crate) lane: Lane,
}

impl fmt::Debug for StagedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StagedPlugin").field("name", &self.info.spec.name).field("digest", &self.info.digest).finish_non_exhaustive()
    }
}

impl StagedPlugin {
    /// The isolation that a component can have: one without a snapshot is too slow to start for anything but warm instances.
    pub(crate) fn isolation(asked: Isolation, snapshotted: bool) -> Isolation {
        match asked {
            Isolation::Interaction | Isolation::Batch { .. } if !snapshotted => Isolation::Warm { calls_max: WARM_CALLS_MAX },
            kept => kept,
        }
    }

    /// Where the function runs, if the plugin has its role.
    fn side(&self, function: Function) -> Option<&Side> {
        let role = function.role();
        let side = if role.is_pure() { &self.pure } else { &self.edge };
        side.as_ref().filter(|_| self.info.roles.contains(&role))
    }

    fn no_role<T>(&self, function: Function) -> Call<T> {
        refused(FaultKind::Instantiate(format!("`{}` is no {}", self.info.spec.name, function.role())), 0)
    }

    /// Instances that wait for their next call.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        [&self.pure, &self.edge].into_iter().flatten().map(|side| side.shelf.len()).sum()
    }

    /// How many calls an instance serves.
    fn calls_max(&self) -> u32 {
        match self.info.spec.isolation {
            Isolation::Warm { calls_max } => calls_max.max(1),
            Isolation::Interaction | Isolation::Batch { .. } => 1,
        }
    }
}

/// A call that was not made.
fn refused<T>(why: FaultKind, deadline_ms: u64) -> Call<T> {
    Call { outcome: Err(why), cost: Cost { deadline_ms, ..Cost::default() } }
}
