//! The linear model: words, words in a row, letters in a row, and what the lexicons say together.

use compact::{Feature, Hash, Model, ModelError, Table};

use crate::learnt::CLASSES;
use crate::learnt::lexicon::{SOURCES, WORD};
use crate::learnt::piece::Piece;

/// How many numbers [`dense`] gives.
pub const DENSE: usize = 6 * SOURCES + 4;
/// Letters of a word that are looked at.
const LETTERS_MAX: usize = 24;
const LETTERS: Hash = Hash::new(4);

/// One linear model.
#[derive(Clone, Debug)]
pub struct Linear {
    table: Table,
    /// For each of the [`DENSE`] numbers one weight a class.
    dense: Vec<f32>,
    priors: [f32; CLASSES],
}

impl Linear {
    /// Reads the table `<name>` with the numbers `<name>-dense` and `<name>-priors`.
    pub(crate) fn read(model: &Model, name: &str) -> Result<Self, ModelError> {
        let mut priors = [0.0; CLASSES];
        priors.iter_mut().zip(model.numbers(&format!("{name}-priors"))).for_each(|(place, prior)| *place = *prior);
        Ok(Self { table: model.table(name)?.clone(), dense: model.numbers(&format!("{name}-dense")).to_vec(), priors })
    }

    /// Logarithms of the probabilities, without what is usual.
    #[must_use]
    pub fn logs(&self, pieces: &[Piece]) -> [f32; CLASSES] {
        let mut sums = [0_i32; CLASSES];
        let features = features(pieces);
        features.iter().for_each(|feature| self.table.add(*feature, &mut sums));
        let worth = self.table.scale() * worth(features.len());
        #[expect(clippy::cast_precision_loss, reason = "sums are far below 2^24")]
        let mut scores = sums.map(|sum| sum as f32 * worth);
        for (number, weights) in dense(pieces).iter().zip(self.dense.chunks_exact(CLASSES)) {
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += number * weight);
        }
        logs(scores, self.priors)
    }

    /// How much each piece moves the scores from negative to positive.
    pub(crate) fn moves(&self, pieces: &[Piece]) -> Vec<f32> {
        let mut moves = vec![0.0; pieces.len()];
        let mut count = 0;
        each_feature(pieces, |feature, at| {
            count += 1;
            if let ([negative, .., positive], Some(moved)) = (self.table.row(feature), moves.get_mut(at)) {
                *moved += f32::from(positive.saturating_sub(*negative));
            }
        });
        let worth = self.table.scale() * worth(count);
        moves.iter_mut().for_each(|moved| *moved *= worth);
        moves
    }
}

/// Log-probabilities of scores, less the priors.
pub(crate) fn logs(scores: [f32; CLASSES], priors: [f32; CLASSES]) -> [f32; CLASSES] {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
    let mut logs = scores.map(|score| score - most - sum.ln());
    logs.iter_mut().zip(priors).for_each(|(log, prior)| *log -= prior);
    logs
}

/// What so many features are multiplied by: the length of their vector is one.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24")]
pub fn worth(features: usize) -> f32 {
    1.0 / (features.max(1) as f32).sqrt()
}

/// The features of a text, each once.
#[must_use]
pub fn features(pieces: &[Piece]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(pieces.len() * 16);
    each_feature(pieces, |feature, _| found.push(feature));
    found.sort_unstable();
    found.dedup();
    found
}

/// Gives every feature with the piece that it ends in.
fn each_feature(pieces: &[Piece], mut each: impl FnMut(Feature, usize)) {
    let (mut last, mut before): (Feature, Feature) = (1, 1);
    for (at, piece) in pieces.iter().enumerate() {
        let word = WORD.with(piece.text.as_bytes()).feature();
        let here = word.to_le_bytes();
        let pair = |family: u64, other: Feature| Hash::new(family).with(&here).with(&other.to_le_bytes());
        each(word, at);
        each(pair(2, last).feature(), at);
        if at > 1 {
            each(pair(3, last).with(&before.to_le_bytes()).feature(), at);
        }
        if piece.negated {
            each(Hash::new(7).with(&here).feature(), at);
        }
        if piece.shouted {
            each(Hash::new(8).with(&here).feature(), at);
            each(Hash::new(9).with(b"shouted").feature(), at);
        }
        if piece.stretched {
            each(Hash::new(9).with(b"stretched").feature(), at);
        }
        letters(&piece.text, |feature| each(feature, at));
        (last, before) = (word, last);
    }
}

/// Runs of three to five letters of a word with its two ends, but for the whole of it.
pub fn letters(word: &str, mut each: impl FnMut(Feature)) {
    let ended: Vec<char> = std::iter::once('<').chain(word.chars().take(LETTERS_MAX)).chain(['>']).collect();
    for start in 0..ended.len().saturating_sub(2) {
        let mut run = LETTERS;
        for (at, c) in ended.iter().skip(start).take(5).enumerate() {
            run = run.with_char(*c);
            if at >= 2 && at + 1 < ended.len() {
                each(run.feature());
            }
        }
    }
}

/// What the lexicons say of the text as a whole, its marks, and its length.
#[must_use]
pub fn dense(pieces: &[Piece]) -> [f32; DENSE] {
    let mut found = [0.0; DENSE];
    for (source, numbers) in found.chunks_exact_mut(6).take(SOURCES).enumerate() {
        let weights = pieces.iter().filter_map(|piece| weighed(piece, source));
        let (mut up, mut down, mut last, mut most, mut least) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for weight in weights {
            if weight > 0.0 {
                up += weight
            } else {
                down += weight
            }
            (last, most, least) = (weight, most.max(weight), least.min(weight));
        }
        let sum = up + down;
        numbers.copy_from_slice(&[up.min(4.0), down.max(-4.0), last, most, least, sum / (sum * sum + 1.0).sqrt()]);
    }
    let marks =
        |mark: &str| f32::from(u8::try_from(pieces.iter().filter(|piece| piece.text == mark).take(3).count()).unwrap_or_default()) / 3.0;
    #[expect(clippy::cast_precision_loss, reason = "at most some hundred")]
    let length = (pieces.len() as f32 / 40.0).min(2.0);
    for (place, number) in found.iter_mut().skip(6 * SOURCES).zip([marks("!"), marks("?"), length, 1.0]) {
        *place = number;
    }
    found
}

fn weighed(piece: &Piece, source: usize) -> Option<f32> {
    let weight = piece.weights.get(source).copied().filter(|weight| *weight != 0.0)?;
    let turned = if piece.negated { -0.7 * weight } else { weight };
    Some(if piece.shouted { 1.3 * turned } else { turned })
}
