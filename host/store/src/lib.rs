//! The durable store: what customers said, what was decided about it, what is to go out.
//!
//! The only crate that speaks SQL. What it answers `Ok` to survives a power cut: [`SqliteStore`] has one writer that commits whatever
//! waits together, with one sync, and acknowledges nothing before that sync is done. A change that fails harms no neighbour; a commit that
//! fails acknowledges nobody.
//!
//! Words are kept apart from what proves history (`migrations/`), so that a person can be erased later: deleting the rows of the
//! `…_content` tables breaks no id, no count, no order and no commitment.
//!
//! What does not depend on the database stands at the top of this crate (`name`, `noted`, `wording`, `standing`, `sealed`, `faulty`,
//! `canonical`); a second
//! backend is a sibling of `sqlite` that passes the same suite.

mod canonical;
mod faulty;
mod name;
mod noted;
mod random;
mod sealed;
mod settings;
mod sqlite;
mod standing;
#[cfg(test)]
mod suite;
mod wording;

pub use settings::StoreSettings;
pub use sqlite::{OpenError, SqliteStore};
