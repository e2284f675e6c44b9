use std::collections::BTreeMap;

use super::bounded::Join;
use super::summary::ScoreMovement;
use super::{mean, ratio};

/// Width of a bin: a tenth of a point, in millionths of one.
const BIN_MICRO: u64 = 100_000;
/// Millionths of a point in a point.
const MICRO: f64 = 1e6;

/// Absolute differences of scores. Sums are of whole millionths, so that the order in which they are added does not matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ScoreTally {
    compared: u64,
    up: u64,
    down: u64,
    sum_micro: u64,
    /// By tenths of a point: at most 1,001 of them.
    bins: BTreeMap<u64, u64>,
}

/// The distance of two scores in millionths of a point.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100 million")]
pub(super) fn distance_micro(one: f32, other: f32) -> u64 {
    ((f64::from(one) - f64::from(other)).abs().clamp(0.0, 100.0) * MICRO).round() as u64
}

impl ScoreTally {
    pub(super) fn note(&mut self, recorded: f32, candidate: f32) {
        let micro = distance_micro(recorded, candidate);
        self.compared.join(1);
        self.up.join(u64::from(candidate > recorded));
        self.down.join(u64::from(candidate < recorded));
        self.sum_micro.join(micro);
        *self.bins.entry(micro.div_ceil(BIN_MICRO)).or_default() += 1;
    }

    pub(super) fn summary(&self) -> ScoreMovement {
        ScoreMovement {
            compared: self.compared,
            up: self.up,
            down: self.down,
            mean: mean(self.sum_micro, self.compared) / MICRO,
            p50: self.quantile(50),
            p95: self.quantile(95),
            max: self.bins.keys().next_back().copied().map_or(0.0, points),
        }
    }

    /// The least difference that so many percent do not exceed.
    fn quantile(&self, percent: u64) -> f64 {
        let wanted = self.compared.saturating_mul(percent).div_ceil(100);
        let mut seen = 0_u64;
        let bin = self.bins.iter().find(|(_, count)| {
            seen = seen.saturating_add(**count);
            seen >= wanted
        });
        bin.map_or(0.0, |(bin, _)| points(*bin))
    }
}

fn points(bin: u64) -> f64 {
    ratio(bin, 10)
}

impl Join for ScoreTally {
    fn join(&mut self, other: Self) {
        self.compared.join(other.compared);
        self.up.join(other.up);
        self.down.join(other.down);
        self.sum_micro.join(other.sum_micro);
        for (bin, count) in other.bins {
            self.bins.entry(bin).or_default().join(count);
        }
    }
}
