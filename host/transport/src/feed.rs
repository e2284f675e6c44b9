//! Asking feeds for news on their schedule, one call at a time for each connector.

use std::sync::Arc;

use dispatch::ingest::{Ingest, IngestError, PollOutcome};
use dispatch::port::Clock;
use model::{Failure, Timestamp};
use tokio_util::sync::CancellationToken;

/// Longest wait after failures.
const BACKOFF_MS_MAX: u64 = 600_000;

/// Polls one connector until `stop`. The schedule is the configured interval; a channel that names a later time is heard; failures are
/// tried again after a wait that doubles up to ten minutes.
pub async fn poll_feed(ingest: Ingest, connector: String, interval_ms: u64, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut failures = 0;
    loop {
        let polled = tokio::select! {
            () = stop.cancelled() => return,
            polled = ingest.poll(&connector) => polled,
        };
        let next = match polled {
            Ok(outcome) => {
                failures = 0;
                next_poll(&outcome, clock.now(), interval_ms)
            }
            Err(error) => {
                failures += 1;
                let next = after_failure(&error, clock.now(), interval_ms, failures);
                tracing::warn!(connector, %error, failures, wait_ms = next.since_ms(clock.now()), "a poll failed");
                next
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.wait_until(next) => {}
        }
    }
}

fn next_poll(outcome: &PollOutcome, now: Timestamp, interval_ms: u64) -> Timestamp {
    if outcome.more {
        return now;
    }
    let scheduled = now.plus_ms(interval_ms);
    outcome.next_poll_at.map_or(scheduled, |named| named.max(scheduled))
}

fn after_failure(error: &IngestError, now: Timestamp, interval_ms: u64, failures: u32) -> Timestamp {
    let doubled = interval_ms.saturating_mul(1_u64.checked_shl(failures.min(20)).unwrap_or(u64::MAX));
    let waited = now.plus_ms(doubled.min(BACKOFF_MS_MAX.max(interval_ms)));
    match error {
        IngestError::Failed(Failure::Later { at: Some(named), .. }) => (*named).max(now.plus_ms(interval_ms)),
        _ => waited,
    }
}
