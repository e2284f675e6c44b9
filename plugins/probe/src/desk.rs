//! The service that the probe asks.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Response, Timestamp, budget};

use crate::Probe;

impl Probe {
    /// A request to the service; none when no service is configured.
    pub(crate) fn request(&self, method: &str, path: &str) -> Option<Request> {
        let url = self.settings.url.as_ref()?;
        let request = Request::new(method, format!("{}{path}", url.trim_end_matches('/')));
        Some(match &self.settings.credential {
            Some(name) => request.credential(name),
            None => request,
        })
    }

    /// The service's answer, when one is configured.
    pub(crate) fn asked(&self, path: &str, now: Timestamp) -> Result<Option<Response>, Failure> {
        let Some(mut request) = self.request("GET", path) else {
            return Ok(None);
        };
        // Half of what is left: who waits for all of it has no time to make anything of the answer.
        request.timeout_ms = u32::try_from(budget::remaining_ms() / 2).ok();
        http::send(&request)?.checked(now).map(Some)
    }
}

/// The lines of an answer that say something.
pub(crate) fn lines(answer: &Response) -> Vec<String> {
    let text = String::from_utf8_lossy(&answer.body);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A text as part of a path: everything but letters, digits and `-` in percent form (RFC 3986 §2.1).
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut path, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
        path
    })
}
