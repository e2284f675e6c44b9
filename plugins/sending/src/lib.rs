//! What senders share: the outcome of a request in the contract's words, lengths in channels' units, reply windows.
//!
//! A request that may have been carried out is never simply tried again: what is not known to have failed is `unknown`, and the host asks
//! `find`. Nothing here knows a channel.

mod address;
mod link;
mod outcome;
mod reply;
#[cfg(test)]
mod tests;
mod time;
mod unit;

pub use address::{base_url, encoded, query};
pub use link::links;
pub use outcome::{ask, exchange, fetch, judged, post, reason, send};
pub use reply::{attribute, files, window, with_links, words};
pub use time::rfc3339;
pub use unit::{Unit, fits, split};
