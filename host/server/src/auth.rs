//! Who may ask: bearer tokens with a role, held as digests only.
//!
//! Access is denied unless something allows it. A route's role is part of its entry in the OpenAPI document, from the same call that guards
//! it, so that the two cannot differ.

use std::fmt;
use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Digest;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use crate::address::own_name;
use crate::problem::{Code, Problem};
use crate::settings::Ends;
use crate::site::Shared;

/// What a token allows; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Reads interactions, decisions and how things stand.
    Viewer,
    /// Also sees raw deliveries and runs them again.
    Operator,
    /// Also sees the whole configuration.
    Admin,
}

impl Access {
    /// The role's name in configuration and documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Admin].into_iter().find(|access| access.name() == name)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A token as configured.
#[derive(Clone, Debug)]
pub struct Token {
    /// Whose it is, for the log.
    pub name: String,
    /// What it allows.
    pub access: Access,
    /// SHA-256 of the token.
    pub digest: Digest,
}

/// All tokens. None: nobody gets in.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<(Token, Vec<u8>)>);

impl Tokens {
    /// Takes the configured tokens. One whose digest is not 64 hex digits never matches.
    pub fn new(tokens: impl IntoIterator<Item = Token>) -> Self {
        let decoded = |token: Token| {
            let digest = hex::decode(token.digest.as_str()).unwrap_or_default();
            (token, digest)
        };
        Self(tokens.into_iter().map(decoded).collect())
    }

    /// The token with this text. Takes the same time whichever it is, and if it is none.
    fn find(&self, text: &[u8]) -> Option<&Token> {
        let given = Sha256::digest(text);
        let mut found = None;
        for (token, digest) in &self.0 {
            if bool::from(digest.as_slice().ct_eq(given.as_slice())) {
                found = Some(token);
            }
        }
        found
    }
}

/// Who asks, for the log.
#[derive(Clone, Debug)]
pub(crate) struct Principal(pub(crate) String);

/// Lets through who has at least this role.
pub(crate) async fn guard(State((site, needed)): State<(Shared, Access)>, mut request: Request, next: Next) -> Response {
    match identify(&site, &request) {
        Ok((_, access)) if access < needed => forbidden(needed).into_response(),
        Ok((principal, _)) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn forbidden(needed: Access) -> Problem {
    Problem::new(Code::Forbidden, format!("This needs a token of the role `{needed}`."))
        .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"pointsman\", error=\"insufficient_scope\""))
}

fn identify(site: &Shared, request: &Request) -> Result<(Principal, Access), Problem> {
    let headers = request.headers();
    if !headers.contains_key(header::AUTHORIZATION) {
        let open = site.settings().open_api_on_loopback && request.extensions().get::<Ends>().is_some_and(|ends| at_home(*ends, headers));
        let unknown = || unauthorised("Bearer realm=\"pointsman\"", "Send `Authorization: Bearer` with a token.");
        return if open { Ok((Principal("loopback".to_owned()), Access::Operator)) } else { Err(unknown()) };
    }
    let token = bearer(headers).and_then(|text| site.services.tokens.find(text));
    let token = token.ok_or_else(|| unauthorised("Bearer realm=\"pointsman\", error=\"invalid_token\"", "The token is not valid here."))?;
    Ok((Principal(token.name.clone()), token.access))
}

fn unauthorised(challenge: &'static str, detail: &str) -> Problem {
    Problem::new(Code::Unauthorised, detail).with(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.as_bytes().split_at_checked("bearer ".len())?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}

/// Whether the request comes from this machine and from a program, not from some web page in a browser on it: a page elsewhere can send
/// requests to loopback addresses, and can make its own name lead to them.
fn at_home(ends: Ends, headers: &HeaderMap) -> bool {
    let Ok(host) = own_name(headers) else { return false };
    let same_origin = headers.get_all(header::ORIGIN).iter().all(|origin| origin.as_bytes() == format!("http://{host}").as_bytes());
    let same_site = headers.get_all("sec-fetch-site").iter().all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    ends.local.ip().to_canonical().is_loopback()
        && ends.remote.ip().to_canonical().is_loopback()
        && is_loopback_name(host)
        && same_origin
        && same_site
}

fn is_loopback_name(host: &str) -> bool {
    let without_port = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    without_port.eq_ignore_ascii_case("localhost") || without_port.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_token_is_found() {
        let token = |name: &str, text: &str| Token { name: name.to_owned(), access: Access::Viewer, digest: Digest::of(text.as_bytes()) };
        let broken = Token { name: "broken".to_owned(), access: Access::Admin, digest: Digest::default() };
        let tokens = Tokens::new([token("one", "first"), token("two", "second"), broken]);
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(tokens.find(text.as_bytes()).map(|token| token.name.as_str()), expected, "{text}");
        };
        check("first", Some("one"));
        check("second", Some("two"));
        check("secon", None);
        check("", None);
        check(Digest::of(b"first").as_str(), None);
    }

    #[test]
    fn a_page_elsewhere_is_not_at_home() {
        let here = "127.0.0.1:80".parse().unwrap();
        let check = |local: &str, remote: &str, lines: &[(&'static str, &str)], expected: bool| {
            let headers: HeaderMap =
                lines.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect();
            let ends = Ends { local: local.parse().unwrap_or(here), remote: remote.parse().unwrap_or(here) };
            assert_eq!(at_home(ends, &headers), expected, "{local} {remote} {lines:?}");
        };
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "localhost:80")], true);
        check("[::1]:80", "[::1]:9", &[("host", "[::1]:80")], true);
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "127.0.0.1")], true);
        check(
            "127.0.0.1:80",
            "127.0.0.1:9",
            &[("host", "localhost:80"), ("origin", "http://localhost:80"), ("sec-fetch-site", "same-origin")],
            true,
        );
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "localhost:80"), ("origin", "https://evil.example")], false);
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "localhost:80"), ("origin", "null")], false);
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "localhost:80"), ("sec-fetch-site", "cross-site")], false);
        check("127.0.0.1:80", "127.0.0.1:9", &[("host", "rebound.example:80")], false);
        check("127.0.0.1:80", "127.0.0.1:9", &[], false);
        check("192.0.2.1:80", "127.0.0.1:9", &[("host", "localhost:80")], false);
        check("127.0.0.1:80", "192.0.2.1:9", &[("host", "localhost:80")], false);
    }
}
