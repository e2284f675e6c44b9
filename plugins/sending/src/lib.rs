//! What senders share: the outcome of a request in the contract's words, lengths in channels' units, reply windows.
//!
//! A request that may have been carried out is never simply tried again: what is not known to have failed is `unknown`, and the host asks
//! `find`. Nothing here knows a channel.

mod outcome;
mod reply;
#[cfg(test)]
mod tests;
mod unit;

pub use outcome::{ask, post, send};
pub use reply::{window, words};
pub use unit::{Unit, fits, split};
