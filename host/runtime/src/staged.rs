//! A staged plugin: the calls of its roles. Every call has a store and an instance of its own, which are dropped with it, fault or not.

mod call;
mod plugin;

use std::fmt;
use std::sync::Arc;

use dispatch::port::PluginInfo;
use tokio::sync::Semaphore;
use wasmtime::component::InstancePre;

use crate::function::Functions;
use crate::host::{CallHost, Lent};

/// The plugin on one engine: linked, its functions found.
pub(crate) struct Side {
    pub(crate) pre: InstancePre<CallHost>,
    pub(crate) functions: Functions,
}

/// How an instance is configured that does not start from a snapshot.
pub(crate) struct Configure {
    pub(crate) settings: String,
    pub(crate) fuel_max: u64,
    pub(crate) deadline_ms: u64,
}

/// A plugin that can be called.
pub(crate) struct StagedPlugin {
    pub(crate) info: PluginInfo,
    pub(crate) lent: Arc<Lent>,
    pub(crate) pure: Option<Side>,
    pub(crate) edge: Option<Side>,
    /// Present when there is no snapshot: every instance is configured first.
    pub(crate) configure: Option<Configure>,
    /// Edge calls wait for a slot of the pool; pure calls are bounded by the threads that make them.
    pub(crate) edge_calls: Arc<Semaphore>,
}

impl fmt::Debug for StagedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StagedPlugin").field("name", &self.info.spec.name).field("digest", &self.info.digest).finish_non_exhaustive()
    }
}
