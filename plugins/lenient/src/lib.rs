//! Lenient looks into what channels send: a field that is missing or of a wrong type is a field that is not there, never an error.
//!
//! Every look takes a name or, when it starts with `/`, a JSON pointer (RFC 6901). Nothing here knows a channel.

mod form;
mod media;
mod read;
#[cfg(test)]
mod tests;

pub use form::Form;
pub use media::media_type;
pub use read::{as_id, at, attribute, count, document, escaped, fingerprint, flag, given, id, list, number, object, text, time};
