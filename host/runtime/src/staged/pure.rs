//! Calls of pure roles, on this thread.

use std::time::{Duration, Instant};

use dispatch::port::Budget;
use model::{Call, Cost, FaultKind, Isolation};

use super::StagedPlugin;
use super::batch::{Answers, add_times, calls};
use super::live::{Export, Live};
use super::meter::Meter;
use crate::engine::EngineKind;
use crate::function::Function;

/// An interaction's budget while entries wait for each other and for their places.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// Absent: there is no budget.
    ends: Option<(Instant, u64)>,
    /// Not even a plugin's own deadline counts.
    unhurried: bool,
}

impl Clock {
    pub(super) fn start(budget: Budget) -> Self {
        let ends = |left_ms: u64| Instant::now().checked_add(Duration::from_millis(left_ms)).map(|at| (at, left_ms));
        Self { ends: budget.left_ms.and_then(ends), unhurried: budget.unhurried }
    }

    /// What is left; none without a budget.
    pub(super) fn left(&self) -> Option<Duration> {
        self.ends.map(|(at, _)| at.saturating_duration_since(Instant::now()))
    }

    /// The deadline of a call that begins now, if there is time for one.
    pub(super) fn within(&self, deadline_ms: u64) -> Result<u64, FaultKind> {
        if self.unhurried {
            return Ok(Budget::UNHURRIED.within(deadline_ms));
        }
        let Some(left) = self.left() else { return Ok(deadline_ms) };
        match u64::try_from(left.as_millis()).unwrap_or(u64::MAX) {
            0 => Err(self.used_up()),
            left_ms => Ok(left_ms.min(deadline_ms)),
        }
    }

    /// The fault of a call that was not made in time.
    pub(super) fn used_up(&self) -> FaultKind {
        FaultKind::Budget { deadline_ms: self.ends.map_or(0, |(_, left_ms)| left_ms) }
    }
}

impl StagedPlugin {
    /// Asks about entries, as the isolation says. `ask` asks one instance about some of them.
    pub(super) fn ask<E, T>(
        &self,
        function: Function,
        entries: &[E],
        budget: Budget,
        ask: impl Fn(&mut Live, &Export<'_>, &[E]) -> Answers<T>,
    ) -> Vec<Call<T>> {
        let Some(export) = self.export(function) else { return entries.iter().map(|_| self.no_role(function)).collect() };
        let clock = Clock::start(budget);
        let size = match self.info.spec.isolation {
            Isolation::Batch { interactions_max } => usize::try_from(interactions_max).unwrap_or(usize::MAX).max(1),
            Isolation::Interaction | Isolation::Warm { .. } => 1,
        };
        let mut all = Vec::with_capacity(entries.len());
        for batch in entries.chunks(size) {
            self.ask_batch(&export, batch, &clock, &ask, &mut all);
        }
        all
    }

    /// Asks one instance about all entries; after a fault, one instance about each.
    fn ask_batch<E, T>(
        &self,
        export: &Export<'_>,
        batch: &[E],
        clock: &Clock,
        ask: &impl Fn(&mut Live, &Export<'_>, &[E]) -> Answers<T>,
        all: &mut Vec<Call<T>>,
    ) {
        let (answers, cost) = self.run(export, batch, clock, ask);
        match answers {
            Ok(answers) => all.extend(calls(answers, &cost)),
            Err(fault) if batch.len() <= 1 => all.extend(batch.iter().map(|_| Call { outcome: Err(fault.clone()), cost: cost.clone() })),
            Err(fault) => {
                tracing::debug!(plugin = %self.info.spec.name, entries = batch.len(), "a batch is asked again one by one: it {fault}");
                let first = all.len();
                for entry in batch {
                    self.ask_batch(export, std::slice::from_ref(entry), clock, ask, all);
                }
                if let Some(call) = all.get_mut(first) {
                    add_times(&mut call.cost, &cost);
                }
            }
        }
    }

    /// One instance: waited for, started or taken from the shelf, asked, and kept or dropped.
    fn run<E, T>(
        &self,
        export: &Export<'_>,
        entries: &[E],
        clock: &Clock,
        ask: &impl Fn(&mut Live, &Export<'_>, &[E]) -> Answers<T>,
    ) -> (Answers<T>, Cost) {
        let limit_ms = self.lent.limits.deadline_ms;
        let place = self.lane.turn(EngineKind::Pure).block(clock.left());
        let deadline_ms = match (&place, clock.within(limit_ms)) {
            (Some(_), Ok(deadline_ms)) => deadline_ms,
            _ => return (Err(clock.used_up()), Cost { deadline_ms: limit_ms, ..Cost::default() }),
        };
        let mut lost = Cost::default();
        if let Some(mut live) = self.warm(export) {
            let meter = Meter::start(self.lent.accounting);
            live.begin(export, meter.started, deadline_ms);
            match self.serve(live, export, &meter, |live| ask(live, export, entries)) {
                // What a used instance does wrong may be the fault of what it served before: a fresh one is asked.
                (Err(_), cost) => lost = cost,
                answered => return answered,
            }
        }
        let meter = Meter::start(self.lent.accounting);
        let live = Live::new(export, meter.started, deadline_ms);
        let (answers, mut cost) = self.serve(live, export, &meter, |live| {
            live.start(export)?;
            ask(live, export, entries)
        });
        add_times(&mut cost, &lost);
        (answers, cost)
    }

    /// Asks an instance, then keeps it for its next call or drops it: after a fault always.
    fn serve<T>(
        &self,
        mut live: Live,
        export: &Export<'_>,
        meter: &Meter,
        ask: impl FnOnce(&mut Live) -> Answers<T>,
    ) -> (Answers<T>, Cost) {
        live.calls += 1;
        let answers = ask(&mut live);
        let mut cost = live.cost();
        if answers.is_ok() && live.calls < self.calls_max() {
            export.side.shelf.keep(live);
        } else {
            drop(live);
        }
        meter.stop(&mut cost);
        (answers, cost)
    }

    /// An instance that has served before, if there is one.
    pub(super) fn warm(&self, export: &Export<'_>) -> Option<Live> {
        if self.calls_max() > 1 { export.side.shelf.take() } else { None }
    }

    /// The function, if the plugin has its role.
    pub(super) fn export(&self, function: Function) -> Option<Export<'_>> {
        let side = self.side(function)?;
        Some(Export { plugin: self, side, function, index: side.functions.get(function)? })
    }
}
