//! Asking feeds for news on their schedule, one call at a time for each connector.

use std::sync::Arc;

use dispatch::ingest::{Ingest, IngestError, PollOutcome};
use dispatch::port::Clock;
use model::{Failure, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::pause::jittered;

/// Longest wait after failures.
const BACKOFF_MS_MAX: u64 = 600_000;

/// The schedule comes later by up to this part of the interval, by chance: connectors of one channel do not stay in step.
const JITTER_PART: u64 = 20;

/// Polls one connector until `stop`. The schedule is the configured interval, a little later by chance; a channel that names a later time is
/// heard; failures are tried again after a wait that doubles up to ten minutes, shortened by chance by up to a half. No poll begins before the
/// one before it has ended.
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
    scheduled(now.plus_ms(interval_ms), outcome.next_poll_at, interval_ms)
}

/// Not before either time.
fn scheduled(at: Timestamp, named: Option<Timestamp>, interval_ms: u64) -> Timestamp {
    named.map_or(at, |named| named.max(at)).plus_ms(jittered(interval_ms / JITTER_PART))
}

fn after_failure(error: &IngestError, now: Timestamp, interval_ms: u64, failures: u32) -> Timestamp {
    let doubled = interval_ms.saturating_mul(1_u64.checked_shl(failures.min(20)).unwrap_or(u64::MAX));
    match error {
        IngestError::Failed(Failure::Later { at: Some(named), .. }) => scheduled(now.plus_ms(interval_ms), Some(*named), interval_ms),
        _ => now.plus_ms(jittered(doubled.min(BACKOFF_MS_MAX.max(interval_ms))).max(interval_ms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn check(next: Timestamp, from_ms: u64, to_ms: u64) {
        let wait_ms = next.since_ms(NOW);
        assert!((from_ms..=to_ms).contains(&wait_ms), "{wait_ms}");
    }

    #[test]
    fn polls_follow_the_schedule_and_what_the_channel_names() {
        let outcome = |next_ms: Option<u64>| PollOutcome { next_poll_at: next_ms.map(|ms| NOW.plus_ms(ms)), ..PollOutcome::default() };
        check(next_poll(&outcome(None), NOW, 60_000), 60_000, 63_000);
        check(next_poll(&outcome(Some(1_000)), NOW, 60_000), 60_000, 63_000);
        check(next_poll(&outcome(Some(900_000)), NOW, 60_000), 900_000, 903_000);
        check(next_poll(&PollOutcome { more: true, ..outcome(Some(900_000)) }, NOW, 60_000), 0, 0);
    }

    #[test]
    fn failures_are_tried_again_later_and_later() {
        let unavailable = IngestError::Failed(Failure::Later { at: None, why: String::new() });
        check(after_failure(&unavailable, NOW, 60_000, 1), 60_000, 120_000);
        check(after_failure(&unavailable, NOW, 60_000, 3), 240_000, 480_000);
        check(after_failure(&unavailable, NOW, 60_000, 60), 300_000, 600_000);
        check(after_failure(&unavailable, NOW, 900_000, 60), 900_000, 900_000);
        let limited = IngestError::Failed(Failure::Later { at: Some(NOW.plus_ms(3_600_000)), why: String::new() });
        check(after_failure(&limited, NOW, 60_000, 1), 3_600_000, 3_603_000);
    }
}
