use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Swap, SwapKind, SwapTrigger};
use serde::Serialize;

/// Upper bounds of what staging takes: from what is cached to what is compiled for long.
const STAGING_NS: [u64; 11] = [
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
    30_000_000_000,
];
/// Upper bounds of what publishing takes: it replaces a pointer.
const PUBLISHING_NS: [u64; 11] = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000];

/// How long something took, counted in bounded intervals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Buckets {
    /// Upper bounds in nanoseconds, inclusive, ascending.
    pub bounds_ns: Vec<u64>,
    /// How many took up to each bound, those of smaller bounds included.
    pub up_to: Vec<u64>,
    /// All of them together, in nanoseconds.
    pub sum_ns: u64,
    /// How many there were.
    pub count: u64,
}

impl Buckets {
    fn new(bounds_ns: &[u64]) -> Self {
        Self { bounds_ns: bounds_ns.to_vec(), up_to: vec![0; bounds_ns.len()], sum_ns: 0, count: 0 }
    }

    fn add(&mut self, took_ns: u64) {
        for (bound, up_to) in self.bounds_ns.iter().zip(&mut self.up_to) {
            *up_to += u64::from(took_ns <= *bound);
        }
        self.sum_ns = self.sum_ns.saturating_add(took_ns);
        self.count += 1;
    }
}

/// Swaps of one kind and trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SwapCount {
    /// What became of them.
    pub kind: SwapKind,
    /// What made them happen.
    pub trigger: SwapTrigger,
    /// How many.
    pub count: u64,
}

/// All swaps since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SwapCounts {
    /// Only those that happened.
    pub swaps: Vec<SwapCount>,
    /// From the trigger until everything was ready, of everything that was staged.
    pub staging: Buckets,
    /// From ready to serving, of everything that was published.
    pub publishing: Buckets,
}

/// Counts swaps.
#[derive(Debug)]
pub struct SwapCounters(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    swaps: BTreeMap<(SwapKind, SwapTrigger), u64>,
    staging: Buckets,
    publishing: Buckets,
}

impl SwapCounters {
    /// Counts a swap and how long it took. What was not staged or not published has no time.
    pub fn swapped(&self, swap: &Swap) {
        let staged = (swap.staging_ms > 0).then(|| Duration::from_millis(swap.staging_ms));
        let published = swap.kind.serves().then(|| Duration::from_nanos(swap.publishing_ns));
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.swaps.entry((swap.kind, swap.trigger)).or_default() += 1;
        staged.into_iter().for_each(|took| counted.staging.add(ns(took)));
        published.into_iter().for_each(|took| counted.publishing.add(ns(took)));
    }

    pub(super) fn counts(&self) -> SwapCounts {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let swaps = counted.swaps.iter().map(|((kind, trigger), count)| SwapCount { kind: *kind, trigger: *trigger, count: *count });
        SwapCounts { swaps: swaps.collect(), staging: counted.staging.clone(), publishing: counted.publishing.clone() }
    }
}

impl Default for SwapCounters {
    fn default() -> Self {
        let counted = Counted { swaps: BTreeMap::new(), staging: Buckets::new(&STAGING_NS), publishing: Buckets::new(&PUBLISHING_NS) };
        Self(Mutex::new(counted))
    }
}

fn ns(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}
