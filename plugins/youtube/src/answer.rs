//! What YouTube's answers mean: a used-up quota has the status of a closed door.

use lenient::text;
use pointsman_plugin::{Response, Timestamp};
use serde_json::Value;

/// When to come back, for an answer that says that the quota or the rate is used up.
pub(crate) fn used_up(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    if !matches!(answer.status, 403 | 429) {
        return None;
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match text(&body, "/error/errors/0/reason").or_else(|| text(&body, "/error/status"))? {
        "quotaExceeded" | "dailyLimitExceeded" => Some(next_day(now)),
        "rateLimitExceeded" | "userRateLimitExceeded" | "RESOURCE_EXHAUSTED" => {
            Some(answer.retry_at(now).unwrap_or(now.saturating_add(60_000)))
        }
        _ => None,
    }
}

/// Quotas begin anew at midnight on the Pacific coast, which is 07:00 or 08:00 UTC.
fn next_day(now: Timestamp) -> Timestamp {
    let (day, eight) = (86_400_000, 28_800_000);
    let today = now / day * day + eight;
    if now < today { today } else { today.saturating_add(day) }
}
