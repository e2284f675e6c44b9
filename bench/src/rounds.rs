//! Figures of all rounds, by name: `native/chain:cpu_us` holds one for each round.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use cpu_time::{ProcessTime, ThreadTime};
use serde::{Deserialize, Serialize};

/// One figure for each round. Everything is measured in every round, so that figures of one round can be compared whatever else the machine
/// did meanwhile.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Rounds(BTreeMap<String, Vec<f64>>);

/// What a call took, in one round.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Took {
    /// CPU time in microseconds.
    pub(crate) cpu_us: f64,
    /// Time by the clock in microseconds.
    pub(crate) wall_us: f64,
}

/// What the rounds say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// The middle one.
    pub(crate) median: f64,
    /// The least.
    pub(crate) least: f64,
}

impl Rounds {
    /// Forgets what was measured so far.
    pub(crate) fn forget_if(&mut self, warmed: bool) {
        if warmed {
            self.0.clear();
        }
    }

    /// Notes a figure of this round.
    pub(crate) fn note(&mut self, name: &str, unit: &str, figure: f64) {
        self.0.entry(format!("{name}:{unit}")).or_default().push(figure);
    }

    /// Notes what a call took.
    pub(crate) fn took(&mut self, name: &str, took: Took) {
        self.note(name, "cpu_us", took.cpu_us);
        self.note(name, "wall_us", took.wall_us);
    }

    /// Times `each` over all of `inputs` on this thread, again and again until there were this many calls.
    pub(crate) fn time<I, O>(&mut self, name: &str, calls: usize, inputs: &[I], each: impl FnMut(&I) -> O) {
        self.time_lots(name, calls, inputs, 1, each);
    }

    /// The same where each input stands for a lot: the figure is for one of the lot.
    pub(crate) fn time_lots<I, O>(&mut self, name: &str, calls: usize, inputs: &[I], lot: usize, mut each: impl FnMut(&I) -> O) {
        let passes = calls.div_ceil(inputs.len().max(1)).max(1);
        let (cpu, wall) = (ThreadTime::now(), Instant::now());
        for input in (0..passes).flat_map(|_| inputs) {
            black_box(each(black_box(input)));
        }
        let (cpu, wall, count) = (cpu.elapsed(), wall.elapsed(), passes * inputs.len() * lot);
        self.took(name, Took { cpu_us: each_us(cpu, count), wall_us: each_us(wall, count) });
    }

    /// Times what computes on threads of its own: the CPU time is that of the process, in which nothing else happens.
    pub(crate) async fn time_all<F: Future<Output = Result<usize>>>(&mut self, name: &str, run: F) -> Result<()> {
        let (cpu, wall) = (ProcessTime::now(), Instant::now());
        let calls = run.await?;
        let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
        self.took(name, Took { cpu_us: each_us(cpu, calls), wall_us: each_us(wall, calls) });
        Ok(())
    }

    /// What was measured under this name.
    pub(crate) fn figure(&self, name: &str, unit: &str) -> Option<Figure> {
        let sorted = sorted(self.of(name, unit)?.to_vec());
        Some(Figure { median: middle(&sorted)?, least: *sorted.first()? })
    }

    /// The middle of the ratios of each round: for what was measured side by side.
    pub(crate) fn paired(&self, name: &str, base: &str, unit: &str) -> Option<f64> {
        let pairs = self.of(name, unit)?.iter().zip(self.of(base, unit)?);
        middle(&sorted(pairs.map(|(figure, base)| figure / base).collect()))
    }

    fn of(&self, name: &str, unit: &str) -> Option<&[f64]> {
        self.0.get(&format!("{name}:{unit}")).map(Vec::as_slice)
    }
}

/// Microseconds for each of so many.
pub(crate) fn each_us(took: std::time::Duration, count: usize) -> f64 {
    took.as_secs_f64() * 1e6 / float(count.max(1))
}

/// A count as a float.
pub(crate) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}

fn middle(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_the_least_and_the_middle_ratio() {
        let mut rounds = Rounds::default();
        for (one, other) in [(30.0, 10.0), (10.0, 10.0), (20.0, 40.0)] {
            rounds.note("a", "us", one);
            rounds.note("b", "us", other);
        }
        assert_eq!(rounds.figure("a", "us"), Some(Figure { median: 20.0, least: 10.0 }));
        assert_eq!(rounds.figure("c", "us"), None);
        assert_eq!(rounds.paired("a", "b", "us"), Some(1.0));
    }
}
