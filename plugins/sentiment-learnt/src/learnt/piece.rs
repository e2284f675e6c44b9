//! A text as the models read it: its words, marks and faces, each with what the lexicons say of it.

use words::{Kind, Token};

use crate::learnt::lexicon::{Lexicon, SOURCES};

/// Pieces that are looked at.
pub const PIECES_MAX: usize = 160;
/// Words after a negation that it covers, unless a mark ends it.
const REACH: u8 = 4;
const NEGATIONS: [&str; 44] = [
    "not", "no", "never", "dont", "doesnt", "didnt", "cant", "cannot", "wont", "isnt", "arent", "wasnt", "werent", "nothing", "nobody",
    "none", "without", "hardly", "wouldnt", "couldnt", "shouldnt", "aint", "nor", "neither", "hasnt", "havent", "hadnt", "ne", "pas", "n",
    "jamais", "rien", "aucun", "aucune", "sans", "ni", "nada", "nunca", "nicht", "kein", "keine", "non", "nao", "mai",
];

/// One piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The word without case and accents; `@` for names, `http` for addresses, `00` for long numbers.
    pub text: String,
    /// First byte in the text, and first byte after it.
    pub place: (usize, usize),
    /// Written in capitals.
    pub shouted: bool,
    /// With letters drawn out.
    pub stretched: bool,
    /// A negation stands before it.
    pub negated: bool,
    /// What each lexicon says of it, from -1 to 1; 0 for nothing.
    pub weights: [f32; SOURCES],
    /// What the phrase weighs that begins here, from -4 to 4; 0 where it goes on.
    pub phrase: Option<f32>,
    /// What the settings say of it, from -4 to 4.
    pub own: Option<f32>,
}

/// The pieces of a text, at most [`PIECES_MAX`].
#[must_use]
pub fn pieces(tokens: &[Token], lexicon: &Lexicon) -> Vec<Piece> {
    let mut reach = 0;
    let mut pieces = Vec::with_capacity(tokens.len().min(PIECES_MAX));
    for token in tokens.iter().take(PIECES_MAX) {
        let text = match token.kind {
            Kind::Mention => "@".to_owned(),
            Kind::Address => "http".to_owned(),
            Kind::Number if token.folded.len() > 2 => "00".to_owned(),
            _ => token.folded.clone(),
        };
        let weights = lexicon.weights(&text);
        let (shouted, stretched, negated) = (token.shouted, token.stretched, reach > 0);
        let ends = token.kind == Kind::Mark && matches!(text.as_str(), "." | "," | "!" | "?" | ";" | "\n");
        reach = if NEGATIONS.contains(&text.as_str()) {
            REACH
        } else if ends {
            0
        } else {
            reach.saturating_sub(1)
        };
        pieces.push(Piece { text, place: (token.start, token.end), shouted, stretched, negated, weights, phrase: None, own: None });
    }
    pieces
}
