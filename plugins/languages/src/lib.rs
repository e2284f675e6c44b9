//! Which language a text is in: what `language` says, and what other classifiers need to know when nobody told them.
//!
//! It is a library because a plugin cannot be part of another: each component exports its roles once.

pub mod features;
pub mod guess;

pub use guess::{Guess, Guesser, LANGUAGES};
