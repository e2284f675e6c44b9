use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::generation::{Generation, WHOLE_PPM};
use crate::port::{CanaryOrder, CanaryThresholds};

/// Most steps of a canary.
const STEPS_MAX: usize = 20;

/// Why a canary cannot go by these steps or thresholds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CanaryPlanError {
    /// The shares.
    #[error("steps are 1 to {STEPS_MAX} growing shares above 0 and at most 100 percent")]
    Steps,
    /// The thresholds.
    #[error("`{0}` is no share between 0 and 1")]
    Share(&'static str),
    /// The threshold of the 99th percentile.
    #[error("`p99_ratio_max` is no number of at least 1")]
    Ratio,
}

/// How a canary grows, and when it is withdrawn.
#[derive(Clone, Debug, PartialEq)]
pub struct CanaryPlan {
    shares_ppm: Vec<u32>,
    pub(super) step_ms: u64,
    pub(super) decisions_min: u64,
    pub(super) thresholds: CanaryThresholds,
}

impl CanaryPlan {
    /// The plan of an order.
    ///
    /// # Errors
    /// When its steps do not grow, or a threshold is none.
    pub fn of(order: &CanaryOrder) -> Result<Self, CanaryPlanError> {
        let ppm = |percent: &f64| (percent.is_finite() && *percent > 0.0 && *percent <= 100.0).then(|| ppm_of(*percent));
        let shares_ppm: Option<Vec<u32>> = order.steps_percent.iter().map(ppm).collect();
        let grows = |shares: &Vec<u32>| shares.is_sorted_by(|less, more| less < more);
        let shares_ppm = shares_ppm.filter(grows).filter(|shares| (1..=STEPS_MAX).contains(&shares.len())).ok_or(CanaryPlanError::Steps)?;
        let thresholds = order.thresholds;
        for (name, share) in [("fault_rate_max", thresholds.fault_rate_max), ("disagreement_max", thresholds.disagreement_max)] {
            if !(0.0..=1.0).contains(&share) {
                return Err(CanaryPlanError::Share(name));
            }
        }
        if thresholds.p99_ratio_max.is_nan() || thresholds.p99_ratio_max < 1.0 {
            return Err(CanaryPlanError::Ratio);
        }
        let step_ms = order.step_seconds.saturating_mul(1_000);
        Ok(Self { shares_ppm, step_ms, decisions_min: order.decisions_min.max(1), thresholds })
    }

    /// All shares in millionths.
    #[must_use]
    pub fn shares_ppm(&self) -> &[u32] {
        &self.shares_ppm
    }

    /// The first share in millionths.
    #[must_use]
    pub fn first_ppm(&self) -> u32 {
        self.share_ppm(0).unwrap_or_default()
    }

    /// The share of a step, from 0.
    pub(super) fn share_ppm(&self, step: usize) -> Option<u32> {
        self.shares_ppm.get(step).copied()
    }
}

/// At least one millionth.
fn ppm_of(percent: f64) -> u32 {
    let ppm = (percent * f64::from(WHOLE_PPM) / 100.0).round().clamp(1.0, f64::from(WHOLE_PPM));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and a million")]
    let ppm = ppm as u32;
    ppm
}

/// Something that a canary did by itself.
#[derive(Clone)]
pub enum CanaryTurn {
    /// It decides about a larger share of the conversations.
    Widened {
        /// The candidate.
        generation: Arc<Generation>,
        /// Its share in millionths.
        share_ppm: u32,
        /// What was measured.
        why: String,
    },
    /// It decides about nobody any more: that is so already.
    Withdrawn {
        /// The candidate.
        generation: Arc<Generation>,
        /// Which threshold it passed, and by what.
        why: String,
    },
    /// It has passed its last step, of everybody: whoever hears it lets it serve. Until then it decides about everybody as a canary.
    Whole {
        /// The candidate.
        generation: Arc<Generation>,
        /// What was measured.
        why: String,
    },
}

impl CanaryTurn {
    /// The candidate.
    #[must_use]
    pub fn generation(&self) -> &Arc<Generation> {
        match self {
            Self::Widened { generation, .. } | Self::Withdrawn { generation, .. } | Self::Whole { generation, .. } => generation,
        }
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Widened { why, .. } | Self::Withdrawn { why, .. } | Self::Whole { why, .. } => why,
        }
    }

    /// What it did, in a word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Widened { .. } => "widened",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Whole { .. } => "whole",
        }
    }
}

impl fmt::Debug for CanaryTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}): {}", self.name(), self.generation().id(), self.why())
    }
}
