use model::{StepOutcome, StepRecord, Trace};

use super::bounded::{Bounded, Join};
use super::summary::{CostSum, Faults};
use super::{NAMES_MAX, mean, share};

/// What the steps of many decisions came to: faults and cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StepTally {
    faults: Bounded<(String, &'static str), u64, NAMES_MAX>,
    faulted: u64,
    fuel: u64,
    cpu_ns: u64,
}

impl StepTally {
    /// Notes all steps of a decision; says whether one faulted.
    pub(super) fn note(&mut self, trace: &Trace) -> bool {
        let mut faulted = false;
        for step in &trace.steps {
            if let StepOutcome::Faulted(fault) = &step.outcome {
                self.faults.add((fault.plugin.clone(), fault.kind.name()), 1);
                faulted = true;
            }
            if step.role.is_pure() {
                self.fuel.join(part(step, step.cost.fuel));
                self.cpu_ns.join(part(step, step.cost.cpu_ns));
            }
        }
        self.faulted.join(u64::from(faulted));
        faulted
    }

    pub(super) fn faults(&self, judged: u64) -> Faults {
        let mut faults =
            Faults { decisions: self.faulted, share: share(self.faulted, judged), other: *self.faults.other(), ..Faults::default() };
        faults.count = faults.other;
        for ((plugin, kind), count) in self.faults.kept() {
            let known = faults.plugins.entry(plugin.clone()).or_default();
            known.count.join(*count);
            known.kinds.entry((*kind).to_owned()).or_default().join(*count);
            faults.count.join(*count);
        }
        faults
    }

    pub(super) fn cost(&self, judged: u64) -> CostSum {
        CostSum {
            fuel: self.fuel,
            cpu_us: self.cpu_ns / 1_000,
            fuel_per_decision: mean(self.fuel, judged),
            cpu_us_per_decision: mean(self.cpu_ns, judged) / 1_000.0,
        }
    }
}

/// An interaction's part of a cost that a batch shares.
fn part(step: &StepRecord, cost: u64) -> u64 {
    cost / step.cost.share.map_or(1, |share| u64::from(share.size.max(1)))
}

impl Join for StepTally {
    fn join(&mut self, other: Self) {
        self.faults.join(other.faults);
        self.faulted.join(other.faulted);
        self.fuel.join(other.fuel);
        self.cpu_ns.join(other.cpu_ns);
    }
}
