//! Where a decision puts an interaction, in names that can be counted.

use model::Decision;

use crate::comparison;

/// Waits in no queue.
pub(super) const NONE: &str = "(none)";
/// What [`band`] can be.
pub(super) const BANDS: [&str; 6] = ["0-19", "20-39", "40-59", "60-79", "80-100", "none"];

/// The queue that it waits in first.
pub(super) fn queue(decision: &Decision) -> &str {
    decision.routing.disposition.queue().unwrap_or(NONE)
}

/// The band of its priority.
pub(super) fn band(decision: &Decision) -> &'static str {
    comparison::band(decision.priority.as_ref().map(|priority| priority.score))
}
