//! The hostile corpus against the real program: whatever a plugin does, it ends as the corpus says, and nobody else feels it.

mod alone;
mod beside;
mod bombs;
mod cache;
mod canary;
pub(crate) mod house;
mod legend;
mod many;
pub(crate) mod pulse;
mod refused;

use harness::hostile::{Corpus, Entry};

pub(crate) fn corpus() -> Corpus {
    Corpus::load().expect("the corpus")
}

/// The bytes of one of them.
pub(crate) fn bytes(entry: &Entry) -> Vec<u8> {
    entry.build().unwrap_or_else(|why| panic!("{}: {why:#}", entry.id))
}
