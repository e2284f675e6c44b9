//! Calls of edge roles: asynchronous, under a deadline that covers the guest's and the host's time. Dropping the future drops the instance.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dispatch::port::Budget;
use model::{Call, Cost, FaultKind};
use wasmtime::component::{ComponentNamedList, Lift as WasmLift, Lower};

use super::live::{Export, Live};
use super::meter::{Metered, ns};
use super::pure::Clock;
use super::{StagedPlugin, refused};
use crate::convert::{Arena, Lift};
use crate::engine::EngineKind;
use crate::function::Function;
use crate::gate::Place;

impl StagedPlugin {
    /// Calls a function with what the arena has measured.
    pub(super) async fn call_edge<P, R, T>(
        &self,
        function: Function,
        budget: Budget,
        (params, bytes_in): (P, u64),
        lift: impl FnOnce(&mut Lift, R) -> Result<T, FaultKind> + Send,
    ) -> Call<T>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + WasmLift + Send + Sync + 'static,
    {
        let Some(export) = self.export(function) else { return self.no_role(function) };
        let clock = Clock::start(budget);
        let place = self.place(&clock).await;
        let limit_ms = self.lent.limits.deadline_ms;
        let deadline_ms = match (&place, clock.within(limit_ms)) {
            (Some(_), Ok(deadline_ms)) => deadline_ms,
            _ => return refused(clock.used_up(), limit_ms),
        };
        let started = Instant::now();
        let (mut live, used) = self.take(&export, started, deadline_ms);
        let cpu_ns = AtomicU64::new(0);
        let time_ms = if used { deadline_ms } else { deadline_ms.saturating_add(self.configuring_ms()) };
        let ended = {
            let call = pin!(async {
                if !used {
                    live.start_async(&export).await?;
                }
                let typed = live.typed::<P, R>(&export)?;
                live.call_async(&typed, (params, bytes_in), lift).await
            });
            let call = Metered { inner: call, cpu_ns: self.lent.accounting.then_some(&cpu_ns) };
            tokio::time::timeout(Duration::from_millis(time_ms), call).await
        };
        let outcome = ended.unwrap_or_else(|_| Err(live.late()));
        let mut cost = Cost { cpu_ns: cpu_ns.load(Ordering::Relaxed), ..live.cost() };
        if outcome.is_ok() && live.calls < self.calls_max() {
            export.side.shelf.keep(live);
        } else {
            drop(live);
        }
        cost.duration_ns = ns(started.elapsed());
        Call { outcome, cost }
    }

    async fn place(&self, clock: &Clock) -> Option<Place<'_>> {
        let turn = self.lane.turn(EngineKind::Edge);
        match clock.left() {
            None => Some(turn.await),
            Some(left) => tokio::time::timeout(left, turn).await.ok(),
        }
    }

    /// An instance for the call, and whether it has served others.
    fn take(&self, export: &Export<'_>, started: Instant, deadline_ms: u64) -> (Live, bool) {
        let (mut live, used) = match self.warm(export) {
            Some(live) => (live, true),
            None => (Live::new(export, started, deadline_ms), false),
        };
        if used {
            live.begin(export, started, deadline_ms);
        }
        live.calls += 1;
        (live, used)
    }

    fn configuring_ms(&self) -> u64 {
        self.configure.as_ref().map_or(0, |configure| configure.deadline_ms)
    }
}

/// A call's parameters with what the arena has measured of them.
pub(super) fn measured<P>(arena: &Arena, params: P) -> (P, u64) {
    (params, arena.bytes())
}
