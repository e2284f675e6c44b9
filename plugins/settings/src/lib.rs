//! Settings read field by field.
//!
//! A derived reader stops at the first mistake. An operator with a table of forty rules wants all of them, each with its place and what to
//! do: so a [`Fields`] takes one field after the other, notes what is wrong in a [`Findings`] and goes on with what is right.

mod fields;
mod findings;
mod snippet;

pub use fields::{Fields, texts};
pub use findings::Findings;
pub use snippet::{KINDS, VISIBILITIES, interaction, named, priority, single, situation, value};
