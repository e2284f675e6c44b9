//! The trace: step by step what each plugin saw, said and cost. With the interaction and situation it is all that a replay needs.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{Cost, Digest, Fault, Interaction, Role, Situation};

/// What came of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// The plugin's answer: signals, a priority, a routing or suggestions, in JSON.
    Said(Json),
    /// Its condition was not met.
    NotMet,
    /// Its condition could not be evaluated, which counts as not met; and why.
    ConditionFailed(String),
    /// The plugin failed.
    Faulted(Fault),
}

/// One step as it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The plugin's configured name.
    pub plugin: String,
    /// Of its component: what ran.
    pub digest: Digest,
    /// In which role.
    pub role: Role,
    /// The plugin whose fault made this one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_for: Option<String>,
    /// What it was given, after field grants and pseudonyms; absent when it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saw: Option<Interaction>,
    /// What came of it.
    pub outcome: StepOutcome,
    /// What it cost.
    #[serde(default)]
    pub cost: Cost,
}

/// A decision's whole record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// As it stood when the chain began, before any step.
    pub interaction: Interaction,
    /// What the policies were told.
    pub situation: Situation,
    /// In order.
    pub steps: Vec<StepRecord>,
}
