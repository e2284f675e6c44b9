//! What operations people ask for and are told.

use utoipa::ToSchema;

use super::Swap;

/// What was done.
#[derive(ToSchema)]
pub(crate) struct Applied {
    /// Whether anything changed: what serves already is not applied again.
    changed: bool,
    /// The line in the history; absent when nothing changed.
    swap: Option<Swap>,
    /// The generation that serves now.
    serving: String,
    /// What only a restart makes effective, sentence by sentence; absent when nothing needs one.
    needs_restart: Option<Vec<String>>,
}

/// A candidate beside what serves, without effects.
#[derive(ToSchema)]
pub(crate) struct ShadowOrder {
    /// Its configuration: a file beside the host's own one, or in a folder below.
    candidate: String,
    /// Share of the decisions in percent; 10 when absent.
    sample_percent: Option<f64>,
}

/// A candidate on a share of the conversations.
#[derive(ToSchema)]
pub(crate) struct CanaryOrder {
    /// Its configuration: a file beside the host's own one, or in a folder below.
    candidate: String,
    /// Growing shares in percent, one after the other; it serves everybody after the last step when that is 100.
    steps_percent: Vec<f64>,
    /// The least time of each step in seconds; 300 when absent.
    step_seconds: Option<u64>,
    /// The least number of its decisions in each step; 100 when absent.
    decisions_min: Option<u64>,
    /// When it is withdrawn.
    thresholds: Option<CanaryThresholds>,
    /// Why, for the history.
    why: Option<String>,
}

/// When a canary is withdrawn by itself.
#[derive(ToSchema)]
pub(crate) struct CanaryThresholds {
    /// Share of its decisions with a fault, 0 to 1; 0.01 when absent.
    fault_rate_max: Option<f64>,
    /// Its 99th percentile of deciding over that of the serving generation; 2 when absent.
    p99_ratio_max: Option<f64>,
    /// Share of its decisions, 0 to 1, that end in another queue or disposition; 0.2 when absent.
    disagreement_max: Option<f64>,
    /// Its decisions before rates and percentiles count; 50 when absent.
    decisions_min: Option<u64>,
}
