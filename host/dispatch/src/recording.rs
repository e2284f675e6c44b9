//! What was answered when an interaction was decided, taken from its trace: with it the decision is made again without asking the outside.
//!
//! Look-ups and suggestions are never asked for twice, whatever generation decides: the world has moved on, and a look-up may cost money or
//! tell somebody that it happened. Answers belong to a plugin by name, role and component, and come back in the order in which they were
//! given; an answer of another component is none.

use model::{Cost, Digest, Fault, Role, StepOutcome, StepRecord, Trace};
use serde_json::Value as Json;

use crate::port::PluginInfo;

/// The answers of one decision. Small: it holds no interaction, and of pure steps none but what cannot be computed again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording(Vec<Entry>);

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    plugin: String,
    digest: Digest,
    role: Role,
    /// Absent: the step is pure, and asking again gives the same.
    kept: Option<Kept>,
}

/// What came of a step that is not asked again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    /// Whether the plugin was called at all.
    pub(crate) called: bool,
    pub(crate) outcome: Result<Json, Fault>,
    pub(crate) cost: Cost,
}

/// What is to be done about a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Recalled<'a> {
    /// This came of it.
    Kept(&'a Kept),
    /// It was asked, and is to be asked again.
    AskAgain,
    /// It was never asked.
    Unknown,
}

impl Recording {
    /// What edge steps answered: for another generation than the one that decided. Faults of theirs count as answers.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        Self(trace.steps.iter().filter(|step| is_edge(step.role)).filter_map(Entry::kept).collect())
    }

    /// The same, and those pure steps whose fault came from the clock, the machine or what happened before, so that it would not come again:
    /// for replays by the generation that decided.
    #[must_use]
    pub fn exact(trace: &Trace) -> Self {
        let entry = |step: &StepRecord| match &step.outcome {
            StepOutcome::Faulted(fault) if !fault.kind.is_replayable() => Entry::kept(step),
            _ if is_edge(step.role) => Entry::kept(step),
            StepOutcome::Said(_) | StepOutcome::Faulted(_) => Some(Entry::of(step, None)),
            StepOutcome::NotMet | StepOutcome::ConditionFailed(_) => None,
        };
        Self(trace.steps.iter().filter_map(entry).collect())
    }

    /// What came of this plugin when it was asked in this role, after so many times before.
    pub(crate) fn recall(&self, plugin: &PluginInfo, role: Role, before: usize) -> Recalled<'_> {
        let entry = self.0.iter().filter(|entry| entry.is_of(plugin, role)).nth(before);
        match entry {
            Some(Entry { kept: Some(kept), .. }) => Recalled::Kept(kept),
            Some(Entry { kept: None, .. }) => Recalled::AskAgain,
            None => Recalled::Unknown,
        }
    }
}

impl Entry {
    fn of(step: &StepRecord, kept: Option<Kept>) -> Self {
        Self { plugin: step.plugin.clone(), digest: step.digest.clone(), role: step.role, kept }
    }

    /// None when the plugin was not asked because of its condition.
    fn kept(step: &StepRecord) -> Option<Self> {
        let outcome = match &step.outcome {
            StepOutcome::Said(said) => Ok(said.clone()),
            StepOutcome::Faulted(fault) => Err(fault.clone()),
            StepOutcome::NotMet | StepOutcome::ConditionFailed(_) => return None,
        };
        Some(Self::of(step, Some(Kept { called: step.saw.is_some(), outcome, cost: step.cost.clone() })))
    }

    fn is_of(&self, plugin: &PluginInfo, role: Role) -> bool {
        self.role == role && self.plugin == plugin.spec.name && self.digest == plugin.digest
    }
}

fn is_edge(role: Role) -> bool {
    matches!(role, Role::Enricher | Role::Responder)
}
