use tokio_util::sync::CancellationToken;

use super::DispatcherSettings;
use crate::port::Clock;

/// Waits that double, by the clock of the host.
pub(super) struct Backoff {
    first_ms: u64,
    next_ms: u64,
    ms_max: u64,
}

impl Backoff {
    pub(super) fn new(settings: &DispatcherSettings) -> Self {
        let first_ms = settings.backoff_ms.max(1);
        Self { first_ms, next_ms: first_ms, ms_max: settings.backoff_ms_max.max(first_ms) }
    }

    /// Waits; false when it is to stop.
    pub(super) async fn wait(&mut self, clock: &dyn Clock, stop: &CancellationToken) -> bool {
        let until = clock.now().plus_ms(self.next_ms);
        self.next_ms = self.next_ms.saturating_mul(2).min(self.ms_max);
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = clock.wait_until(until) => true,
        }
    }

    pub(super) fn reset(&mut self) {
        self.next_ms = self.first_ms;
    }
}
