//! Figures of all rounds, by name.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Microseconds for each interaction, one figure for each round.
#[derive(Debug, Default)]
pub(crate) struct Rounds(BTreeMap<&'static str, Vec<f64>>);

/// What the rounds say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The middle one.
    pub(crate) median_us: f64,
    /// The quickest one.
    pub(crate) least_us: f64,
}

impl Rounds {
    /// Forgets what was measured so far.
    pub(crate) fn forget_if(&mut self, warmed: bool) {
        if warmed {
            self.0.clear();
        }
    }

    /// Notes what `count` interactions took.
    pub(crate) fn note(&mut self, name: &'static str, took: Duration, count: usize) {
        let count = f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
        self.0.entry(name).or_default().push(took.as_secs_f64() * 1e6 / count);
    }

    /// Times `each` over all of `inputs`, again and again until there were this many calls.
    pub(crate) fn time<I, O>(&mut self, name: &'static str, calls: usize, inputs: &[I], mut each: impl FnMut(&I) -> O) {
        let passes = calls.div_ceil(inputs.len().max(1));
        let started = Instant::now();
        for input in (0..passes).flat_map(|_| inputs) {
            black_box(each(black_box(input)));
        }
        self.note(name, started.elapsed(), passes * inputs.len());
    }

    /// What was measured under this name.
    pub(crate) fn figure(&self, name: &str) -> Option<Figure> {
        let mut sorted = self.0.get(name)?.clone();
        sorted.sort_by(f64::total_cmp);
        Some(Figure { median_us: *sorted.get(sorted.len() / 2)?, least_us: *sorted.first()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_least() {
        let mut rounds = Rounds::default();
        for us in [30, 10, 20] {
            rounds.note("a", Duration::from_micros(us * 2), 2);
        }
        assert_eq!(rounds.figure("a"), Some(Figure { median_us: 20.0, least_us: 10.0 }));
        assert_eq!(rounds.figure("b"), None);
    }
}
