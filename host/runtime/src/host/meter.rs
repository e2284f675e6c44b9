//! How many log lines of a plugin reach the operator's log in a minute, all its calls together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Counts lines by minute.
#[derive(Debug)]
pub(crate) struct LogMeter {
    started: Instant,
    lines_per_minute_max: u64,
    /// The minute in the upper half, its lines in the lower.
    state: AtomicU64,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metered {
    /// It goes to the log.
    Shown,
    /// It is the first of its minute that does not.
    FirstDropped,
    /// It does not.
    Dropped,
}

impl LogMeter {
    pub(crate) fn new(lines_per_minute_max: u64) -> Self {
        Self { started: Instant::now(), lines_per_minute_max, state: AtomicU64::new(0) }
    }

    /// Counts a line written now.
    pub(crate) fn line(&self) -> Metered {
        self.line_at(self.started.elapsed().as_secs() / 60)
    }

    fn line_at(&self, minute: u64) -> Metered {
        const LINES: u64 = u32::MAX as u64;
        let minute = minute & LINES;
        let mut lines = 0;
        let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
            lines = if state >> 32 == minute { (state & LINES) + 1 } else { 1 };
            Some(minute << 32 | lines.min(LINES))
        });
        match self.lines_per_minute_max {
            max if lines <= max => Metered::Shown,
            max if lines == max + 1 => Metered::FirstDropped,
            _ => Metered::Dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_anew_each_minute() {
        let meter = LogMeter::new(2);
        let minutes = [0, 0, 0, 0, 1, 1, 1, 7];
        let metered: Vec<_> = minutes.into_iter().map(|minute| meter.line_at(minute)).collect();
        use Metered::{Dropped, FirstDropped, Shown};
        assert_eq!(metered, [Shown, Shown, FirstDropped, Dropped, Shown, Shown, FirstDropped, Shown]);
        assert_eq!(LogMeter::new(0).line(), FirstDropped);
    }
}
