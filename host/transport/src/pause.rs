//! Waits between tries. They differ from one another by chance, so that what broke at once for many does not come back at once.

use std::sync::Arc;

use dispatch::port::Clock;
use tokio_util::sync::CancellationToken;

/// A wait that doubles with every failure.
pub(crate) struct Pause {
    first_ms: u64,
    longest_ms: u64,
    next_ms: u64,
}

impl Pause {
    pub(crate) fn new(first_ms: u64, longest_ms: u64) -> Self {
        Self { first_ms, longest_ms, next_ms: first_ms }
    }

    /// How long to wait now.
    pub(crate) fn next(&mut self) -> u64 {
        let wait_ms = jittered(self.next_ms);
        self.next_ms = self.next_ms.saturating_mul(2).min(self.longest_ms);
        wait_ms
    }

    /// All is well: the next wait is the first one again.
    pub(crate) fn reset(&mut self) {
        self.next_ms = self.first_ms;
    }
}

/// From half of it to the whole, by chance.
pub(crate) fn jittered(ms: u64) -> u64 {
    let mut byte = [0_u8; 2];
    // Without chance all wait the longest: that is slower, not wrong.
    let part = getrandom::fill(&mut byte).map_or(u64::from(u16::MAX), |()| u64::from(u16::from_le_bytes(byte)));
    let half = ms / 2;
    half.saturating_add(ms.saturating_sub(half).saturating_mul(part) / u64::from(u16::MAX))
}

/// Waits, or returns false when the host stops.
pub(crate) async fn waited(clock: &Arc<dyn Clock>, ms: u64, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = clock.wait_until(clock.now().plus_ms(ms)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_their_bounds() {
        let mut pause = Pause::new(1_000, 60_000);
        let waits: Vec<u64> = (0..10).map(|_| pause.next()).collect();
        for (wait, most) in waits.iter().zip([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]) {
            assert!((most / 2..=most).contains(wait), "{waits:?}");
        }
        pause.reset();
        assert!(pause.next() <= 1_000);
        assert!((0..100).map(|_| jittered(10_000)).collect::<std::collections::BTreeSet<_>>().len() > 10);
        assert_eq!(jittered(0), 0);
        assert!(jittered(u64::MAX) >= u64::MAX / 2);
    }
}
