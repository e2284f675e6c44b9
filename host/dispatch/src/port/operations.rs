use async_trait::async_trait;
use model::{GenerationId, Swap, SwapTrigger};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use super::StoreError;

/// Why an operation was not done. What served serves on.
#[derive(Debug, Error)]
pub enum OperationError {
    /// The candidate is wrong: configuration, component, settings, grants, self-test.
    #[error("{text}")]
    Refused {
        /// Everything that is wrong, for people, on one screen.
        text: String,
        /// The same for programs.
        details: Json,
    },
    /// The candidate is sound, but something is to be approved or proven first.
    #[error("{text}")]
    Held {
        /// What is missing and how to give it.
        text: String,
        /// The plan.
        details: Json,
    },
    /// There is no such generation, candidate or canary.
    #[error("{0}")]
    NotFound(String),
    /// Another operation is under way, or the state does not allow this one.
    #[error("{0}")]
    Conflict(String),
    /// Disk, store, process: the same may go through later.
    #[error("{0}")]
    Unavailable(String),
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound(error.to_string()),
            StoreError::Unavailable(_) | StoreError::Corrupt(_) => Self::Unavailable(error.to_string()),
        }
    }
}

/// Who wants it, by which way, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// By which way.
    pub trigger: SwapTrigger,
    /// A token's name, a user, or the host itself.
    pub by: String,
    /// In their words.
    pub why: String,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// Whether anything changed: what serves already is not applied again.
    pub changed: bool,
    /// The line in the history; absent when nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap: Option<Swap>,
    /// The generation that serves now.
    pub serving: GenerationId,
    /// What only a restart makes effective, sentence by sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_restart: Vec<String>,
}

/// A candidate on a share of the conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryOrder {
    /// Its configuration: a file beside the host's own one, or in a folder below.
    pub candidate: String,
    /// Shares in percent, one after the other; one alone is kept until somebody promotes or withdraws it. The candidate serves everybody
    /// after the last step when that is 100.
    pub steps_percent: Vec<f64>,
    /// The least time of each step in seconds.
    #[serde(default = "CanaryOrder::step_seconds")]
    pub step_seconds: u64,
    /// The least number of its decisions in each step.
    #[serde(default = "CanaryOrder::decisions_min")]
    pub decisions_min: u64,
    /// When it is withdrawn.
    #[serde(default)]
    pub thresholds: CanaryThresholds,
    /// Why.
    #[serde(default)]
    pub why: String,
}

impl CanaryOrder {
    fn step_seconds() -> u64 {
        300
    }

    fn decisions_min() -> u64 {
        100
    }
}

/// When a canary is withdrawn by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CanaryThresholds {
    /// Share of its decisions with a fault, 0 to 1, above which it is withdrawn.
    pub fault_rate_max: f64,
    /// Its 99th percentile of deciding over that of the serving generation.
    pub p99_ratio_max: f64,
    /// Share of its decisions, 0 to 1, that differ in queue or disposition from what the serving generation says to the same interaction.
    pub disagreement_max: f64,
    /// Decisions of the candidate before rates and percentiles count. Until then it is withdrawn by the number of faults alone: when so
    /// many decisions fault that the rate could not be met any more.
    pub decisions_min: u64,
}

impl Default for CanaryThresholds {
    fn default() -> Self {
        Self { fault_rate_max: 0.01, p99_ratio_max: 2.0, disagreement_max: 0.2, decisions_min: 50 }
    }
}

/// A candidate beside what serves, without effects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShadowOrder {
    /// Its configuration: a file beside the host's own one, or in a folder below.
    pub candidate: String,
    /// Share of the interactions in percent.
    #[serde(default = "ShadowOrder::sample_percent")]
    pub sample_percent: f64,
}

impl ShadowOrder {
    fn sample_percent() -> f64 {
        10.0
    }
}

/// What operations people do to a running host, whichever way they come. One operation at a time.
#[async_trait]
pub trait Operations: Send + Sync {
    /// What applying the configuration as it is now would change.
    ///
    /// # Errors
    /// `Refused` when the configuration cannot be applied at all.
    async fn plan(&self) -> Result<Json, OperationError>;
    /// Stages the configuration as it is now beside what serves, and lets it serve.
    ///
    /// # Errors
    /// When it is refused or held, which the history tells too.
    async fn apply(&self, mandate: Mandate) -> Result<Applied, OperationError>;
    /// Lets an earlier generation serve again: this one, or the one before.
    ///
    /// # Errors
    /// When there is none.
    async fn rollback(&self, to: Option<GenerationId>, mandate: Mandate) -> Result<Applied, OperationError>;
    /// Runs a candidate beside what serves.
    ///
    /// # Errors
    /// When the candidate is refused.
    async fn shadow(&self, order: ShadowOrder) -> Result<Json, OperationError>;
    /// What the candidate would have done; what was found stays after the end until the next one begins.
    ///
    /// # Errors
    /// `NotFound` when there was none.
    async fn shadow_report(&self) -> Result<Json, OperationError>;
    /// Ends it.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    async fn end_shadow(&self) -> Result<Json, OperationError>;
    /// Lets a candidate serve a share of the conversations.
    ///
    /// # Errors
    /// When the candidate is refused or held, or there is a canary already.
    async fn canary(&self, order: CanaryOrder, mandate: Mandate) -> Result<Json, OperationError>;
    /// How it does; what was found stays after the end until the next one begins.
    ///
    /// # Errors
    /// `NotFound` when there was none.
    async fn canary_report(&self) -> Result<Json, OperationError>;
    /// On to its next step, or to everybody.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    async fn promote(&self, whole: bool, mandate: Mandate) -> Result<Json, OperationError>;
    /// Ends it: the serving generation serves everybody.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    async fn withdraw(&self, mandate: Mandate) -> Result<Json, OperationError>;
}
