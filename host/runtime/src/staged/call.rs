//! One call: store, instance, function, answer, cost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Call, Cost, FaultKind};
use wasmtime::component::{ComponentNamedList, Instance, Lift as WasmLift, Lower};
use wasmtime::{Store, UpdateDeadline};

use super::{Configure, Side, StagedPlugin};
use crate::bindings::pointsman::host::types as wit;
use crate::convert::Lift;
use crate::fault::{self, Breach};
use crate::function::Function;
use crate::host::CallHost;
use crate::ticker;

type ConfigureAnswer = (Result<(), Vec<wit::Problem>>,);

impl StagedPlugin {
    /// Calls a function of a pure role on this thread. `raw_bytes` is the size of what raw ranges point into.
    pub(super) fn call_pure<P, R, T>(
        &self,
        function: Function,
        raw_bytes: Option<usize>,
        params: P,
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind>,
    ) -> Call<T>
    where
        P: ComponentNamedList + Lower,
        R: 'static,
        (R,): ComponentNamedList + WasmLift,
    {
        let started = Instant::now();
        let Some(side) = self.side(function) else { return self.no_role(function) };
        let limits = &self.lent.limits;
        let mut store = self.store(side, function, started);
        let mut spent = 0;
        let result = self.run_pure::<P, R>(&mut store, side, function, params, &mut spent);
        let fuel = spent + limits.fuel_max.saturating_sub(store.get_fuel().unwrap_or_default());
        let outcome = match result {
            Ok(value) => lift(&mut Lift::new(limits.output_bytes_max, raw_bytes), value),
            Err(why) => Err(fault::kind(&why, limits, limits.fuel_max, limits.deadline_ms)),
        };
        finish(store, started, fuel, outcome)
    }

    fn run_pure<P, R>(
        &self,
        store: &mut Store<CallHost>,
        side: &Side,
        function: Function,
        params: P,
        spent: &mut u64,
    ) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower,
        R: 'static,
        (R,): ComponentNamedList + WasmLift,
    {
        let instance = if let Some(configure) = &self.configure {
            *spent = configure.fuel_max;
            store.set_fuel(configure.fuel_max)?;
            store.set_epoch_deadline(ticker::ticks(configure.deadline_ms));
            let instance = side.pre.instantiate(&mut *store)?;
            let typed = instance.get_typed_func::<(&str,), ConfigureAnswer>(&mut *store, "configure")?;
            let (answer,) = typed.call(&mut *store, (&configure.settings,))?;
            configured(answer)?;
            *spent = configure.fuel_max.saturating_sub(store.get_fuel()?);
            self.arm_pure(store)?;
            instance
        } else {
            self.arm_pure(store)?;
            side.pre.instantiate(&mut *store)?
        };
        let export = side.functions.get(function).ok_or_else(|| missing(function))?;
        let typed = instance.get_typed_func::<P, (R,)>(&mut *store, export)?;
        Ok(typed.call(store, params)?.0)
    }

    fn arm_pure(&self, store: &mut Store<CallHost>) -> wasmtime::Result<()> {
        store.set_fuel(self.lent.limits.fuel_max)?;
        store.set_epoch_deadline(ticker::ticks(self.lent.limits.deadline_ms));
        Ok(())
    }

    /// Calls a function of an edge role. The deadline covers the guest's and the host's time, not the wait for a slot.
    pub(super) async fn call_edge<P, R, T>(
        &self,
        function: Function,
        params: P,
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind> + Send,
    ) -> Call<T>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + WasmLift + Send + Sync + 'static,
    {
        let Some(side) = self.side(function) else { return self.no_role(function) };
        let Ok(_slot) = self.edge_calls.acquire().await else {
            return refused("the runtime is shutting down".to_owned());
        };
        let started = Instant::now();
        let limits = &self.lent.limits;
        let configuring_ms = self.configure.as_ref().map_or(0, |configure| configure.deadline_ms);
        let deadline = Duration::from_millis(limits.deadline_ms.saturating_add(configuring_ms));
        let mut store = self.store(side, function, started);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            // The timeout outside ends the call first, unless the executor is late.
            if started.elapsed() > deadline { Err(Breach::Deadline.into()) } else { Ok(UpdateDeadline::Yield(1)) }
        });
        let run = self.run_edge::<P, R>(&mut store, side, function, params);
        let outcome = match tokio::time::timeout(deadline, run).await {
            Ok(Ok(value)) => lift(&mut Lift::new(limits.output_bytes_max, None), value),
            Ok(Err(why)) => Err(fault::kind(&why, limits, 0, limits.deadline_ms)),
            Err(_) => Err(FaultKind::Deadline { deadline_ms: limits.deadline_ms }),
        };
        finish(store, started, 0, outcome)
    }

    async fn run_edge<P, R>(&self, store: &mut Store<CallHost>, side: &Side, function: Function, params: P) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + WasmLift + Send + Sync + 'static,
    {
        let instance = side.pre.instantiate_async(&mut *store).await?;
        if let Some(configure) = &self.configure {
            configure_edge(store, &instance, configure).await?;
        }
        let export = side.functions.get(function).ok_or_else(|| missing(function))?;
        let typed = instance.get_typed_func::<P, (R,)>(&mut *store, export)?;
        Ok(typed.call_async(store, params).await?.0)
    }

    /// Where the function runs, if the plugin has its role.
    fn side(&self, function: Function) -> Option<&Side> {
        let role = function.role();
        let side = if role.is_pure() { &self.pure } else { &self.edge };
        side.as_ref().filter(|_| self.info.roles.contains(&role))
    }

    fn store(&self, side: &Side, function: Function, started: Instant) -> Store<CallHost> {
        let host = CallHost::new(Arc::clone(&self.lent), Some(function.role()), started, self.lent.limits.deadline_ms);
        let transfer_bytes_max = host.transfer_bytes_max();
        let mut store = Store::new(side.pre.engine(), host);
        store.limiter(|host| &mut host.limiter);
        store.set_hostcall_fuel(transfer_bytes_max);
        store
    }

    fn no_role<T>(&self, function: Function) -> Call<T> {
        refused(format!("`{}` is no {}", self.info.spec.name, function.role()))
    }
}

async fn configure_edge(store: &mut Store<CallHost>, instance: &Instance, configure: &Configure) -> wasmtime::Result<()> {
    let typed = instance.get_typed_func::<(&str,), ConfigureAnswer>(&mut *store, "configure")?;
    let (answer,) = typed.call_async(store, (&configure.settings,)).await?;
    configured(answer)
}

/// The same settings were accepted when the plugin was staged.
fn configured(answer: Result<(), Vec<wit::Problem>>) -> wasmtime::Result<()> {
    answer.map_err(|_| Breach::Contract("`configure` refuses settings that it had accepted".to_owned()).into())
}

fn missing(function: Function) -> wasmtime::Error {
    Breach::Contract(format!("it does not export `{}.{}`", function.role(), function.name())).into()
}

fn refused<T>(why: String) -> Call<T> {
    Call { outcome: Err(FaultKind::Instantiate(why)), cost: Cost::default() }
}

/// Drops the instance, whatever came of it, and adds up what it cost.
fn finish<T>(store: Store<CallHost>, started: Instant, fuel: u64, outcome: Result<T, FaultKind>) -> Call<T> {
    let cost = store.into_data().into_cost();
    let duration_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Call { outcome, cost: Cost { fuel, duration_ns, ..cost } }
}
