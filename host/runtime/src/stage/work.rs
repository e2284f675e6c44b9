//! The work of staging that needs bounds: `configure`, snapshot, compile. It runs in a child process, or in this one for tests.

use std::sync::Arc;
use std::time::Instant;

use model::{FaultKind, Limits, Problem};
use serde::{Deserialize, Serialize};
use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{Engine, Store};
use wasmtime_wizer::Wizer;

use super::snapshot::{Snapshotting, ready};
use crate::bindings::pointsman::host::types as wit;
use crate::convert::{Lift, host::lift_problems};
use crate::engine::{self, EngineKind, Stack};
use crate::fault::{self, Given};
use crate::host::{CallHost, Lent, linker};
use crate::ticker;

/// What is to be done with a component.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The plugin's configured name, for its log lines.
    pub(crate) plugin: String,
    /// The plugin's own table, as JSON text.
    pub(crate) settings: String,
    /// `memory_bytes_max` and the caps on logs and outputs hold for `configure`.
    pub(crate) limits: Limits,
    /// Fuel of `configure`.
    pub(crate) configure_fuel_max: u64,
    /// Wall time of `configure`.
    pub(crate) configure_deadline_ms: u64,
    /// Stack of guest code.
    pub(crate) stack_bytes_max: u64,
    /// Compile for the pure engine.
    pub(crate) pure: bool,
    /// Compile for the edge engine.
    pub(crate) edge: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// Configured and compiled; `why_not` says why there is no snapshot.
    Done { why_not: Option<String> },
    /// The plugin refuses its settings.
    Refused(Vec<Problem>),
    /// `configure` faulted.
    Faulted(FaultKind),
    /// The compiler refuses the component.
    Uncompilable(String),
}

/// Compiled code by engine.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) pure: Option<Vec<u8>>,
    pub(crate) edge: Option<Vec<u8>>,
}

/// Configures, snapshots and compiles.
pub(crate) fn work(job: &Job, component: &[u8]) -> (Verdict, Compiled) {
    match try_work(job, component) {
        Ok((compiled, why_not)) => (Verdict::Done { why_not }, compiled),
        Err(verdict) => (verdict, Compiled::default()),
    }
}

fn try_work(job: &Job, component: &[u8]) -> Result<(Compiled, Option<String>), Verdict> {
    let (snapshot, why_not) = match snapshot(job, component)? {
        Ok(snapshot) => (Some(snapshot), None),
        Err(why_not) => (None, Some(why_not)),
    };
    let component = snapshot.as_deref().unwrap_or(component);
    let compile = |kind: EngineKind| {
        let engine = engine::compiling(kind, Stack::new(job.stack_bytes_max)).map_err(uncompilable)?;
        engine.precompile_component(component).map_err(uncompilable)
    };
    let pure = job.pure.then(|| compile(EngineKind::Pure)).transpose()?;
    let edge = job.edge.then(|| compile(EngineKind::Edge)).transpose()?;
    Ok((Compiled { pure, edge }, why_not))
}

/// The component as `configure` left it, or why there can be none; then `configure` has only judged the settings.
fn snapshot(job: &Job, component: &[u8]) -> Result<Result<Vec<u8>, String>, Verdict> {
    let mut wizer = Wizer::new();
    wizer.init_func("configure").keep_init_func(true);
    match wizer.instrument_component(component) {
        Ok((context, instrumented)) => {
            let (mut store, instance) = configure(job, &instrumented)?;
            let mut state = Snapshotting { store: &mut store, instance };
            Ok(ready(wizer.snapshot_component(&context, &mut state)).map_err(|why| why.root_cause().to_string()))
        }
        Err(why_not) => {
            configure(job, component)?;
            Ok(Err(why_not.root_cause().to_string()))
        }
    }
}

/// A configured instance.
fn configure(job: &Job, component: &[u8]) -> Result<(Store<CallHost>, Instance), Verdict> {
    let engine = engine::configuring(Stack::new(job.stack_bytes_max)).map_err(uncompilable)?;
    ticker::start(&[&engine]).map_err(|why| Verdict::Uncompilable(format!("no thread for the clock: {why}")))?;
    let component = Component::new(&engine, component).map_err(uncompilable)?;
    let pre = linker(&engine, EngineKind::Pure).and_then(|linker| linker.instantiate_pre(&component)).map_err(uncompilable)?;
    let mut store = store(&engine, job);
    let answer = run_configure(&mut store, &pre, &job.settings);
    let given = Given {
        limits: &job.limits,
        fuel_max: job.configure_fuel_max,
        deadline_ms: job.configure_deadline_ms,
        transfer_bytes_max: store.data().lent.transfer_bytes_max(),
    };
    let fault = |why: &wasmtime::Error| Verdict::Faulted(fault::kind(why, &given));
    let (instance, answer) = answer.map_err(|why| fault(&why))?;
    match answer {
        Ok(()) => Ok((store, instance)),
        Err(problems) => {
            let lifted = lift_problems(&mut Lift::new(&job.limits, None), problems);
            Err(lifted.map_or_else(Verdict::Faulted, Verdict::Refused))
        }
    }
}

fn store(engine: &Engine, job: &Job) -> Store<CallHost> {
    let lent = Lent::nothing(&job.plugin, &job.limits);
    let transfer_bytes_max = usize::try_from(lent.transfer_bytes_max()).unwrap_or(usize::MAX);
    let handles_max = usize::try_from(job.limits.handles_max).unwrap_or(usize::MAX);
    let host = CallHost::new(Arc::new(lent), None, Instant::now(), job.configure_deadline_ms);
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limiter);
    store.set_hostcall_fuel(transfer_bytes_max);
    store.set_max_component_handles(handles_max);
    store.set_epoch_deadline(ticker::ticks(job.configure_deadline_ms));
    // Fuel is on in every engine that configures.
    let _ = store.set_fuel(job.configure_fuel_max);
    store
}

type Answer = (Instance, Result<(), Vec<wit::Problem>>);

fn run_configure(store: &mut Store<CallHost>, pre: &InstancePre<CallHost>, settings: &str) -> wasmtime::Result<Answer> {
    let instance = pre.instantiate(&mut *store)?;
    let configure = instance.get_typed_func::<(&str,), (Result<(), Vec<wit::Problem>>,)>(&mut *store, "configure")?;
    let (answer,) = configure.call(store, (settings,))?;
    Ok((instance, answer))
}

#[expect(clippy::needless_pass_by_value, reason = "the form of map_err")]
fn uncompilable(why: wasmtime::Error) -> Verdict {
    Verdict::Uncompilable(format!("{why:#}"))
}
