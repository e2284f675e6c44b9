//! What turns a word of haste: a negation before it, or that it is only supposed.

use words::{Kind as Piece, Token};

use crate::cues::Kind;

/// How many words back a negation is looked for: only small words may stand between.
const NEGATION_BACK_MAX: usize = 6;
/// How many words back "if" is looked for.
const SUPPOSED_BACK_MAX: usize = 6;

/// How a word is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// "Not urgent": it says the contrary.
    Negated,
    /// "If my card was stolen": it has not happened.
    Supposed,
}

/// How the word of this kind at this token is turned.
#[must_use]
pub fn turn(tokens: &[Token], at: usize, kind: Kind) -> Option<Turn> {
    let negatable = matches!(kind, Kind::Safety | Kind::Fraud | Kind::Haste | Kind::Legal | Kind::Own | Kind::Calm | Kind::Settled);
    if negatable && is_negated(tokens, at) {
        return Some(Turn::Negated);
    }
    (matches!(kind, Kind::Safety | Kind::Fraud) && is_supposed(tokens, at)).then_some(Turn::Supposed)
}

/// The words before this token in the same clause, the nearest first.
fn before(tokens: &[Token], at: usize) -> impl Iterator<Item = &str> {
    let words = tokens.get(..at).unwrap_or_default().iter().rev();
    words.take_while(|token| token.kind != Piece::Mark || token.is_mark("-") || token.is_mark("'")).map(|token| token.folded.as_str())
}

fn is_negated(tokens: &[Token], at: usize) -> bool {
    for word in before(tokens, at).take(NEGATION_BACK_MAX) {
        match word {
            "not" | "no" | "isnt" | "arent" | "wasnt" | "dont" | "doesnt" | "didnt" | "havent" | "hasnt" | "never" | "nothing"
            | "without" | "neither" | "nor" | "non" | "pas" | "aucun" | "aucune" | "rien" | "sans" | "jamais" | "nullement" | "ni"
            | "point" => return true,
            "very" | "that" | "so" | "really" | "at" | "all" | "particularly" | "super" | "too" | "been" | "be" | "a" | "an" | "any"
            | "the" | "my" | "longer" | "terribly" | "especially" | "tres" | "vraiment" | "si" | "plus" | "du" | "tout" | "d" | "de"
            | "un" | "une" | "ma" | "mon" | "forcement" | "trop" | "la" | "particulierement" | "franchement" | "ete" | "in" | "en"
            | "need" | "want" | "needed" | "besoin" => {}
            _ => return false,
        }
    }
    false
}

fn is_supposed(tokens: &[Token], at: usize) -> bool {
    let mut last = "";
    for word in before(tokens, at).take(SUPPOSED_BACK_MAX) {
        let supposed = matches!(word, "if" | "si" | "whether" | "suppose" | "imagine" | "lorsqu")
            || matches!((word, last), ("en" | "au", "cas") | ("in", "case"));
        if supposed {
            return true;
        }
        last = word;
    }
    false
}
