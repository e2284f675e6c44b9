//! One instance with its store: started under its limits, called, and what it cost read off it.

use std::sync::Arc;
use std::time::Instant;

use model::{Cost, FaultKind};
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift as WasmLift, Lower, TypedFunc};
use wasmtime::{Store, UpdateDeadline};

use super::{Side, StagedPlugin};
use crate::bindings::pointsman::host::types as wit;
use crate::convert::Lift;
use crate::engine::EngineKind;
use crate::fault::{self, Breach, Given};
use crate::function::Function;
use crate::host::{CallHost, Records};
use crate::ticker;

type ConfigureAnswer = (Result<(), Vec<wit::Problem>>,);

/// A function of the plugin, and where it runs.
#[derive(Clone, Copy)]
pub(super) struct Export<'p> {
    pub(super) plugin: &'p StagedPlugin,
    pub(super) side: &'p Side,
    pub(super) function: Function,
    pub(super) index: &'p ComponentExportIndex,
}

/// An instance and its store. Dropped, never used again, after anything but a good answer.
pub(crate) struct Live {
    store: Store<CallHost>,
    instance: Option<Instance>,
    kind: EngineKind,
    /// Calls that it has served, the current one included.
    pub(super) calls: u32,
    /// What the current call was given.
    fuel_max: u64,
    deadline_ms: u64,
    /// Fuel of `configure`, when the current call had to run it.
    fuel_before: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl Live {
    /// An empty store with its limits; nothing of the guest runs before its fuel and its deadline are set.
    pub(super) fn new(export: &Export<'_>, started: Instant, deadline_ms: u64) -> Self {
        let lent = &export.plugin.lent;
        let role = export.function.role();
        let host = CallHost::new(Arc::clone(lent), Some(role), started, deadline_ms);
        let mut store = Store::new(export.side.pre.engine(), host);
        store.limiter(|host| &mut host.limiter);
        store.set_hostcall_fuel(usize::try_from(lent.transfer_bytes_max()).unwrap_or(usize::MAX));
        store.set_max_component_handles(usize::try_from(lent.limits.handles_max).unwrap_or(usize::MAX));
        let kind = EngineKind::of(role);
        if kind == EngineKind::Edge {
            // The timeout around the call ends it first, unless the executor is late.
            store.epoch_deadline_callback(|store| match store.data().is_late() {
                true => Err(Breach::Deadline.into()),
                false => Ok(UpdateDeadline::Yield(1)),
            });
        }
        let mut live = Self { store, instance: None, kind, calls: 0, fuel_max: 0, deadline_ms, fuel_before: 0, bytes_in: 0, bytes_out: 0 };
        live.arm(lent.limits.fuel_max, deadline_ms);
        live
    }

    /// The next call of a used instance.
    pub(super) fn begin(&mut self, export: &Export<'_>, started: Instant, deadline_ms: u64) {
        self.store.data_mut().begin(export.function.role(), started, deadline_ms);
        self.deadline_ms = deadline_ms;
        (self.fuel_before, self.bytes_in, self.bytes_out) = (0, 0, 0);
        self.arm(export.plugin.lent.limits.fuel_max, deadline_ms);
    }

    fn arm(&mut self, fuel_max: u64, deadline_ms: u64) {
        (self.fuel_max, self.deadline_ms) = (fuel_max, deadline_ms);
        match self.kind {
            EngineKind::Pure => {
                // Fuel is on in this engine, so it cannot fail.
                let _ = self.store.set_fuel(fuel_max);
                self.store.set_epoch_deadline(ticker::ticks(deadline_ms));
            }
            EngineKind::Edge => self.store.set_epoch_deadline(1),
        }
    }

    /// Instantiates, and configures where there is no snapshot.
    pub(super) fn start(&mut self, export: &Export<'_>) -> Result<(), FaultKind> {
        let Some(configure) = &export.plugin.configure else { return self.try_start(export).map_err(|why| self.fault(&why)) };
        let deadline_ms = self.deadline_ms;
        self.arm(configure.fuel_max, configure.deadline_ms);
        self.try_start(export).and_then(|()| self.try_configure(&configure.settings)).map_err(|why| self.fault(&why))?;
        let fuel = self.fuel();
        self.begin(export, Instant::now(), deadline_ms);
        self.fuel_before = fuel;
        Ok(())
    }

    fn try_start(&mut self, export: &Export<'_>) -> wasmtime::Result<()> {
        self.instance = Some(export.side.pre.instantiate(&mut self.store)?);
        Ok(())
    }

    fn try_configure(&mut self, settings: &str) -> wasmtime::Result<()> {
        let instance = self.instance()?;
        let typed = instance.get_typed_func::<(&str,), ConfigureAnswer>(&mut self.store, "configure")?;
        configured(typed.call(&mut self.store, (settings,))?.0)
    }

    /// As [`Live::start`], on the edge engine.
    pub(super) async fn start_async(&mut self, export: &Export<'_>) -> Result<(), FaultKind> {
        let deadline_ms = self.deadline_ms;
        if let Some(configure) = &export.plugin.configure {
            self.store.data_mut().begin(export.function.role(), Instant::now(), configure.deadline_ms);
            self.deadline_ms = configure.deadline_ms;
        }
        let started = export.side.pre.instantiate_async(&mut self.store).await;
        self.instance = Some(started.map_err(|why| self.fault(&why))?);
        if let Some(configure) = &export.plugin.configure {
            self.try_configure_async(&configure.settings).await.map_err(|why| self.fault(&why))?;
            self.begin(export, Instant::now(), deadline_ms);
        }
        Ok(())
    }

    async fn try_configure_async(&mut self, settings: &str) -> wasmtime::Result<()> {
        let instance = self.instance()?;
        let typed = instance.get_typed_func::<(&str,), ConfigureAnswer>(&mut self.store, "configure")?;
        configured(typed.call_async(&mut self.store, (settings,)).await?.0)
    }

    /// The function, its type checked.
    pub(super) fn typed<P, R>(&mut self, export: &Export<'_>) -> Result<TypedFunc<P, (R,)>, FaultKind>
    where
        P: ComponentNamedList + Lower,
        (R,): ComponentNamedList + WasmLift,
    {
        let typed = self.instance().and_then(|instance| instance.get_typed_func(&mut self.store, export.index));
        typed.map_err(|why| self.fault(&why))
    }

    /// Calls a function with what an arena has measured, and converts its answer. `raw_bytes` is the size of what raw ranges point into.
    pub(super) fn call<P, R, T>(
        &mut self,
        function: &TypedFunc<P, (R,)>,
        (params, bytes_in): (P, u64),
        raw_bytes: Option<usize>,
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind>,
    ) -> Result<T, FaultKind>
    where
        P: ComponentNamedList + Lower,
        (R,): ComponentNamedList + WasmLift,
    {
        self.bytes_in = bytes_in;
        let (from,) = function.call(&mut self.store, params).map_err(|why| self.fault(&why))?;
        self.lift(from, raw_bytes, lift)
    }

    /// As [`Live::call`], on the edge engine.
    pub(super) async fn call_async<P, R, T>(
        &mut self,
        function: &TypedFunc<P, (R,)>,
        (params, bytes_in): (P, u64),
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind>,
    ) -> Result<T, FaultKind>
    where
        P: ComponentNamedList + Lower,
        (R,): ComponentNamedList + WasmLift + 'static,
    {
        self.bytes_in = bytes_in;
        let (from,) = function.call_async(&mut self.store, params).await.map_err(|why| self.fault(&why))?;
        self.lift(from, None, lift)
    }

    /// Converts an answer, or a part of it that has the limits of an answer.
    pub(super) fn lift<R, T>(
        &mut self,
        from: R,
        raw_bytes: Option<usize>,
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind>,
    ) -> Result<T, FaultKind> {
        let mut lifting = Lift::new(&self.store.data().lent.limits, raw_bytes);
        let lifted = lift(&mut lifting, from);
        self.bytes_out = self.bytes_out.saturating_add(lifting.counted());
        lifted
    }

    /// What has been recorded since the last time: one entry's part of a batch.
    pub(super) fn take_records(&mut self) -> Records {
        self.store.data_mut().take_records()
    }

    /// What the current call has cost so far, times apart.
    pub(super) fn cost(&mut self) -> Cost {
        let fuel = self.fuel_before.saturating_add(self.fuel());
        let (bytes_in, bytes_out) = if self.store.data().lent.accounting { (self.bytes_in, self.bytes_out) } else { (0, 0) };
        Cost { fuel, bytes_in, bytes_out, ..self.store.data_mut().take_cost() }
    }

    /// Since it was armed; the edge engine has none.
    fn fuel(&self) -> u64 {
        self.store.get_fuel().map_or(0, |left| self.fuel_max.saturating_sub(left))
    }

    /// The deadline as a fault, for who ends the call from outside.
    pub(super) fn late(&self) -> FaultKind {
        FaultKind::Deadline { deadline_ms: self.deadline_ms }
    }

    fn instance(&self) -> wasmtime::Result<Instance> {
        self.instance.ok_or_else(|| Breach::Contract("it was not started".to_owned()).into())
    }

    fn fault(&self, why: &wasmtime::Error) -> FaultKind {
        let lent = &self.store.data().lent;
        let (fuel_max, deadline_ms) = (self.fuel_max, self.deadline_ms);
        fault::kind(why, &Given { limits: &lent.limits, fuel_max, deadline_ms, transfer_bytes_max: lent.transfer_bytes_max() })
    }
}

/// The same settings were accepted when the plugin was staged.
fn configured(answer: Result<(), Vec<wit::Problem>>) -> wasmtime::Result<()> {
    answer.map_err(|_| Breach::Contract("`configure` refuses settings that it had accepted".to_owned()).into())
}
