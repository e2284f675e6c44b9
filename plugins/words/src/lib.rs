//! Words as policies and classifiers need them: found in a text with their places, compared without case and accents, matched in phrases.
//!
//! What is the same word for a customer is the same word here: `Réglé`, `REGLE` and `réglé` fold to `regle`; `don't`, `don’t` and `dont`
//! to `dont`; `l'aide` is `l` and `aide`. Nothing allocates per interaction but the tokens themselves, and nothing depends on the order
//! of a hash map, so that a replay finds the same.

mod emoticon;
mod fold;
mod guess;
mod phrases;
mod table;
mod token;

pub use fold::{fold, fold_into};
pub use guess::guess;
pub use phrases::{Phrases, words_of};
pub use table::Table;
pub use token::{Kind, Token, tokens};
