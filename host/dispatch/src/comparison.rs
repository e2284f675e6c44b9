//! Two decisions about one interaction, held side by side.
//!
//! [`exact`] is for replays: the same generation must say the same again, byte for byte. What hangs on the machine is no part of it: ids,
//! durations, CPU time, deadlines. A cost that several interactions shared is that of all of them, which are not together again, so fuel and
//! memory are compared only where both are one interaction's alone. [`difference`] is for candidates: what would have become otherwise for
//! the customer and the desk, whatever the steps were.

#[cfg(test)]
mod tests;

use model::{Cost, Decision, DecisionId, Digest, Disposition, Effect, Interaction, Role, Routing, StepOutcome, StepRecord, Trace};
use serde::Serialize;
use serde_json::Value as Json;

/// Most mismatches that are told of one decision: the first ones matter.
const MISMATCHES_MAX: usize = 32;

/// Something that was not the same again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// Where: `decision.…`, `steps` (their number), `steps.INDEX.…`, indexes from 0.
    pub place: String,
    /// What was recorded; null when there was nothing. It may be what a customer said.
    pub recorded: Json,
    /// What came of the replay; null when nothing did.
    pub replayed: Json,
}

/// What is not the same, of the recorded decision and of one made again: the first 32. Empty when they are equal byte for byte.
#[must_use]
pub fn exact(recorded: (&Decision, &Trace), replayed: (&Decision, &Trace)) -> Vec<Mismatch> {
    let mut found = Found(Vec::new());
    let id = DecisionId::default();
    let (left, right) = (Decision { id: id.clone(), ..recorded.0.clone() }, Decision { id, ..replayed.0.clone() });
    found.compare("decision", &left, &right);
    let (left, right) = (&recorded.1.steps, &replayed.1.steps);
    found.values("steps", &Json::from(left.len()), &Json::from(right.len()));
    for (at, (left, right)) in left.iter().zip(right).enumerate() {
        let alone = left.cost.share.is_none() && right.cost.share.is_none();
        found.compare(&format!("steps.{at}"), &Exact::of(left, alone), &Exact::of(right, alone));
    }
    found.0
}

/// What of a step must be the same again.
#[derive(Serialize)]
struct Exact<'a> {
    plugin: &'a str,
    digest: &'a Digest,
    role: Role,
    fallback_for: Option<&'a str>,
    saw: Option<&'a Interaction>,
    outcome: &'a StepOutcome,
    fuel: Option<u64>,
    memory_bytes: Option<u64>,
}

impl<'a> Exact<'a> {
    fn of(step: &'a StepRecord, alone: bool) -> Self {
        let StepRecord { plugin, digest, role, fallback_for, saw, outcome, cost } = step;
        let Cost { fuel, memory_bytes, .. } = cost;
        Self {
            plugin,
            digest,
            role: *role,
            fallback_for: fallback_for.as_deref(),
            saw: saw.as_ref(),
            outcome,
            fuel: alone.then_some(*fuel),
            memory_bytes: alone.then_some(*memory_bytes),
        }
    }
}

struct Found(Vec<Mismatch>);

impl Found {
    /// Compares the bytes, and looks closer only when they differ.
    fn compare<T: Serialize>(&mut self, place: &str, left: &T, right: &T) {
        let same = matches!((serde_json::to_vec(left), serde_json::to_vec(right)), (Ok(left), Ok(right)) if left == right);
        if !same {
            let json = |value: &T| serde_json::to_value(value).unwrap_or_default();
            self.values(place, &json(left), &json(right));
        }
    }

    fn values(&mut self, place: &str, left: &Json, right: &Json) {
        match (left, right) {
            (Json::Object(left), Json::Object(right)) => {
                for (name, value) in left {
                    self.values(&format!("{place}.{name}"), value, right.get(name).unwrap_or(&Json::Null));
                }
                for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                    self.values(&format!("{place}.{name}"), &Json::Null, value);
                }
            }
            (Json::Array(left), Json::Array(right)) if left.len() == right.len() => {
                for (at, (left, right)) in left.iter().zip(right).enumerate() {
                    self.values(&format!("{place}.{at}"), left, right);
                }
            }
            _ if is_same(left, right) => {}
            _ if self.0.len() >= MISMATCHES_MAX => {}
            _ => self.0.push(Mismatch { place: place.to_owned(), recorded: left.clone(), replayed: right.clone() }),
        }
    }
}

/// As text: -0 is not 0 here.
fn is_same(left: &Json, right: &Json) -> bool {
    let (left, right) = (left.to_string(), right.to_string());
    left == right
}

/// From one value to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// As it was decided.
    pub from: T,
    /// As the candidate decides.
    pub to: T,
}

/// What would become otherwise; absent parts are the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// `assign`, `hold` or `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Change<&'static str>>,
    /// The queue that it waits in first; absent inside for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Change<Option<String>>>,
    /// The priority's score, 0 to 100; absent inside for no priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Change<Option<f32>>>,
    /// The effects' kinds, in order. Present also when only their contents differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<Change<Vec<&'static str>>>,
    /// Further targets, skills, preferred agents, time-outs or the service level are others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assignment: bool,
}

impl Difference {
    /// Whether the interaction would end somewhere else: another disposition or queue.
    #[must_use]
    pub fn flips(&self) -> bool {
        self.disposition.is_some() || self.queue.is_some()
    }

    /// The bands of the scores ([`band`]), when they differ.
    #[must_use]
    pub fn bands(&self) -> Option<Change<&'static str>> {
        let Change { from, to } = self.score.as_ref()?;
        change(band(*from), band(*to))
    }
}

/// The band that a priority's score is counted in, of twenty points each; `none` without one.
#[must_use]
pub fn band(score: Option<f32>) -> &'static str {
    match score {
        None => "none",
        Some(score) if score < 20.0 => "0-19",
        Some(score) if score < 40.0 => "20-39",
        Some(score) if score < 60.0 => "40-59",
        Some(score) if score < 80.0 => "60-79",
        Some(_) => "80-100",
    }
}

/// What would become otherwise by the candidate's decision; none when nothing would. Reasons and factors are no part of it.
#[must_use]
pub fn difference(decided: &Decision, candidate: &Decision) -> Option<Difference> {
    let (from, to) = (&decided.routing, &candidate.routing);
    let queue = |routing: &Routing| routing.disposition.queue().map(str::to_owned);
    let score = |decision: &Decision| decision.priority.as_ref().map(|priority| priority.score);
    let kinds = |routing: &Routing| routing.effects.iter().map(Effect::name).collect();
    let found = Difference {
        disposition: change(from.disposition.name(), to.disposition.name()),
        queue: change(queue(from), queue(to)),
        score: change(score(decided), score(candidate)),
        effects: (from.effects != to.effects).then(|| Change { from: kinds(from), to: kinds(to) }),
        assignment: assigned_otherwise(&from.disposition, &to.disposition),
    };
    (found != Difference::default()).then_some(found)
}

fn change<T: PartialEq>(from: T, to: T) -> Option<Change<T>> {
    (from != to).then_some(Change { from, to })
}

/// Whether two assignments differ in more than the first queue.
fn assigned_otherwise(from: &Disposition, to: &Disposition) -> bool {
    let (Disposition::Assign(from), Disposition::Assign(to)) = (from, to) else { return false };
    let mut to = to.clone();
    if let (Some(from), Some(to)) = (from.targets.first(), to.targets.first_mut()) {
        to.queue.clone_from(&from.queue);
    }
    *from != to
}
