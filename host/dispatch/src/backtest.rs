//! Backtests: what a candidate would have done with what was decided before.
//!
//! Here is the part that only counts: a recorded decision and what the candidate says to the same interaction go into a [`Tally`], a tally
//! becomes a [`Summary`], and [`Gate`]s say whether the summary is good enough. Tallies are found apart and joined in any order, and the sum
//! is always the same; everything in them has a bound, so that a hundred thousand decisions take no more memory than a thousand.
//!
//! What cannot be judged is counted by its reason and never guessed: an interaction whose words were erased, and one for which the candidate
//! looks something up that nobody looked up when it was decided.

mod agreement;
mod bounded;
mod effects;
mod gate;
mod moves;
mod place;
mod promise;
mod score;
mod steps;
mod summary;
#[cfg(test)]
mod tests;

use model::{Decision, Label, Trace};

pub use gate::{Gate, GateNames, GateShape, Gated};
pub use summary::{
    Agreement, BothCosts, BothFaults, CostSum, EffectCounts, Effects, Faults, Flips, Load, LookUps, Move, Moves, PluginFaults, Promise,
    QueueAgreement, ScoreAgreement, ScoreMovement, ServiceLevels, Summary, Unjudged,
};

use agreement::AgreementTally;
use bounded::{Bounded, Join};
use moves::MoveTally;
use promise::PromiseTally;
use score::ScoreTally;
use steps::StepTally;

/// Queues and plugins that are told apart; what is beyond is counted together.
const NAMES_MAX: usize = 128;
/// Ways from one queue to another that are told apart.
const GROUPS_MAX: usize = 256;
/// Interactions that are named for each way.
const EXAMPLES_MAX: usize = 5;

/// A recorded decision and its trace.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// What was decided.
    pub decision: &'a Decision,
    /// Why.
    pub trace: &'a Trace,
    /// What a person last did with the interaction.
    pub label: Option<&'a Label>,
}

/// What the candidate says to the same interaction.
#[derive(Clone, Copy, Debug)]
pub struct After<'a> {
    /// What it decides.
    pub decision: &'a Decision,
    /// Why.
    pub trace: &'a Trace,
    /// Its plugins that would have looked something up that was never recorded.
    pub unanswered: &'a [String],
}

/// What is counted so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    judged: u64,
    erased: u64,
    looked_up: u64,
    look_ups: Bounded<String, u64, NAMES_MAX>,
    flips: u64,
    flips_after_fault: u64,
    queue: MoveTally,
    disposition: MoveTally,
    priority: MoveTally,
    chains: Bounded<String, Load, NAMES_MAX>,
    queues: Bounded<String, Load, NAMES_MAX>,
    score: ScoreTally,
    labels: AgreementTally,
    promises: PromiseTally,
    effects: Effects,
    recorded: StepTally,
    candidate: StepTally,
}

impl Tally {
    /// Counts a decision whose words were erased: nobody can decide it again.
    pub fn erased(&mut self) {
        self.erased.join(1);
    }

    /// Counts a decision, if the candidate could decide it too.
    pub fn judge(&mut self, before: Before<'_>, after: After<'_>) {
        if !after.unanswered.is_empty() {
            self.looked_up.join(1);
            after.unanswered.iter().for_each(|plugin| self.look_ups.add(plugin.clone(), 1));
            return;
        }
        self.judged.join(1);
        let faulted = self.recorded.note(before.trace);
        self.candidate.note(after.trace);
        let (recorded, candidate) = (before.decision, after.decision);
        self.places(recorded, candidate, faulted);
        if let (Some(recorded), Some(candidate)) = (&recorded.priority, &candidate.priority) {
            self.score.note(recorded.score, candidate.score);
        }
        if let Some(label) = before.label {
            self.labels.note(label, recorded, candidate);
        }
        self.promises.note(recorded, candidate);
        self.effects.note(&recorded.routing.effects, &candidate.routing.effects);
    }

    fn places(&mut self, recorded: &Decision, candidate: &Decision, faulted: bool) {
        let interaction = &recorded.interaction;
        let (from, to) = (place::queue(recorded), place::queue(candidate));
        load(&mut self.chains, &recorded.chain, &candidate.chain);
        load(&mut self.queues, from, to);
        let queue = self.queue.note(from, to, interaction);
        let kind = |decision: &Decision| decision.routing.disposition.name();
        let disposition = self.disposition.note(kind(recorded), kind(candidate), interaction);
        self.priority.note(place::band(recorded), place::band(candidate), interaction);
        if queue || disposition {
            self.flips.join(1);
            self.flips_after_fault.join(u64::from(faulted));
        }
    }

    /// Takes in what another core has counted.
    pub fn join(&mut self, other: Self) {
        self.judged.join(other.judged);
        self.erased.join(other.erased);
        self.looked_up.join(other.looked_up);
        self.look_ups.join(other.look_ups);
        self.flips.join(other.flips);
        self.flips_after_fault.join(other.flips_after_fault);
        self.queue.join(other.queue);
        self.disposition.join(other.disposition);
        self.priority.join(other.priority);
        self.chains.join(other.chains);
        self.queues.join(other.queues);
        self.score.join(other.score);
        self.labels.join(other.labels);
        self.promises.join(other.promises);
        self.effects.join(other.effects);
        self.recorded.join(other.recorded);
        self.candidate.join(other.candidate);
    }

    /// How many were counted.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.judged.saturating_add(self.erased).saturating_add(self.looked_up)
    }

    /// What came of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let (decisions, judged) = (self.decisions(), self.judged);
        let unjudged = self.erased.saturating_add(self.looked_up);
        Summary {
            decisions,
            judged,
            unjudged: Unjudged {
                count: unjudged,
                share: share(unjudged, decisions),
                erased: self.erased,
                look_ups: LookUps { count: self.looked_up, plugins: self.look_ups.kept().clone() },
            },
            flips: Flips {
                count: self.flips,
                share: share(self.flips, judged),
                after_fault: self.flips_after_fault,
                queue: self.queue.summary(judged),
                disposition: self.disposition.summary(judged),
                priority: self.priority.summary(judged),
            },
            chains: self.chains.kept().clone(),
            queues: self.queues.kept().clone(),
            score: self.score.summary(),
            labels: self.labels.summary(),
            service_level: self.promises.summary(),
            effects: self.effects,
            faults: BothFaults { recorded: self.recorded.faults(judged), candidate: self.candidate.faults(judged) },
            cost: BothCosts { recorded: self.recorded.cost(judged), candidate: self.candidate.cost(judged) },
        }
    }
}

fn load(loads: &mut Bounded<String, Load, NAMES_MAX>, recorded: &str, candidate: &str) {
    loads.add(recorded.to_owned(), Load { recorded: 1, candidate: 0 });
    loads.add(candidate.to_owned(), Load { recorded: 0, candidate: 1 });
}

impl Join for Load {
    fn join(&mut self, other: Self) {
        self.recorded.join(other.recorded);
        self.candidate.join(other.candidate);
    }
}

/// A part of a whole, 0 when there is no whole.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { ratio(part, whole) }
}

/// A mean, 0 of nothing.
fn mean(sum: u64, count: u64) -> f64 {
    share(sum, count)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people and gates")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
