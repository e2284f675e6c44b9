//! A linear softmax over the features of `sentiment`, learnt with Adagrad and with features left out at random.

use compact::{Draft, Feature, Grid, softmax};
use sentiment_learnt::learnt::CLASSES;
use sentiment_learnt::learnt::linear::{DENSE, dense, features, worth};

use super::data::Example;
use crate::random::Random;

/// How one of them is learnt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    row_bits: u32,
    rate: f32,
    rounds: usize,
    /// Part of the features that is left out of each step.
    dropped: f64,
    /// Rare classes count more: with the square root of how much rarer they are.
    balanced: bool,
}

impl Plan {
    pub(crate) const ENGLISH: Self = Self { row_bits: 18, rate: 0.1, rounds: 4, dropped: 0.5, balanced: true };
    pub(crate) const OTHERS: Self = Self { row_bits: 18, rate: 0.1, rounds: 8, dropped: 0.5, balanced: false };
}

/// A model that has learnt.
#[derive(Debug)]
pub(crate) struct Linear {
    table: Vec<f32>,
    dense: Vec<f32>,
    priors: Vec<f32>,
}

impl Linear {
    /// Adds the model to the draft.
    pub(crate) fn write(&self, name: &str, grid: Grid, draft: &mut Draft) {
        draft.table(name, u16::try_from(CLASSES).unwrap_or_default(), &self.table, grid);
        draft.numbers(&format!("{name}-dense"), &self.dense);
        draft.numbers(&format!("{name}-priors"), &self.priors);
    }
}

/// Learns from the examples.
pub(crate) fn train(examples: &[Example], plan: Plan, random: &mut Random) -> Linear {
    let read: Vec<(Vec<Feature>, [f32; DENSE])> = examples.iter().map(|one| (features(&one.pieces), dense(&one.pieces))).collect();
    let weights = weights(examples, plan.balanced);
    let mut model = Model::new(plan);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for _ in 0..plan.rounds {
        random.shuffle(&mut order);
        for at in &order {
            if let (Some((features, dense)), Some(example)) = (read.get(*at), examples.get(*at)) {
                let weight = example.weight * weights.get(example.class).copied().unwrap_or(1.0);
                model.learn(features, dense, example.class, weight, random);
            }
        }
    }
    Linear { table: model.table, dense: model.dense, priors: priors(examples, &weights) }
}

/// What each class counts.
pub(crate) fn weights(examples: &[Example], balanced: bool) -> Vec<f32> {
    let counts = counts(examples);
    let mean = counts.iter().sum::<f32>() / f32::from(u8::try_from(CLASSES).unwrap_or(1));
    counts.iter().map(|count| if balanced { (mean / count.max(1.0)).sqrt() } else { 1.0 }).collect()
}

/// Logarithms of how usual the classes are, as they count.
pub(crate) fn priors(examples: &[Example], weights: &[f32]) -> Vec<f32> {
    let counted: Vec<f32> = counts(examples).iter().zip(weights).map(|(count, weight)| count.max(1.0) * weight).collect();
    let sum: f32 = counted.iter().sum();
    counted.into_iter().map(|count| (count / sum).ln()).collect()
}

fn counts(examples: &[Example]) -> [f32; CLASSES] {
    let mut counts = [0.0; CLASSES];
    for example in examples {
        if let Some(count) = counts.get_mut(example.class) {
            *count += example.weight;
        }
    }
    counts
}

struct Model {
    plan: Plan,
    table: Vec<f32>,
    table_squares: Vec<f32>,
    dense: Vec<f32>,
    dense_squares: Vec<f32>,
}

impl Model {
    fn new(plan: Plan) -> Self {
        let (cells, numbers) = (CLASSES << plan.row_bits, CLASSES * DENSE);
        Self {
            plan,
            table: vec![0.0; cells],
            table_squares: vec![1e-4; cells],
            dense: vec![0.0; numbers],
            dense_squares: vec![1e-2; numbers],
        }
    }

    fn learn(&mut self, features: &[Feature], dense: &[f32], class: usize, weight: f32, random: &mut Random) {
        let kept: Vec<usize> = features.iter().filter(|_| random.unit() >= self.plan.dropped).map(|feature| self.place(*feature)).collect();
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
        let worth = worth(features.len()) / (1.0 - self.plan.dropped) as f32;
        let mut scores = [0.0_f32; CLASSES];
        for place in &kept {
            scores.iter_mut().zip(self.table.iter().skip(*place)).for_each(|(score, weight)| *score += weight * worth);
        }
        for (number, weights) in dense.iter().zip(self.dense.chunks_exact(CLASSES)) {
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += number * weight);
        }
        let found = softmax(&scores);
        let wrong: Vec<f32> = found.iter().enumerate().map(|(at, part)| weight * (part - if at == class { 1.0 } else { 0.0 })).collect();
        for place in &kept {
            let cells = self.table.iter_mut().zip(self.table_squares.iter_mut()).skip(*place);
            cells.zip(&wrong).for_each(|((cell, square), wrong)| step(cell, square, wrong * worth, self.plan.rate));
        }
        let rows = self.dense.chunks_exact_mut(CLASSES).zip(self.dense_squares.chunks_exact_mut(CLASSES));
        for ((row, squares), number) in rows.zip(dense).filter(|(_, number)| **number != 0.0) {
            let cells = row.iter_mut().zip(squares).zip(&wrong);
            cells.for_each(|((cell, square), wrong)| step(cell, square, wrong * number, self.plan.rate));
        }
    }

    fn place(&self, feature: Feature) -> usize {
        usize::try_from(feature & ((1 << self.plan.row_bits) - 1)).unwrap_or_default() * CLASSES
    }
}

/// One step of Adagrad (Duchi et al. 2011).
pub(crate) fn step(cell: &mut f32, square: &mut f32, slope: f32, rate: f32) {
    if slope != 0.0 {
        *square += slope * slope;
        *cell -= rate * slope / square.sqrt();
    }
}
