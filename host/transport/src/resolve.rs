//! What an answer says about where something is.

use model::{Resolve, Response};
use serde_json::Value as Json;

/// The address that an answer names; none when it names none.
pub(crate) fn found(resolve: &Resolve, answer: &Response) -> Option<String> {
    let said: Json = serde_json::from_slice(&answer.body).ok()?;
    let part = said.pointer(resolve.pointer.as_deref()?)?.as_str().filter(|part| !part.is_empty())?;
    Some(resolve.address.replace("{}", part))
}
