//! Adding a credential to a request, as its form says.

mod oauth1;
mod path;

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::Arithmetic;
use dispatch::port::{EgressError, KeyAlgorithm, Keys as _, Secrets};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use model::{Algorithm, Credential, CredentialForm, Encoding, Oauth2, Secret, Session};
use url::Url;

use super::request::is_hop_by_hop;
use super::spelling::refused;

/// What a signature speaks of.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    pub(super) body: &'a [u8],
}

/// Refuses a request that has a header of the credential already.
pub(super) fn check_headers(credential: &Credential, headers: &HeaderMap) -> Result<(), EgressError> {
    let own: Vec<&str> = match &credential.form {
        CredentialForm::Header { name, .. } => vec![name],
        CredentialForm::Basic { .. } => vec![AUTHORIZATION.as_str()],
        CredentialForm::Hmac { header, timestamp_header, .. } => {
            std::iter::once(header).chain(timestamp_header).map(String::as_str).collect()
        }
        CredentialForm::Oauth2(oauth) => vec![&oauth.header],
        CredentialForm::Session(session) => vec![&session.header],
        CredentialForm::Oauth1 {} => vec![AUTHORIZATION.as_str()],
        CredentialForm::Query { .. } | CredentialForm::Path { .. } => vec![],
    };
    match own.into_iter().find(|name| headers.contains_key(*name)) {
        Some(name) => Err(refused(&format!("header `{}`", name.to_ascii_lowercase()))),
        None => Ok(()),
    }
}

/// The secret's value for requests: the first, when it has several.
pub(super) fn value(credential: &Credential, secrets: &dyn Secrets) -> Result<Secret, EgressError> {
    let value = secrets.values(&credential.secret).into_iter().next().filter(|value| !value.expose().is_empty());
    value.ok_or_else(|| EgressError::Unavailable(format!("the secret `{}` has no value", credential.secret)))
}

/// Whether a redirected request still has a place for the credential.
pub(super) fn fits(credential: &Credential, url: &Url) -> bool {
    match &credential.form {
        CredentialForm::Path { place } => path::has(url, place),
        _ => true,
    }
}

/// Whether the host obtains what it sends, so that it can obtain it anew.
pub(super) fn is_obtained(form: &CredentialForm) -> bool {
    matches!(form, CredentialForm::Oauth2(_) | CredentialForm::Session(_))
}

/// Adds the credential: `secret` is its value, or the token that was obtained for it. What was added that tells of the secret is returned, to be looked for in the answer.
pub(super) fn add(
    credential: &Credential,
    secret: &Secret,
    signed: &Signed<'_>,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Result<Vec<Vec<u8>>, EgressError> {
    let adding = Adding { credential };
    match &credential.form {
        CredentialForm::Header { name, prefix } => {
            adding.insert(headers, name, &[prefix.as_bytes(), secret.expose()].concat())?;
            Ok(Vec::new())
        }
        CredentialForm::Basic { username } => {
            let code = STANDARD.encode([username.as_bytes(), b":", secret.expose()].concat());
            adding.insert(headers, AUTHORIZATION.as_str(), format!("Basic {code}").as_bytes())?;
            Ok(vec![code.trim_end_matches('=').as_bytes().to_vec()])
        }
        CredentialForm::Query { name } => {
            let text = std::str::from_utf8(secret.expose()).map_err(|_| adding.unusable())?;
            url.query_pairs_mut().append_pair(name, text);
            Ok(Vec::new())
        }
        CredentialForm::Path { place } => {
            let text = std::str::from_utf8(secret.expose()).map_err(|_| adding.unusable())?;
            Ok(vec![path::fill(url, place, text)?])
        }
        CredentialForm::Oauth2(Oauth2 { header, prefix, .. }) | CredentialForm::Session(Session { header, prefix, .. }) => {
            adding.insert(headers, header, &[prefix.as_bytes(), secret.expose()].concat())?;
            Ok(Vec::new())
        }
        CredentialForm::Oauth1 {} => {
            let keys: oauth1::Keys = serde_json::from_slice(secret.expose()).map_err(|_| adding.unusable())?;
            let moment = oauth1::Moment { timestamp: unix_seconds(), nonce: nonce().ok_or_else(|| adding.unusable())? };
            let (header, code) = keys.header(signed, headers, &moment).ok_or_else(|| adding.unusable())?;
            adding.insert(headers, AUTHORIZATION.as_str(), header.as_bytes())?;
            Ok(vec![code.trim_end_matches('=').as_bytes().to_vec()])
        }
        CredentialForm::Hmac { header, algorithm, signed: template, encoding, prefix, timestamp_header } => {
            let timestamp = unix_seconds();
            if template.contains("{timestamp}") && timestamp_header.is_none() {
                return Err(EgressError::Unavailable("a time is signed that no header tells".to_owned()));
            }
            let data = filled(template, signed, &timestamp);
            let code = Arithmetic.mac(secret, key_algorithm(*algorithm), &data).map_err(|_| adding.unusable())?;
            let code = written(&code, *encoding);
            adding.insert(headers, header, format!("{prefix}{code}").as_bytes())?;
            if let Some(name) = timestamp_header {
                adding.insert(headers, name, timestamp.as_bytes())?;
            }
            Ok(vec![code.trim_end_matches('=').as_bytes().to_vec()])
        }
    }
}

fn unix_seconds() -> String {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).to_string()
}

/// Thirty-two letters that come once.
fn nonce() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex::encode(bytes))
}

struct Adding<'a> {
    credential: &'a Credential,
}

impl Adding<'_> {
    fn insert(&self, headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), EgressError> {
        let lower = name.to_ascii_lowercase();
        let fits = !is_hop_by_hop(&lower) && !matches!(lower.as_str(), "host" | "content-length");
        let name = HeaderName::from_bytes(lower.as_bytes()).ok().filter(|_| fits).ok_or_else(|| self.unusable())?;
        let mut value = HeaderValue::from_bytes(value).map_err(|_| self.unusable())?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }

    fn unusable(&self) -> EgressError {
        EgressError::Unavailable(format!("the secret `{}` cannot be sent in the form that the manifest names", self.credential.secret))
    }
}

/// The signed text, its places filled in one pass: what fills a place is not read again.
fn filled(template: &str, signed: &Signed<'_>, timestamp: &str) -> Vec<u8> {
    let url = signed.url;
    let host = url
        .port()
        .map_or_else(|| url.host_str().unwrap_or_default().to_owned(), |port| format!("{}:{port}", url.host_str().unwrap_or_default()));
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let places: [(&str, &[u8]); 5] = [
        ("{method}", signed.method.as_bytes()),
        ("{host}", host.as_bytes()),
        ("{path}", path.as_bytes()),
        ("{timestamp}", timestamp.as_bytes()),
        ("{body}", signed.body),
    ];
    let (mut data, mut rest) = (Vec::new(), template);
    while let Some(at) = rest.find('{') {
        let (before, place) = rest.split_at(at);
        data.extend_from_slice(before.as_bytes());
        rest = match places.iter().find_map(|(name, value)| place.strip_prefix(name).map(|after| (value, after))) {
            Some((value, after)) => {
                data.extend_from_slice(value);
                after
            }
            None => {
                data.push(b'{');
                place.strip_prefix('{').unwrap_or_default()
            }
        };
    }
    data.extend_from_slice(rest.as_bytes());
    data
}

fn key_algorithm(algorithm: Algorithm) -> KeyAlgorithm {
    match algorithm {
        Algorithm::Sha1 => KeyAlgorithm::HmacSha1,
        Algorithm::Sha256 => KeyAlgorithm::HmacSha256,
        Algorithm::Sha512 => KeyAlgorithm::HmacSha512,
    }
}

fn written(code: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => hex::encode(code),
        Encoding::Base64 => STANDARD.encode(code),
    }
}
