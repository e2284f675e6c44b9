//! Requests to granted hosts, for edge roles. The host adds the credential that a request names, and never follows redirects.

pub use crate::contract::vocabulary::pointsman::host::http::{Error, Request};

use crate::{Failure, Header, Response, Timestamp};

/// Sends one request and waits for the whole answer. An answer of any status is not an error.
///
/// # Errors
/// When there is no answer.
pub fn send(request: &Request) -> Result<Response, Error> {
    #[cfg(target_family = "wasm")]
    return crate::contract::vocabulary::pointsman::host::http::send(request);
    #[cfg(not(target_family = "wasm"))]
    return crate::testing::http(request);
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self { method: method.to_owned(), url: url.into(), ..Self::default() }
    }

    /// `GET`
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// `POST` with a JSON body, which has to be complete.
    #[must_use]
    pub fn post_json(url: impl Into<String>, json: impl Into<Vec<u8>>) -> Self {
        Self { body: json.into(), ..Self::new("POST", url) }.header("content-type", "application/json")
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push(Header { name: name.to_owned(), value: value.as_ref().to_vec() });
        self
    }

    /// The same request with the granted secret of this name, which the host adds.
    #[must_use]
    pub fn credential(self, name: &str) -> Self {
        Self { credential: Some(name.to_owned()), ..self }
    }
}

impl Response {
    /// The answer when its status is 2xx, otherwise the failure that it means: 401 and 403 are `Unauthorised`; 408, 425, 429 and 5xx are
    /// `Later`, not before what `retry-after` says; everything else is `Never`.
    ///
    /// # Errors
    /// As said.
    pub fn checked(self, now: Timestamp) -> Result<Self, Failure> {
        let why = format!("the answer has status {}", self.status);
        match self.status {
            200..=299 => Ok(self),
            401 | 403 => Err(Failure::Unauthorised(why)),
            408 | 425 | 429 | 500..=599 => Err(Failure::Later((self.retry_at(now), why))),
            _ => Err(Failure::Never(why)),
        }
    }

    /// When `retry-after` (RFC 9110 §10.2.3: seconds, or a date) says to come back.
    #[must_use]
    pub fn retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        let value = self.header("retry-after")?;
        match value.trim().parse::<u64>() {
            Ok(seconds) => now.checked_add(seconds.checked_mul(1_000)?),
            Err(_) => crate::time::parse(value),
        }
    }
}

/// The failure that a role gives back when it got no answer.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotGranted(what) => Self::Never(format!("not granted: {what}")),
            Error::RefusedAddress => Self::Never("the name leads to an address that is not public".to_owned()),
            Error::Timeout => Self::Later((None, "no answer in time".to_owned())),
            Error::TooLarge(bytes) => Self::Never(format!("the answer has {bytes} bytes, which is too many")),
            Error::Unavailable(why) => Self::Later((None, why)),
        }
    }
}
