//! A linear softmax over hashed features, learnt one example after the other with Adagrad (Duchi et al. 2011).

use compact::{Feature, softmax};

/// The weights while they are learnt.
#[derive(Debug)]
pub(crate) struct Learner {
    row_bits: u8,
    classes: usize,
    rate: f32,
    weights: Vec<f32>,
    squares: Vec<f32>,
}

impl Learner {
    pub(crate) fn new(row_bits: u8, classes: usize, rate: f32) -> Self {
        let cells = classes << row_bits;
        Self { row_bits, classes, rate, weights: vec![0.0; cells], squares: vec![1e-3; cells] }
    }

    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Takes one step; `slowing` is what is left of the rate.
    pub(crate) fn learn(&mut self, features: &[Feature], class: usize, slowing: f32) {
        let worth = worth(features.len());
        let wrong = softmax(&self.scores(features, worth));
        for feature in features {
            let place = self.place(*feature);
            let cells = self.weights.iter_mut().zip(self.squares.iter_mut()).skip(place).take(self.classes);
            for (at, ((weight, square), part)) in cells.zip(&wrong).enumerate() {
                let slope = (part - if at == class { 1.0 } else { 0.0 }) * worth;
                *square += slope * slope;
                *weight -= self.rate * slowing * slope / square.sqrt();
            }
        }
    }

    fn scores(&self, features: &[Feature], worth: f32) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        for feature in features {
            let place = self.place(*feature);
            for (score, weight) in scores.iter_mut().zip(self.weights.iter().skip(place)) {
                *score += weight * worth;
            }
        }
        scores
    }

    fn place(&self, feature: Feature) -> usize {
        let mask = (1_u64 << self.row_bits) - 1;
        usize::try_from(feature & mask).unwrap_or_default() * self.classes
    }
}

/// Long texts have many features: their sum is scaled, so that it does not grow without end.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24")]
fn worth(features: usize) -> f32 {
    1.0 / (features.max(1) as f32).sqrt()
}
