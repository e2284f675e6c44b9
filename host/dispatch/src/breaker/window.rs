/// Into how many parts the window is cut: what is counted leaves it a part at a time.
const PARTS: u64 = 12;
const PARTS_COUNT: usize = 12;

/// Calls and faults of the last so many milliseconds, in bounded memory.
#[derive(Debug, Default)]
pub(super) struct Window {
    part_ms: u64,
    /// The number of the newest part: its time divided by its length.
    newest: u64,
    /// By the number modulo the count of parts.
    parts: [Tally; PARTS_COUNT],
}

/// Calls and how many of them were faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u32,
    pub(super) faults: u32,
}

impl Window {
    /// Counts; another length of the window forgets what was counted.
    pub(super) fn add(&mut self, now_ms: u64, window_ms: u64, calls: u32, faults: u32) {
        self.turn(now_ms, window_ms);
        let at = usize::try_from(self.newest % PARTS).unwrap_or_default();
        if let Some(part) = self.parts.get_mut(at) {
            part.calls = part.calls.saturating_add(calls);
            part.faults = part.faults.saturating_add(faults);
        }
    }

    /// All that is in the window.
    pub(super) fn sum(&mut self, now_ms: u64, window_ms: u64) -> Tally {
        self.turn(now_ms, window_ms);
        self.parts()
    }

    /// All that was in it when it was last counted, but for what has left it since.
    pub(super) fn parts(&self) -> Tally {
        let add = |sum: Tally, part: &Tally| Tally {
            calls: sum.calls.saturating_add(part.calls),
            faults: sum.faults.saturating_add(part.faults),
        };
        self.parts.iter().fold(Tally::default(), add)
    }

    /// As [`Self::sum`], with the length that was used last.
    pub(super) fn sum_again(&mut self, now_ms: u64) -> Tally {
        self.sum(now_ms, self.part_ms.saturating_mul(PARTS))
    }

    pub(super) fn clear(&mut self) {
        self.parts = Default::default();
    }

    /// Empties the parts that have left the window.
    fn turn(&mut self, now_ms: u64, window_ms: u64) {
        let part_ms = window_ms.div_ceil(PARTS).max(1);
        if part_ms != self.part_ms {
            *self = Self { part_ms, newest: now_ms / part_ms, ..Self::default() };
            return;
        }
        // A time before the newest part counts as now: parts never come back.
        let now = (now_ms / part_ms).max(self.newest);
        for number in self.newest.saturating_add(1)..=now.min(self.newest.saturating_add(PARTS)) {
            let at = usize::try_from(number % PARTS).unwrap_or_default();
            if let Some(part) = self.parts.get_mut(at) {
                *part = Tally::default();
            }
        }
        self.newest = now;
    }
}
