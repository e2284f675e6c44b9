//! From what a plugin asks to what is sent: the grant checked, the credential added.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::port::{EgressError, EgressGrant, EgressRequest, Secrets};
use model::{Credential, CredentialForm, Secret};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request};
use url::{Host, Url};

use crate::address::is_public;

/// Most headers that a plugin may give.
const HEADERS_MAX: usize = 64;

/// Headers that belong to the host.
const RESERVED: [&str; 6] = ["host", "content-length", "accept-encoding", "expect", "forwarded", "x-forwarded-for"];

/// A request within the grant.
pub(super) fn prepare(client: &Client, grant: &EgressGrant, asked: &EgressRequest, secrets: &dyn Secrets) -> Result<Request, EgressError> {
    let method = method(&asked.method)?;
    let mut url = checked_url(grant, &asked.url)?;
    let mut headers = headers(asked)?;
    if asked.body.len() as u64 > grant.body_bytes_max {
        return Err(EgressError::TooLarge(grant.body_bytes_max));
    }
    if let Some(name) = &asked.credential {
        let credential = grant.credentials.get(name).ok_or_else(|| EgressError::NotGranted(format!("credential `{name}`")))?;
        add_credential(credential, secrets, &mut url, &mut headers)?;
    }
    let request = client.request(method, url).headers(headers).body(asked.body.clone());
    request.build().map_err(|_| EgressError::NotGranted("a request of this form".to_owned()))
}

/// Headers that concern one connection only (RFC 9110 §7.6.1).
pub(super) fn is_hop_by_hop(name: &str) -> bool {
    let hop = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"];
    hop.contains(&name) || name.starts_with("proxy-")
}

fn method(name: &str) -> Result<Method, EgressError> {
    match name {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        other => Err(EgressError::NotGranted(format!("method `{}`", other.escape_default()))),
    }
}

fn checked_url(grant: &EgressGrant, text: &str) -> Result<Url, EgressError> {
    let url = Url::parse(text).map_err(|error| EgressError::NotGranted(format!("URL ({error})")))?;
    let plain_allowed = grant.private_network && url.scheme() == "http";
    if url.scheme() != "https" && !plain_allowed {
        return Err(EgressError::NotGranted(format!("scheme `{}`", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EgressError::NotGranted("user information in a URL".to_owned()));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    let usual = if url.scheme() == "http" { 80 } else { 443 };
    if !grant.hosts.iter().any(|pattern| dispatch::grant::host_matches(pattern, &host, port, usual)) {
        return Err(EgressError::NotGranted(format!("host `{host}` port {port}")));
    }
    // A literal address never reaches the resolver, so it is checked here.
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        _ => None,
    };
    match literal {
        Some(address) if !grant.private_network && !is_public(address) => Err(EgressError::RefusedAddress),
        _ => Ok(url),
    }
}

fn headers(asked: &EgressRequest) -> Result<HeaderMap, EgressError> {
    if asked.headers.len() > HEADERS_MAX {
        return Err(EgressError::NotGranted(format!("more than {HEADERS_MAX} headers")));
    }
    let mut headers = HeaderMap::new();
    for header in &asked.headers {
        let lower = header.name.to_ascii_lowercase();
        let refused = || EgressError::NotGranted(format!("header `{}`", lower.escape_default()));
        if RESERVED.contains(&lower.as_str()) || is_hop_by_hop(&lower) {
            return Err(refused());
        }
        let name = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| refused())?;
        let value = HeaderValue::from_bytes(&header.value).map_err(|_| refused())?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn add_credential(credential: &Credential, secrets: &dyn Secrets, url: &mut Url, headers: &mut HeaderMap) -> Result<(), EgressError> {
    let missing = || EgressError::Unavailable(format!("the secret `{}` has no value", credential.secret));
    let secret = secrets.values(&credential.secret).into_iter().next().ok_or_else(missing)?;
    match &credential.form {
        CredentialForm::Header { name, prefix } => {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| missing())?;
            headers.insert(name, sensitive(&[prefix.as_bytes(), secret.expose()].concat(), credential)?);
        }
        CredentialForm::Basic { username } => {
            let pair = [username.as_bytes(), b":", secret.expose()].concat();
            let value = format!("Basic {}", STANDARD.encode(pair));
            headers.insert(reqwest::header::AUTHORIZATION, sensitive(value.as_bytes(), credential)?);
        }
        CredentialForm::Query { name } => {
            url.query_pairs_mut().append_pair(name, &text(&secret, credential)?);
        }
    }
    Ok(())
}

fn sensitive(bytes: &[u8], credential: &Credential) -> Result<HeaderValue, EgressError> {
    let mut value = HeaderValue::from_bytes(bytes).map_err(|_| unusable(credential))?;
    value.set_sensitive(true);
    Ok(value)
}

fn text(secret: &Secret, credential: &Credential) -> Result<String, EgressError> {
    String::from_utf8(secret.expose().to_vec()).map_err(|_| unusable(credential))
}

fn unusable(credential: &Credential) -> EgressError {
    EgressError::Unavailable(format!("the secret `{}` cannot be sent: it has characters that HTTP forbids", credential.secret))
}
