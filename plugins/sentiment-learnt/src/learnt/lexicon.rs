//! Words whose weight people have judged: several lexicons, folded into one table.

use compact::{Hash, Model, ModelError, Table, Vocabulary};

use crate::learnt::piece::Piece;

/// How many lexicons there are: two English ones, two French ones.
pub const SOURCES: usize = 4;
/// How features of words begin.
pub const WORD: Hash = Hash::new(1);

/// The lexicons.
#[derive(Clone, Debug)]
pub struct Lexicon {
    words: Vocabulary,
    weights: Table,
}

impl Lexicon {
    pub(crate) fn read(model: &Model) -> Result<Self, ModelError> {
        Ok(Self { words: model.vocabulary("judged")?.clone(), weights: model.table("judgements")?.clone() })
    }

    /// From its parts, while models are made.
    #[must_use]
    pub fn new(words: Vocabulary, weights: Table) -> Self {
        Self { words, weights }
    }

    /// What each lexicon says of a word, from -1 to 1.
    #[must_use]
    pub fn weights(&self, word: &str) -> [f32; SOURCES] {
        let mut found = [0.0; SOURCES];
        if let Some(row) = self.words.row(WORD.with(word.as_bytes()).feature()) {
            let cells = self.weights.at(row).iter().map(|cell| f32::from(*cell) * self.weights.scale());
            found.iter_mut().zip(cells).for_each(|(place, weight)| *place = weight);
        }
        found
    }
}

/// What a word does to the judged words after it, in steps of the lexicons' own scale.
const BOOSTERS: [(&str, f32); 46] = [
    ("very", 0.293),
    ("really", 0.293),
    ("so", 0.293),
    ("extremely", 0.293),
    ("absolutely", 0.293),
    ("totally", 0.293),
    ("completely", 0.293),
    ("incredibly", 0.293),
    ("amazingly", 0.293),
    ("especially", 0.293),
    ("fully", 0.293),
    ("highly", 0.293),
    ("hugely", 0.293),
    ("most", 0.293),
    ("more", 0.293),
    ("particularly", 0.293),
    ("purely", 0.293),
    ("quite", 0.293),
    ("remarkably", 0.293),
    ("thoroughly", 0.293),
    ("utterly", 0.293),
    ("unbelievably", 0.293),
    ("tres", 0.293),
    ("trop", 0.293),
    ("vraiment", 0.293),
    ("tellement", 0.293),
    ("totalement", 0.293),
    ("completement", 0.293),
    ("extremement", 0.293),
    ("hyper", 0.293),
    ("muy", 0.293),
    ("sehr", 0.293),
    ("molto", 0.293),
    ("muito", 0.293),
    ("almost", -0.293),
    ("barely", -0.293),
    ("hardly", -0.293),
    ("kinda", -0.293),
    ("less", -0.293),
    ("little", -0.293),
    ("partly", -0.293),
    ("slightly", -0.293),
    ("somewhat", -0.293),
    ("sorta", -0.293),
    ("peu", -0.293),
    ("presque", -0.293),
];
const NEGATED: f32 = -0.74;
const SHOUTED: f32 = 0.733;
/// Part of a booster's step that is left over one, two and three words.
const NEAR: [f32; 3] = [1.0, 0.95, 0.9];
const BUT: [&str; 5] = ["but", "mais", "pero", "aber", "ma"];

/// The weight of a text by its words alone, from -1 to 1, in the manner of Hutto and Gilbert (2014): negation turns and weakens, boosters,
/// capitals and exclamation marks strengthen, and of two halves around a `but` the second counts more. Only these lexicons are asked.
#[must_use]
pub fn weight(pieces: &[Piece], sources: &[usize]) -> f32 {
    let sum: f32 = weights(pieces, sources).iter().sum();
    let count = |mark: &str| pieces.iter().filter(|piece| piece.text == mark).take(4).count();
    let asked = match count("?") {
        0 | 1 => 0.0,
        2 => 0.36,
        3 => 0.54,
        _ => 0.96,
    };
    let stress = 0.292 * f32::from(u8::try_from(count("!")).unwrap_or_default()) + asked;
    let sum = if sum == 0.0 { 0.0 } else { sum + stress.copysign(sum) };
    sum / (sum * sum + 15.0).sqrt()
}

/// What each piece adds, from some -6 to some 6.
#[must_use]
pub fn weights(pieces: &[Piece], sources: &[usize]) -> Vec<f32> {
    let but = pieces.iter().rposition(|piece| BUT.contains(&piece.text.as_str()));
    let all_shouted = pieces.iter().filter(|piece| piece.text.chars().nth(1).is_some_and(char::is_alphabetic)).all(|piece| piece.shouted);
    let half = |at: usize| match but {
        Some(but) if at < but => 0.5,
        Some(but) if at > but => 1.5,
        _ => 1.0,
    };
    let one = |(at, piece): (usize, &Piece)| {
        let Some(mut weight) = judged(piece, sources) else { return 0.0 };
        let next = pieces.get(at + 1).and_then(|next| judged(next, sources));
        if piece.phrase.is_some() && piece.own.is_none() {
            return weight * half(at);
        }
        if piece.own.is_none() && matches!(piece.text.as_str(), "no" | "not") && next.is_some() {
            return 0.0;
        }
        if piece.shouted && !all_shouted {
            weight += SHOUTED.copysign(weight);
        }
        for (near, before) in NEAR.iter().zip(pieces.iter().take(at).rev()) {
            if judged(before, sources).is_none() {
                weight += boost(&before.text) * near * weight.signum();
            }
        }
        if piece.negated {
            weight *= NEGATED;
        }
        weight * half(at)
    };
    pieces.iter().enumerate().map(one).collect()
}

fn boost(word: &str) -> f32 {
    BOOSTERS.iter().find(|(booster, _)| *booster == word).map_or(0.0, |(_, step)| *step)
}

/// What the settings say of a piece, else its phrase, else the middle of what the lexicons say, from -4 to 4.
fn judged(piece: &Piece, sources: &[usize]) -> Option<f32> {
    if piece.own.is_some() || piece.phrase.is_some() {
        return piece.own.or(piece.phrase);
    }
    let found: Vec<f32> = sources.iter().filter_map(|at| piece.weights.get(*at)).copied().filter(|weight| *weight != 0.0).collect();
    let count = u8::try_from(found.len()).ok().filter(|count| *count > 0)?;
    Some(4.0 * found.iter().sum::<f32>() / f32::from(count))
}
