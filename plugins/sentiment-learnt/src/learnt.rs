//! What the model says: three scores from what it learnt, two models for English, one for every other language.
//!
//! A linear model looks at words, at words in a row and at letters in a row; a small convolution looks at what words mean beside each other.
//! They err differently, so their probabilities are multiplied.

pub mod lexicon;
pub mod linear;
pub mod net;
pub mod piece;

use compact::{Model, ModelError, softmax};

use crate::learnt::lexicon::Lexicon;
use crate::learnt::linear::Linear;
use crate::learnt::net::Net;
use crate::learnt::piece::Piece;

/// Negative, neutral, positive.
pub const CLASSES: usize = 3;

/// Which of the models reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English: two models.
    English,
    /// French: the model of all other languages, in which French counts most.
    French,
    /// Any other.
    Other,
}

impl Tongue {
    /// By the language's tag.
    #[must_use]
    pub fn of(language: &str) -> Self {
        match language {
            "en" => Self::English,
            "fr" => Self::French,
            _ => Self::Other,
        }
    }

    /// The lexicons that know its words.
    #[must_use]
    pub fn sources(self) -> &'static [usize] {
        match self {
            Self::English => &[0, 1],
            Self::French => &[2, 3],
            Self::Other => &[0, 1, 2, 3],
        }
    }
}

/// The models, ready to be asked.
#[derive(Clone, Debug)]
pub struct Learnt {
    lexicon: Lexicon,
    english: Linear,
    net: Net,
    others: Linear,
    english_calibration: Calibration,
    others_calibration: Calibration,
}

/// What logarithms are multiplied by, and what is added for each class to tell how usual it is.
#[derive(Clone, Copy, Debug)]
struct Calibration {
    sharpness: f32,
    usual: [f32; CLASSES],
}

/// What a text says by the models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// Logarithms of the probabilities of negative, neutral and positive, if all three were equally usual.
    pub logs: [f32; CLASSES],
    /// Their probabilities among what people write.
    pub probabilities: [f32; CLASSES],
    /// From -1 to 1.
    pub score: f32,
}

/// How much the score follows the words' own weights.
const WORDS_SHARE: f32 = 0.5;
/// What one step of the words that the settings weigh moves the logarithms by, and one step of a phrase.
const OWN_STEP: f32 = 0.8;
const PHRASE_STEP: f32 = 0.25;
/// Both together move no text further than that.
const PUSH_MAX: f32 = 6.0;
/// What one step of a word's own weight is worth beside what the linear model learnt of it.
const WORD_MOVE: f32 = 0.25;

impl Learnt {
    /// Reads the models that training wrote.
    ///
    /// # Errors
    /// When one of them is not there or not whole.
    pub fn read(model: &Model) -> Result<Self, ModelError> {
        Ok(Self {
            lexicon: Lexicon::read(model)?,
            english: Linear::read(model, "english")?,
            net: Net::read(model)?,
            others: Linear::read(model, "others")?,
            english_calibration: Calibration::read(model, "english-calibration"),
            others_calibration: Calibration::read(model, "others-calibration"),
        })
    }

    /// The lexicon that comes with the models.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Logarithms of the probabilities as the models give them, without what is usual, and not calibrated.
    #[must_use]
    pub fn logs(&self, pieces: &[Piece], tongue: Tongue) -> [f32; CLASSES] {
        if tongue == Tongue::English { sum(self.english.logs(pieces), self.net.logs(pieces)) } else { self.others.logs(pieces) }
    }

    /// What the pieces of a text say together. Linear in their number, and bounded.
    #[must_use]
    pub fn opinion(&self, pieces: &[Piece], tongue: Tongue) -> Opinion {
        let Calibration { sharpness, usual } = if tongue == Tongue::English { self.english_calibration } else { self.others_calibration };
        let logs = sum(self.logs(pieces, tongue).map(|log| log * sharpness), pushed(pieces));
        let [negative, _, positive] = shares(logs);
        let score = (1.0 - WORDS_SHARE) * (positive - negative) + WORDS_SHARE * lexicon::weight(pieces, tongue.sources());
        Opinion { logs, probabilities: shares(sum(logs, usual)), score: score.clamp(-1.0, 1.0) }
    }

    /// How much each piece moves the opinion, up and down.
    #[must_use]
    pub fn moves(&self, pieces: &[Piece], tongue: Tongue) -> Vec<f32> {
        let linear = if tongue == Tongue::English { &self.english } else { &self.others };
        let worded = lexicon::weights(pieces, tongue.sources());
        linear.moves(pieces).iter().zip(worded).map(|(moved, weight)| moved + WORD_MOVE * weight).collect()
    }
}

/// What own words and phrases add to the logarithms.
fn pushed(pieces: &[Piece]) -> [f32; CLASSES] {
    let push = |(piece, weight): (&Piece, f32)| match (piece.own, piece.phrase) {
        (Some(_), _) => OWN_STEP * weight,
        (None, Some(_)) => PHRASE_STEP * weight,
        (None, None) => 0.0,
    };
    let push: f32 = pieces.iter().zip(lexicon::weights(pieces, &[])).map(push).sum();
    let push = push.clamp(-PUSH_MAX, PUSH_MAX);
    [-push, -push.abs() / 2.0, push]
}

impl Calibration {
    fn read(model: &Model, name: &str) -> Self {
        let mut found = Self { sharpness: 1.0, usual: [0.0; CLASSES] };
        if let [sharpness, usual @ ..] = model.numbers(name) {
            found.sharpness = *sharpness;
            found.usual.iter_mut().zip(usual).for_each(|(place, number)| *place = *number);
        }
        found
    }
}

/// Probabilities from logarithms.
fn shares(logs: [f32; CLASSES]) -> [f32; CLASSES] {
    let mut shares = [0.0; CLASSES];
    shares.iter_mut().zip(softmax(&logs)).for_each(|(place, share)| *place = share);
    shares
}

fn sum(one: [f32; CLASSES], other: [f32; CLASSES]) -> [f32; CLASSES] {
    std::array::from_fn(|at| one.get(at).copied().unwrap_or_default() + other.get(at).copied().unwrap_or_default())
}
