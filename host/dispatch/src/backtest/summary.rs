use std::collections::BTreeMap;

use model::InteractionId;
use serde::{Deserialize, Serialize};

/// What a candidate would have done with history. `--fail-if` conditions speak of it as `summary`, field by field as here; shares are from 0
/// to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Decisions that were read.
    pub decisions: u64,
    /// Of them those that the candidate decided too.
    pub judged: u64,
    /// Of them those about which nothing can be said.
    pub unjudged: Unjudged,
    /// What would have become something else.
    pub flips: Flips,
    /// How many went through each chain.
    pub chains: BTreeMap<String, Load>,
    /// How many went to each queue.
    pub queues: BTreeMap<String, Load>,
    /// How far priorities moved.
    pub score: ScoreMovement,
    /// Who agrees with what people did.
    pub labels: Agreement,
    /// Promises to customers.
    pub service_level: ServiceLevels,
    /// What is to be done beside the disposition.
    pub effects: Effects,
    /// Plugins that failed.
    pub faults: BothFaults,
    /// What the pure steps used up.
    pub cost: BothCosts,
}

/// What could not be judged, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unjudged {
    /// How many.
    pub count: u64,
    /// Of all that were read.
    pub share: f64,
    /// The words were erased.
    pub erased: u64,
    /// The candidate looks something up that was never recorded.
    pub look_ups: LookUps,
}

/// Look-ups that were never recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookUps {
    /// Decisions that could not be judged for it.
    pub count: u64,
    /// By the plugin that would have asked; one decision may count for several.
    pub plugins: BTreeMap<String, u64>,
}

/// What would have become something else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flips {
    /// Decisions with another queue or disposition.
    pub count: u64,
    /// Of all that were judged.
    pub share: f64,
    /// Of `count` those where a plugin failed when it was decided: the fault may be what differs.
    pub after_fault: u64,
    /// By queue; what is filed waits in `(none)`.
    pub queue: Moves,
    /// By disposition.
    pub disposition: Moves,
    /// By band of priority: `0-19`, `20-39`, `40-59`, `60-79`, `80-100`, `none`.
    pub priority: Moves,
}

/// From one to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moves {
    /// How many moved.
    pub count: u64,
    /// Of all that were judged.
    pub share: f64,
    /// How many left each.
    pub from: BTreeMap<String, u64>,
    /// How many came to each.
    pub to: BTreeMap<String, u64>,
    /// Each way, the most travelled first.
    pub groups: Vec<Move>,
    /// On ways beyond those listed.
    pub other: u64,
}

/// One way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Move {
    /// As it was recorded.
    pub from: String,
    /// As the candidate has it.
    pub to: String,
    /// How many.
    pub count: u64,
    /// Up to 5 of them, for `pointsman explain`.
    pub examples: Vec<InteractionId>,
}

/// How many went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// As it was recorded.
    pub recorded: u64,
    /// As the candidate has it.
    pub candidate: u64,
}

/// How far the score moved, in points from 0 to 100, where both have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreMovement {
    /// Where both have a score.
    pub compared: u64,
    /// Of them those that are higher with the candidate.
    pub up: u64,
    /// Of them those that are lower.
    pub down: u64,
    /// Mean of the absolute difference.
    pub mean: f64,
    /// Its median, to a tenth of a point.
    pub p50: f64,
    /// Its 95th percentile, to a tenth of a point.
    pub p95: f64,
    /// The largest, to a tenth of a point.
    pub max: f64,
}

/// Who agrees with what people did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agreement {
    /// Judged decisions that a person has judged too.
    pub labelled: u64,
    /// Of them those where the recorded queue is where it belongs.
    pub recorded: u64,
    /// Of them those where the candidate's queue is.
    pub candidate: u64,
    /// Share of `recorded`; null without labels.
    pub recorded_share: Option<f64>,
    /// Share of `candidate`; null without labels.
    pub candidate_share: Option<f64>,
    /// By the queue where it belongs.
    pub queues: BTreeMap<String, QueueAgreement>,
    /// Where people said which priority it deserves.
    pub score: ScoreAgreement,
}

/// Agreement about what belongs in one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueAgreement {
    /// What belongs there, as people say.
    pub labelled: u64,
    /// Of it what was there.
    pub recorded: u64,
    /// Of it what the candidate sends there.
    pub candidate: u64,
}

/// Distance from the priority that people said it deserves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreAgreement {
    /// Where somebody said it and both have a score.
    pub labelled: u64,
    /// Mean distance of the recorded score in points; null without labels.
    pub recorded_error: Option<f64>,
    /// Mean distance of the candidate's score in points; null without labels.
    pub candidate_error: Option<f64>,
}

/// Promises to customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceLevels {
    /// Until the first response.
    pub first_response: Promise,
    /// Until the case is done.
    pub resolution: Promise,
}

/// How one promise changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Promise {
    /// Both promise the same, or both nothing.
    pub unchanged: u64,
    /// Sooner than was promised.
    pub tightened: u64,
    /// Later than was promised.
    pub loosened: u64,
    /// Nothing was promised.
    pub added: u64,
    /// Nothing is promised any more.
    pub removed: u64,
    /// Sum of what tightened and loosened, in minutes; below 0 is sooner.
    pub minutes: f64,
}

/// What is to be done beside the disposition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Effects {
    /// The candidate does it, the recorded decision did not.
    pub added: EffectCounts,
    /// The recorded decision did it, the candidate does not.
    pub dropped: EffectCounts,
}

/// Effects by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EffectCounts {
    /// Words for the customer.
    pub answer: u64,
    /// Words for somebody inside.
    pub notify: u64,
    /// To ask the policy again.
    pub timer: u64,
    /// Marks of the conversation.
    pub mark: u64,
}

/// Plugins that failed, then and now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BothFaults {
    /// When it was decided.
    pub recorded: Faults,
    /// With the candidate.
    pub candidate: Faults,
}

/// Plugins that failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// How often.
    pub count: u64,
    /// Decisions with at least one.
    pub decisions: u64,
    /// Of all that were judged.
    pub share: f64,
    /// Which.
    pub plugins: BTreeMap<String, PluginFaults>,
    /// Of plugins beyond those listed.
    pub other: u64,
}

/// A plugin that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PluginFaults {
    /// How often.
    pub count: u64,
    /// By kind.
    pub kinds: BTreeMap<String, u64>,
}

/// What the pure steps used up, then and now. Look-ups are not made again, so theirs is in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BothCosts {
    /// When it was decided, on whatever machine that was.
    pub recorded: CostSum,
    /// With the candidate, here.
    pub candidate: CostSum,
}

/// What the pure steps used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CostSum {
    /// Units of fuel.
    pub fuel: u64,
    /// CPU time in microseconds.
    pub cpu_us: u64,
    /// Fuel of one decision.
    pub fuel_per_decision: f64,
    /// CPU time of one decision in microseconds.
    pub cpu_us_per_decision: f64,
}
