//! Reading an answer, no further than is granted.

use dispatch::port::{EgressError, EgressGrant};
use http::header::{CONTENT_ENCODING, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use model::{Header, Response};

use super::{failure, request};

/// Refuses an answer for its head: too large, another protocol, or a body in another form than was asked for.
pub(super) fn check_head<B>(grant: &EgressGrant, answer: &http::Response<B>) -> Result<(), EgressError> {
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS || answer.status().is_informational() {
        return Err(EgressError::Unavailable(format!("the answer has status {}: protocols are not switched", answer.status().as_u16())));
    }
    let headers = answer.headers();
    if u64::try_from(headers.len()).is_ok_and(|count| count > grant.headers_max) {
        return Err(EgressError::Unavailable(format!("the answer has more than {} headers", grant.headers_max)));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if u64::try_from(bytes).is_ok_and(|bytes| bytes > grant.header_bytes_max) {
        return Err(EgressError::TooLarge(grant.header_bytes_max));
    }
    let is = |name, plain: &str| headers.get_all(name).iter().all(|value| value.as_bytes().eq_ignore_ascii_case(plain.as_bytes()));
    if is(CONTENT_ENCODING, "identity") && is(TRANSFER_ENCODING, "chunked") {
        return Ok(());
    }
    Err(EgressError::Unavailable("the answer is compressed, which was not asked for".to_owned()))
}

/// Whether the other side says that the token it was sent is worth nothing (RFC 6750 §3.1); some say it with 400 and a code of their own.
pub(super) fn refuses_token(answer: &Response) -> bool {
    match answer.status {
        401 => true,
        400 => {
            let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let code = said.get("error").and_then(serde_json::Value::as_str).unwrap_or_default();
            ["invalid_token", "InvalidToken", "ExpiredToken"].contains(&code)
        }
        _ => false,
    }
}

/// The whole answer.
pub(super) async fn read(grant: &EgressGrant, answer: http::Response<Incoming>) -> Result<Response, EgressError> {
    let (head, mut stream) = answer.into_parts();
    let bytes_max = grant.body_bytes_max;
    let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    if stream.size_hint().lower() > bytes_max {
        return Err(EgressError::TooLarge(bytes_max));
    }
    let mut body = Vec::new();
    while let Some(frame) = stream.frame().await {
        let frame = frame.map_err(|error| failure::outcome(&error, grant))?;
        let Ok(chunk) = frame.into_data() else { continue };
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(EgressError::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status: head.status.as_u16(), headers: headers(&head.headers), body })
}

fn headers(all: &HeaderMap) -> Vec<Header> {
    let kept = all.iter().filter(|(name, _)| !request::is_hop_by_hop(name.as_str()));
    kept.map(|(name, value)| Header { name: name.as_str().to_owned(), value: value.as_bytes().to_vec() }).collect()
}
