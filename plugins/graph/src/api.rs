//! Requests to the Graph API, with the granted secret `token`.

use lenient::id;
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Timestamp, Undelivered};
use serde_json::Value;

use crate::error;

/// The API at one address.
#[derive(Clone, Debug)]
pub struct Api {
    base_url: String,
    timeout_ms: u32,
}

/// What a poll was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The document.
    pub document: Value,
    /// Until when the API wants to be left alone, when it says so.
    pub rest_until: Option<Timestamp>,
}

impl Api {
    /// The API at this address, version included.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), timeout_ms: TIMEOUT_MS }
    }

    /// The same API, which is given this much time for an answer.
    #[must_use]
    pub fn within(&self, timeout_ms: u32) -> Self {
        Self { timeout_ms, ..self.clone() }
    }

    /// `POST` of a JSON document to a path that begins with `/`.
    ///
    /// # Errors
    /// As [`crate::undelivered`].
    pub fn post(&self, path: &str, body: &Value, now: Timestamp) -> Result<Value, Undelivered> {
        self.exchange(Request::post_json(self.url(path), body.to_string()), true, now)
    }

    /// `POST` that gives back the id of what it made: at `message_id` or `id`.
    ///
    /// # Errors
    /// As [`Api::post`]; `Unknown` when the answer has no id.
    pub fn created(&self, path: &str, body: &Value, now: Timestamp) -> Result<String, Undelivered> {
        let answer = self.post(path, body, now)?;
        let places = ["message_id", "/messages/0/id", "post_id", "id"];
        let made = places.iter().find_map(|place| id(&answer, place));
        made.ok_or_else(|| Undelivered::Unknown("the answer does not say what was sent".to_owned()))
    }

    /// `GET` for a sender: what failed can be asked again.
    ///
    /// # Errors
    /// As [`crate::undelivered`].
    pub fn ask(&self, path: &str, now: Timestamp) -> Result<Value, Undelivered> {
        self.exchange(Request::get(self.url(path)), false, now)
    }

    /// `GET` for a feed.
    ///
    /// # Errors
    /// As [`crate::failure`]; an answer that is no JSON is worth another try.
    pub fn get(&self, path: &str, now: Timestamp) -> Result<Answer, Failure> {
        let answer = http::send(&self.granted(Request::get(self.url(path))))?;
        if let Some(failure) = error::failure(&answer, now) {
            return Err(failure);
        }
        let document = serde_json::from_slice(&answer.body);
        let document = document.map_err(|why| Failure::Later((None, format!("the answer is no JSON: {why}"))))?;
        Ok(Answer { document, rest_until: error::rest_until(&answer, now).or_else(|| used_up(&answer, now)) })
    }

    fn exchange(&self, request: Request, changes: bool, now: Timestamp) -> Result<Value, Undelivered> {
        let answer = sending::exchange(&self.granted(request), changes)?;
        let document: Option<Value> = serde_json::from_slice(&answer.body).ok();
        match document {
            Some(document) if (200..300).contains(&answer.status) && document.get("error").is_none() => Ok(document),
            _ => Err(error::undelivered(answer, changes, now)),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn granted(&self, request: Request) -> Request {
        Request { timeout_ms: Some(self.timeout_ms), ..request.credential("token") }
    }
}

/// `x-app-usage` and `x-page-usage` tell the used share of the rate in percent; it is counted over the last hour.
fn used_up(answer: &pointsman_plugin::Response, now: Timestamp) -> Option<Timestamp> {
    let full = ["x-app-usage", "x-page-usage"].iter().filter_map(|name| answer.header(name)).any(|usage| {
        let usage: Value = serde_json::from_str(usage).unwrap_or_default();
        ["call_count", "total_time", "total_cputime"].iter().any(|share| lenient::count(&usage, share) >= USED_PERCENT_MAX)
    });
    if full { now.checked_add(REST_MS) } else { None }
}

/// A JSON object with more fields, for bodies of which some depend.
#[must_use]
pub fn with(mut body: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let (Value::Object(fields), Some(value)) = (&mut body, value) {
        fields.insert(name.to_owned(), value.into());
    }
    body
}

/// A query with the braces of field expansion escaped (RFC 3986).
#[must_use]
pub fn encoded(query: &str) -> String {
    query.replace('{', "%7B").replace('}', "%7D")
}

/// An id as a part of a path.
///
/// # Errors
/// `Never` for what is no id of the Graph API: it would lead elsewhere.
pub fn place(id: &str) -> Result<&str, Undelivered> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=');
    let is = (1..=200).contains(&id.len()) && id.bytes().all(plain) && !id.starts_with('.');
    if is { Ok(id) } else { Err(Undelivered::Never(format!("`{id}` is no id of this channel"))) }
}

const TIMEOUT_MS: u32 = 20_000;
const USED_PERCENT_MAX: u64 = 95;
const REST_MS: u64 = 600_000;
