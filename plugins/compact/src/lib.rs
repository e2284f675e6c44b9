//! Compact models: hashed tables of small weights, and how they are kept in a file.
//!
//! A model is a handful of named tables of four-bit weights, coded with few bits. It is unpacked once, in `configure`, so that the snapshot holds tables
//! that are ready to be read; an instance touches only the pages that its text leads to. Reading a model cannot panic, and scoring is linear
//! in the number of features, whatever a stranger writes.

mod coding;
mod hash;
mod model;
mod softmax;
mod table;
#[cfg(test)]
mod tests;
mod vocabulary;
#[cfg(feature = "write")]
mod write;

pub use hash::{Feature, Hash};
pub use model::{Model, ModelError};
pub use softmax::{best, softmax};
pub use table::Table;
pub use vocabulary::Vocabulary;
#[cfg(feature = "write")]
pub use write::{Draft, Grid, quantised};
