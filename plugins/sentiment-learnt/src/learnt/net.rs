//! The convolution: what words mean beside each other (Kim 2014), with vectors of words and of the letters in them (Bojanowski et al. 2017).

use compact::{Model, ModelError, Table, Vocabulary};

use crate::learnt::CLASSES;
use crate::learnt::lexicon::{SOURCES, WORD};
use crate::learnt::linear::{letters, logs};
use crate::learnt::piece::Piece;

/// Pieces that are looked at.
pub const PIECES_MAX: usize = 80;
/// Words beside each other.
pub const WIDTH: usize = 3;
/// What is known of a piece beside its vector.
pub const MORE: usize = SOURCES + 4;

/// The network.
#[derive(Clone, Debug)]
pub struct Net {
    words: Vocabulary,
    /// A vector for each word.
    vectors: Table,
    /// A vector for each run of letters.
    letters: Table,
    /// `WIDTH` times dimensions and [`MORE`], times filters.
    filters: Vec<f32>,
    biases: Vec<f32>,
    /// For each pooled number one weight a class.
    head: Vec<f32>,
    priors: [f32; CLASSES],
}

impl Net {
    pub(crate) fn read(model: &Model) -> Result<Self, ModelError> {
        let mut priors = [0.0; CLASSES];
        priors.iter_mut().zip(model.numbers("net-priors")).for_each(|(place, prior)| *place = *prior);
        Ok(Self {
            words: model.vocabulary("words")?.clone(),
            vectors: model.table("vectors")?.clone(),
            letters: model.table("letters")?.clone(),
            filters: model.numbers("filters").to_vec(),
            biases: model.numbers("biases").to_vec(),
            head: model.numbers("head").to_vec(),
            priors,
        })
    }

    /// Logarithms of the probabilities, without what is usual.
    #[must_use]
    pub fn logs(&self, pieces: &[Piece]) -> [f32; CLASSES] {
        let inputs: Vec<Vec<f32>> = pieces.iter().take(PIECES_MAX).map(|piece| self.input(piece)).collect();
        let mut scores = [0.0; CLASSES];
        for (number, weights) in self.pooled(&inputs).iter().zip(self.head.chunks_exact(CLASSES)) {
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += number * weight);
        }
        logs(scores, self.priors)
    }

    /// A piece as numbers: the vector of its word, the middle of those of its letters, and what else is known.
    fn input(&self, piece: &Piece) -> Vec<f32> {
        let mut sums = vec![0_i32; self.letters.columns()];
        let mut count = 0_u16;
        letters(&piece.text, |feature| {
            self.letters.add(feature, &mut sums);
            count = count.saturating_add(1);
        });
        let share = self.letters.scale() / f32::from(count.max(1));
        #[expect(clippy::cast_precision_loss, reason = "sums are far below 2^24")]
        let mut input: Vec<f32> = sums.iter().map(|sum| *sum as f32 * share).collect();
        if let Some(row) = self.words.row(WORD.with(piece.text.as_bytes()).feature()) {
            let vector = self.vectors.at(row).iter().map(|cell| f32::from(*cell) * self.vectors.scale());
            input.iter_mut().zip(vector).for_each(|(place, number)| *place += number);
        }
        input.extend(more(piece));
        input
    }

    /// The greatest and the middle of each filter, and the middle of all inputs.
    fn pooled(&self, inputs: &[Vec<f32>]) -> Vec<f32> {
        let filters = self.biases.len();
        let wide = self.letters.columns() + MORE;
        let (mut most, mut middle) = (vec![0.0_f32; filters], vec![0.0_f32; filters]);
        let share = share(inputs.len());
        for at in 0..inputs.len() {
            let mut sums = self.biases.clone();
            for (beside, weights) in self.filters.chunks_exact(wide * filters).enumerate() {
                let Some(input) = (at + beside).checked_sub(WIDTH / 2).and_then(|place| inputs.get(place)) else { continue };
                for (number, row) in input.iter().zip(weights.chunks_exact(filters)) {
                    sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += number * weight);
                }
            }
            most.iter_mut().zip(&sums).for_each(|(most, sum)| *most = most.max(*sum));
            middle.iter_mut().zip(&sums).for_each(|(middle, sum)| *middle += sum.max(0.0) * 0.5 * share);
        }
        let mut whole = vec![0.0; wide];
        for input in inputs {
            whole.iter_mut().zip(input).for_each(|(sum, number)| *sum += number * share);
        }
        most.into_iter().chain(middle).chain(whole).collect()
    }
}

/// What sums over so many pieces are multiplied by.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "at most some dozen")]
pub fn share(pieces: usize) -> f32 {
    1.0 / (pieces.max(1) as f32).sqrt()
}

/// What is known of a piece beside its vector.
#[must_use]
pub fn more(piece: &Piece) -> [f32; MORE] {
    let flag = |flag: bool| if flag { 1.0 } else { 0.0 };
    let [a, b, c, d] = piece.weights;
    [2.0 * a, 2.0 * b, 2.0 * c, 2.0 * d, flag(piece.negated), flag(piece.shouted), flag(piece.stretched), 1.0]
}
