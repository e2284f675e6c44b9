//! What the connectors of Meta's channels share: the webhook envelope, the Messenger Platform's events, polling, sending and the errors of
//! the Graph API.
//!
//! Meta puts messages, receipts, reactions, account news and things to come into one envelope and delivers it until it is answered 2xx,
//! so a part that nobody here knows becomes an `unsupported` fact and never a refusal; only bytes that are no JSON are refused. Nothing
//! here knows which of the channels asks.

mod api;
mod attachment;
mod cursor;
mod direct;
mod envelope;
mod error;
mod fact;
mod find;
mod hydrate;
mod messaging;
mod poll;
mod settings;
#[cfg(test)]
mod tests;

pub use api::{Answer, Api, encoded, place, with};
pub use attachment::{file, listed, media_type};
pub use direct::{Direct, Limit, in_parts, tag};
pub use envelope::{Entry, bounded, entries, is_messaging, read};
pub use error::{failure, undelivered};
pub use fact::{about, author, ident, key, note, person};
pub use find::Ours;
pub use hydrate::look;
pub use messaging::facts as messaging;
pub use poll::{Endpoint, Read, lists, poll};
pub use settings::Settings;
