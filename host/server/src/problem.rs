//! Problem details (RFC 9457): every error that leaves this server, whoever noticed it.
//!
//! A problem has two messages: one for the caller, who must not learn what is inside, and one for the log. The front renders it, because
//! only the front knows the request's id.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dispatch::port::StoreError;
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub(crate) struct ProblemDetails {
    /// `urn:pointsman:problem:` and the problem's code: what programs may act on.
    #[serde(rename = "type")]
    #[schema(example = "urn:pointsman:problem:not-found")]
    pub(crate) kind: String,
    /// The same for all problems of the type.
    pub(crate) title: &'static str,
    /// The status of the answer.
    #[schema(example = 404)]
    pub(crate) status: u16,
    /// What is wrong this time, and what to do about it.
    pub(crate) detail: String,
    /// `urn:pointsman:request:` and the request's id, which the log knows too.
    pub(crate) instance: String,
    /// The same for programs, where there is more to say than a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) details: Option<Json>,
}

macro_rules! codes {
    ($($name:ident, $status:ident, $code:literal, $title:literal;)*) => {
        /// What can be wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(crate) fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub(crate) fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    BadRequest, BAD_REQUEST, "bad-request", "The request is malformed";
    Unauthorised, UNAUTHORIZED, "unauthorised", "The caller is not known";
    Forged, UNAUTHORIZED, "not-genuine", "The delivery is not proven to be genuine";
    Forbidden, FORBIDDEN, "forbidden", "The caller's role does not allow this";
    NoSuchRoute, NOT_FOUND, "no-such-route", "There is nothing at this path";
    NotFound, NOT_FOUND, "not-found", "There is no such thing";
    UnknownConnector, NOT_FOUND, "unknown-connector", "There is no connector of this name for webhooks";
    MethodNotAllowed, METHOD_NOT_ALLOWED, "method-not-allowed", "The path does not know this method";
    BodyTimeout, REQUEST_TIMEOUT, "body-timeout", "The body did not arrive in time";
    StillRefused, CONFLICT, "still-refused", "The delivery could not be read this time either";
    CandidateHeld, CONFLICT, "candidate-held", "Something is to be approved or proven first";
    Conflict, CONFLICT, "conflict", "The state of things does not allow this";
    BodyTooLarge, PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large";
    TargetTooLong, URI_TOO_LONG, "target-too-long", "The request's target is too long";
    UnsupportedEncoding, UNSUPPORTED_MEDIA_TYPE, "unsupported-encoding", "The body's encoding is not supported";
    CandidateRefused, UNPROCESSABLE_ENTITY, "candidate-refused", "The candidate is refused";
    TooManyRequests, TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    HeadersTooLarge, REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", "The headers are too many or too large";
    Internal, INTERNAL_SERVER_ERROR, "internal", "Something failed inside";
    StoreUnavailable, SERVICE_UNAVAILABLE, "store-unavailable", "The store cannot answer now";
    Busy, SERVICE_UNAVAILABLE, "busy", "There is too much to do at this moment";
    Unavailable, SERVICE_UNAVAILABLE, "unavailable", "It cannot be done now";
    NotReady, SERVICE_UNAVAILABLE, "not-ready", "The server is not ready";
}

/// Something is wrong with a request, or with us.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    log: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    details: Option<Json>,
}

impl Problem {
    /// A problem with what the caller is told.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), log: None, headers: Vec::new(), details: None }
    }

    /// There is no such thing.
    pub(crate) fn not_found(kind: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no {kind} of this id."))
    }

    /// A failure of ours: the caller learns nothing, the log everything.
    pub(crate) fn internal(log: impl Into<String>) -> Self {
        Self::new(Code::Internal, "The request failed inside the server; the log knows more under the id in `instance`.").logged(log)
    }

    /// With what only the log is told.
    pub(crate) fn logged(mut self, log: impl Into<String>) -> Self {
        self.log = Some(log.into());
        self
    }

    /// With the seconds after which the caller may come back, at least one.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// With the same for programs; nothing when there is nothing more to say.
    pub(crate) fn with_details(mut self, details: Json) -> Self {
        self.details = Some(details).filter(|details| !details.is_null());
        self
    }

    /// With a header.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// What the log is told.
    pub(crate) fn log(&self) -> Option<&str> {
        self.log.as_deref()
    }

    /// What kind of problem it is.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The body, once the request's id is known.
    pub(crate) fn details(&self, request: &str) -> ProblemDetails {
        ProblemDetails {
            kind: format!("urn:pointsman:problem:{}", self.code.name()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            instance: format!("urn:pointsman:request:{request}"),
            details: self.details.clone(),
        }
    }
}

/// The answer without its body: the front writes it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.headers_mut().extend(self.headers.iter().cloned());
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { kind, .. } => Self::not_found(kind),
            StoreError::Unavailable(_) => {
                Self::new(Code::StoreUnavailable, "Nothing was changed; try again shortly.").logged(error.to_string()).retry_after(5)
            }
            StoreError::Corrupt(_) => Self::internal(error.to_string()),
        }
    }
}
