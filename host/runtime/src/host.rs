//! What the host lends to plugins, one file for each interface, and the state of one call.
//!
//! The grant check of each capability stands at the head of its function, beneath every version of the contract.

mod budget;
mod http;
mod keys;
mod log;
mod meter;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dispatch::port::{Egress, EgressGrant, Keys, Secrets, State};
use model::{Cost, HostCall, Limits, LogLine, Role};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::pointsman as wit;
use crate::engine::EngineKind;
use crate::fault::Breach;
use crate::limiter::Limiter;

pub(crate) use meter::LogMeter;

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

/// What is lent to one plugin: its effective grants, and the services behind them. All its calls share it.
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
    /// What of its log reaches the operator's.
    pub(crate) meter: LogMeter,
    /// Its requests that may be under way.
    pub(crate) requests: Semaphore,
    /// Whether the host's time is measured.
    pub(crate) accounting: bool,
}

impl Lent {
    /// With nothing granted.
    pub(crate) fn nothing(plugin: &str, limits: &Limits) -> Self {
        let requests = usize::try_from(limits.http_parallel_max).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS);
        Self {
            plugin: plugin.to_owned(),
            limits: limits.clone(),
            egress: EgressGrant::default(),
            secrets: BTreeMap::new(),
            state_bytes_max: 0,
            services: None,
            meter: LogMeter::new(limits.log_lines_per_minute_max),
            requests: Semaphore::new(requests),
            accounting: true,
        }
    }

    /// Bytes that one answer or one call of the host may copy out of the guest. What may be returned counts four times, because a record
    /// takes more room outside a guest than inside, and a request's or delivery's body must fit.
    pub(crate) fn transfer_bytes_max(&self) -> u64 {
        let limits = &self.limits;
        limits.output_bytes_max.saturating_mul(4).max(limits.http_body_bytes_max.saturating_add(1 << 20)).max(2 << 20)
    }
}

/// The state of an instance's store: what it has taken for good, and the call that it serves.
pub(crate) struct CallHost {
    pub(crate) lent: Arc<Lent>,
    pub(crate) limiter: Limiter,
    /// Absent while `configure` runs.
    role: Option<Role>,
    /// When the call has used up its time.
    ends_at: Instant,
    deadline_ms: u64,
    used: Used,
    calls: Vec<HostCall>,
    logs: Vec<LogLine>,
    logs_dropped: u64,
    log_lines: u64,
}

/// What a call has used of the host.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    calls: u64,
    bytes: u64,
    ns: u64,
    http_requests: u64,
    http_bytes_sent: u64,
    http_bytes_received: u64,
    state_writes: u64,
}

/// What a guest's calls left behind for one entry of a batch.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) host_calls: Vec<HostCall>,
    pub(crate) logs: Vec<LogLine>,
    pub(crate) logs_dropped: u64,
}

impl CallHost {
    /// For a call that begins now and may take so long.
    pub(crate) fn new(lent: Arc<Lent>, role: Option<Role>, started: Instant, deadline_ms: u64) -> Self {
        Self {
            limiter: Limiter::new(&lent.limits),
            lent,
            role,
            ends_at: started + Duration::from_millis(deadline_ms),
            deadline_ms,
            used: Used::default(),
            calls: Vec::new(),
            logs: Vec::new(),
            logs_dropped: 0,
            log_lines: 0,
        }
    }

    /// The next call of the same instance: everything but what the instance has taken for good begins anew.
    pub(crate) fn begin(&mut self, role: Role, started: Instant, deadline_ms: u64) {
        self.role = Some(role);
        self.ends_at = started + Duration::from_millis(deadline_ms);
        self.deadline_ms = deadline_ms;
        self.used = Used::default();
        self.log_lines = 0;
        drop(self.take_records());
    }

    /// What the call cost, as far as the host knows it.
    pub(crate) fn take_cost(&mut self) -> Cost {
        let Records { host_calls, logs, logs_dropped } = self.take_records();
        Cost {
            host_ns: self.used.ns,
            deadline_ms: self.deadline_ms,
            memory_bytes: self.limiter.memory_bytes(),
            http_requests: self.used.http_requests,
            http_bytes_sent: self.used.http_bytes_sent,
            http_bytes_received: self.used.http_bytes_received,
            host_calls,
            logs,
            logs_dropped,
            ..Cost::default()
        }
    }

    /// What has been recorded since the last time.
    pub(crate) fn take_records(&mut self) -> Records {
        let logs_dropped = std::mem::take(&mut self.logs_dropped);
        Records { host_calls: std::mem::take(&mut self.calls), logs: std::mem::take(&mut self.logs), logs_dropped }
    }

    /// Whether the call has used up its time.
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.ends_at
    }

    fn is_edge(&self) -> bool {
        self.role.is_some_and(|role| !role.is_pure())
    }

    /// Counts a call of the host and the bytes that it brings; beyond a limit the guest's call ends.
    fn enter(&mut self, bytes: usize) -> Result<Entered, Breach> {
        self.used.calls += 1;
        if self.used.calls > self.lent.limits.host_calls_max {
            return Err(Breach::HostCalls);
        }
        self.pass(bytes)?;
        Ok(Entered(self.lent.accounting.then(Instant::now)))
    }

    /// Counts the bytes that go back, and the time.
    fn leave(&mut self, entered: &Entered, bytes: usize) -> Result<(), Breach> {
        if let Entered(Some(at)) = entered {
            self.used.ns = self.used.ns.saturating_add(u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        self.pass(bytes)
    }

    fn pass(&mut self, bytes: usize) -> Result<(), Breach> {
        self.used.bytes = self.used.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.used.bytes > self.lent.limits.host_bytes_max { Err(Breach::HostBytes) } else { Ok(()) }
    }

    /// Notes what was asked and answered, so that a replay can answer the same.
    fn record(&mut self, function: &str, asked: Json, answered: Json) {
        self.calls.push(HostCall { function: function.to_owned(), asked, answered });
    }

    fn left_ms(&self) -> u64 {
        u64::try_from(self.ends_at.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u64::MAX)
    }
}

/// A call of the host under way; when it began, if that is measured.
struct Entered(Option<Instant>);

/// All imports of the contract for an engine. On the pure engine `http` and `state` are there, so that a plugin with roles of both kinds is
/// one component, and refuse.
pub(crate) fn linker(engine: &Engine, kind: EngineKind) -> wasmtime::Result<Linker<CallHost>> {
    let mut linker = Linker::new(engine);
    wit::host::log::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
    wit::host::budget::add_to_linker::<_, HasSelf<CallHost>>(&mut linker, |host| host)?;
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

/// Bytes in a record: a text when they are UTF-8, otherwise in hex, because an array of numbers takes sixteen times their room.
fn json_bytes(bytes: &[u8]) -> Json {
    std::str::from_utf8(bytes).map_or_else(|_| json!({ "hex": hex::encode(bytes) }), Json::from)
}

/// A domain value in a record.
fn json_of<T: serde::Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}
