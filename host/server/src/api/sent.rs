//! JSON that callers send: within the bounds of all bodies, and told what is wrong with it.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};
use crate::site::Shared;

/// The body as JSON; none at all is an empty object.
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let held = site.room.read(&parts.headers, body).await?;
        let wrong = |what: String| Problem::new(Code::BadRequest, format!("The body is wrong: {what}."));
        match held.bytes.trim_ascii() {
            [] => serde_json::from_slice(b"{}"),
            // A list would be taken for the fields in their order.
            json @ [b'{', ..] => serde_json::from_slice(json),
            _ => return Err(wrong("it is no JSON object".to_owned())),
        }
        .map(Self)
        .map_err(|error| wrong(plain(&error)))
    }
}

/// Without what must not be echoed.
fn plain(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(|character| !character.is_control()).take(200).collect()
}
