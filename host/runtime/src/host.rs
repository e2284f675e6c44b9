//! What the host lends to plugins, one file for each interface, and the state of one call.
//!
//! The grant check of each capability stands at the head of its function, beneath every version of the contract.

mod http;
mod keys;
mod log;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dispatch::port::{Egress, EgressGrant, Keys, Secrets, State};
use model::{Cost, HostCall, Limits, LogLine, Role};
use serde_json::Value as Json;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::pointsman as wit;
use crate::engine::EngineKind;
use crate::fault::Breach;
use crate::limiter::Limiter;

/// What the runtime needs from the outside to lend it to plugins.
#[derive(Clone)]
pub struct Services {
    /// The way to the network, for `http`.
    pub egress: Arc<dyn Egress>,
    /// Plugins' own state, for `state`.
    pub state: Arc<dyn State>,
    /// Arithmetic with keys, for `keys`.
    pub keys: Arc<dyn Keys>,
    /// The configured secrets' values.
    pub secrets: Arc<dyn Secrets>,
}

/// What is lent to one plugin: its effective grants, and the services behind them.
pub(crate) struct Lent {
    /// The plugin's configured name.
    pub(crate) plugin: String,
    pub(crate) limits: Limits,
    /// What it may do outside.
    pub(crate) egress: EgressGrant,
    /// The plugin's names for secrets, and the configured ones behind them.
    pub(crate) secrets: BTreeMap<String, String>,
    /// Quota of its state; 0 for none.
    pub(crate) state_bytes_max: u64,
    /// Absent while `configure` runs in a child: nothing is lent then.
    pub(crate) services: Option<Services>,
}

/// The state of one call.
pub(crate) struct CallHost {
    pub(crate) lent: Arc<Lent>,
    pub(crate) limiter: Limiter,
    /// Absent while `configure` runs.
    role: Option<Role>,
    /// When the call has used up its time.
    ends_at: Instant,
    host_calls: u64,
    calls: Vec<HostCall>,
    logs: Vec<LogLine>,
    logs_dropped: u64,
}

impl CallHost {
    pub(crate) fn new(lent: Arc<Lent>, role: Option<Role>, started: Instant, deadline_ms: u64) -> Self {
        let limiter = Limiter::new(lent.limits.memory_bytes_max);
        let ends_at = started + Duration::from_millis(deadline_ms);
        Self { lent, limiter, role, ends_at, host_calls: 0, calls: Vec::new(), logs: Vec::new(), logs_dropped: 0 }
    }

    /// What the call cost, fuel and time apart.
    pub(crate) fn into_cost(self) -> Cost {
        Cost {
            memory_bytes: self.limiter.memory_bytes(),
            host_calls: self.calls,
            logs: self.logs,
            logs_dropped: self.logs_dropped,
            ..Cost::default()
        }
    }

    /// Bytes that one lift or host call may copy out of the guest: what may be returned counts four times, because a record takes more room
    /// outside a guest than inside, and a request's or delivery's body must fit.
    pub(crate) fn transfer_bytes_max(&self) -> usize {
        let limits = &self.lent.limits;
        let bytes = limits.output_bytes_max.saturating_mul(4).max(limits.http_body_bytes_max.saturating_add(1 << 20)).max(2 << 20);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    fn is_edge(&self) -> bool {
        self.role.is_some_and(|role| !role.is_pure())
    }

    /// Counts a call of the host; beyond the limit the guest's call ends.
    fn count(&mut self) -> wasmtime::Result<()> {
        self.host_calls += 1;
        if self.host_calls > self.lent.limits.host_calls_max {
            return Err(Breach::HostCalls.into());
        }
        Ok(())
    }

    /// Notes what was asked and answered, so that a replay can answer the same.
    fn record(&mut self, function: &str, asked: Json, answered: Json) {
        self.calls.push(HostCall { function: function.to_owned(), asked, answered });
    }

    fn remaining_ms(&self) -> u64 {
        u64::try_from(self.ends_at.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u64::MAX)
    }
}

/// All imports of the contract for an engine. On the pure engine `http` and `state` are there, so that a plugin with roles of both kinds is
/// one component, and refuse.
pub(crate) fn linker(engine: &Engine, kind: EngineKind) -> wasmtime::Result<Linker<CallHost>> {
    let mut linker = Linker::new(engine);
    wit::host::log::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
    wit::host::keys::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
    match kind {
        EngineKind::Pure => {
            http::refuse_all(&mut linker)?;
            state::refuse_all(&mut linker)?;
        }
        EngineKind::Edge => {
            wit::host::http::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
            wit::host::state::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
        }
    }
    Ok(linker)
}

/// Bytes in a record: a text when they are UTF-8, otherwise an array of numbers.
fn json_bytes(bytes: &[u8]) -> Json {
    std::str::from_utf8(bytes).map_or_else(|_| Json::from(bytes), Json::from)
}

/// A domain value in a record.
fn json_of<T: serde::Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}
