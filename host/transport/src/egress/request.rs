//! What of a plugin's request is let through.

use dispatch::port::{EgressError, EgressGrant};
use http::header::{ACCEPT_ENCODING, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method};
use model::Header;

use super::spelling::refused;

/// Headers that belong to the host: of the connection and of identity, and those by which some servers take another method or path than the
/// one that was granted.
const RESERVED: [&str; 15] = [
    "host",
    "content-length",
    "accept-encoding",
    "expect",
    "authorization",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "http2-settings",
];

/// Headers that concern one connection only (RFC 9110 §7.6.1).
pub(super) fn is_hop_by_hop(name: &str) -> bool {
    let hop = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];
    hop.contains(&name) || name.starts_with("proxy-")
}

/// One of the methods that the contract names, in upper case.
pub(super) fn method(name: &str) -> Result<Method, EgressError> {
    match name {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        other => Err(refused(&format!("method `{}`", other.chars().take(32).collect::<String>().escape_default()))),
    }
}

/// The plugin's headers with the host's own: bodies are asked for as they are, because what is compressed could not be searched for secrets.
pub(super) fn headers(grant: &EgressGrant, asked: &[Header]) -> Result<HeaderMap, EgressError> {
    if u64::try_from(asked.len()).is_ok_and(|count| count > grant.headers_max) {
        return Err(refused(&format!("more than {} headers", grant.headers_max)));
    }
    let bytes: usize = asked.iter().map(|header| header.name.len() + header.value.len()).sum();
    if u64::try_from(bytes).is_ok_and(|bytes| bytes > grant.header_bytes_max) {
        return Err(EgressError::TooLarge(grant.header_bytes_max));
    }
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("pointsman/", env!("CARGO_PKG_VERSION"))));
    for header in asked {
        let lower = header.name.to_ascii_lowercase();
        let odd = || refused(&format!("header `{}`", lower.chars().take(64).collect::<String>().escape_default()));
        if is_reserved(&lower) {
            return Err(odd());
        }
        let name = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| odd())?;
        let value = HeaderValue::from_bytes(&header.value).map_err(|_| odd())?;
        if name == USER_AGENT {
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    Ok(headers)
}

/// Whether a header is the host's own.
pub(super) fn is_reserved(lower: &str) -> bool {
    RESERVED.contains(&lower) || is_hop_by_hop(lower)
}
