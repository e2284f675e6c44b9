//! One request on the way, and where its answer leads (RFC 9110 §15.4).

use dispatch::port::{EgressError, EgressGrant, EgressRequest, credential_goes};
use http::header::{COOKIE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use model::{Credential, Secret};
use url::Url;

use super::spelling::{self, refused};
use super::{credential, request};

/// Headers that describe a body.
const OF_BODY: [&str; 8] = [
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
    "content-disposition",
    "content-md5",
    "content-digest",
    "digest",
];

/// What was added to a request and must not come back.
type Added = Vec<Vec<u8>>;

/// A checked request without its credential.
pub(super) struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    /// The plugin's name for it.
    credential: Option<String>,
}

impl Hop {
    /// What the plugin asked for, when all of it is granted.
    pub(super) fn first(grant: &EgressGrant, asked: EgressRequest) -> Result<Self, EgressError> {
        let method = request::method(&asked.method)?;
        let url = spelling::absolute(&asked.url)?;
        check(grant, &method, &url)?;
        let headers = request::headers(grant, &asked.headers)?;
        if u64::try_from(asked.body.len()).is_ok_and(|bytes| bytes > grant.body_bytes_max) {
            return Err(EgressError::TooLarge(grant.body_bytes_max));
        }
        if let Some(name) = &asked.credential {
            let credential = grant.credentials.get(name).ok_or_else(|| refused(&format!("credential `{name}`")))?;
            if !credential_goes(credential, method.as_str(), &url) {
                return Err(refused(&format!("credential `{name}` on host `{}`", url.host_str().unwrap_or_default())));
            }
            credential::check_headers(credential, &headers)?;
        }
        Ok(Self { method, url, headers, body: asked.body.into(), credential: asked.credential })
    }

    /// A request of the host's own: with POST, without a credential. Its headers may be those that plugins must not give.
    pub(super) fn own(grant: &EgressGrant, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Self, EgressError> {
        let url = spelling::absolute(url)?;
        check(grant, &Method::POST, &url)?;
        let mut all = request::headers(grant, &[])?;
        all.extend(headers);
        Ok(Self { method: Method::POST, url, headers: all, body: body.into(), credential: None })
    }

    /// The credential that goes with it.
    pub(super) fn credential<'a>(&self, grant: &'a EgressGrant) -> Option<&'a Credential> {
        self.credential.as_ref().and_then(|name| grant.credentials.get(name))
    }

    /// The request as it is sent with what was lent for its credential, and what was added to it that must not come back.
    pub(super) fn request(&self, grant: &EgressGrant, lent: Option<&Secret>) -> Result<(http::Request<Full<Bytes>>, Added), EgressError> {
        let (mut url, mut headers) = (self.url.clone(), self.headers.clone());
        let mut added = Vec::new();
        if let (Some(credential), Some(secret)) = (self.credential(grant), lent) {
            let target = credential::Signed { method: self.method.as_str(), url: &self.url, body: &self.body };
            added = credential::add(credential, secret, &target, &mut url, &mut headers)?;
        }
        let mut built = http::Request::new(Full::new(self.body.clone()));
        *built.method_mut() = self.method.clone();
        *built.uri_mut() = url.as_str().parse().map_err(|_| refused("a URL of this form"))?;
        *built.headers_mut() = headers;
        Ok((built, added))
    }

    /// The next request when the answer is a redirect; checked like the first.
    pub(super) fn redirected<B>(self, grant: &EgressGrant, answer: &http::Response<B>) -> Result<Option<Self>, EgressError> {
        let Some(method) = next_method(&self.method, answer.status()) else { return Ok(None) };
        let Some(location) = answer.headers().get(LOCATION) else { return Ok(None) };
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| redirect(refused("a URL of this form")))?;
        let url = spelling::redirect(&self.url, location).map_err(redirect)?;
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(redirect(refused(&format!("scheme `{}` after https", url.scheme()))));
        }
        check(grant, &method, &url).map_err(redirect)?;
        Ok(Some(self.moved(grant, method, url)))
    }

    fn moved(self, grant: &EgressGrant, method: Method, url: Url) -> Self {
        let Self { method: before, url: from, mut headers, mut body, mut credential } = self;
        if method != before {
            body = Bytes::new();
            for name in OF_BODY {
                headers.remove(name);
            }
        }
        let goes = credential.as_ref().and_then(|name| grant.credentials.get(name));
        if from.origin() != url.origin()
            || !goes.is_some_and(|credential| credential_goes(credential, method.as_str(), &url) && credential::fits(credential, &url))
        {
            credential = None;
        }
        if from.origin() != url.origin() {
            headers.remove(COOKIE);
        }
        Self { method, url, headers, body, credential }
    }
}

/// The method of the next request; none when the status is no redirect that is followed.
fn next_method(method: &Method, status: StatusCode) -> Option<Method> {
    match status.as_u16() {
        301 | 302 if *method == Method::POST => Some(Method::GET),
        303 if *method != Method::HEAD => Some(Method::GET),
        301 | 302 | 303 | 307 | 308 => Some(method.clone()),
        _ => None,
    }
}

/// Addresses are checked where the connection is made, names and literal ones alike.
fn check(grant: &EgressGrant, method: &Method, url: &Url) -> Result<(), EgressError> {
    grant.refusal(method.as_str(), url).map_or(Ok(()), |what| Err(refused(&what)))
}

fn redirect(error: EgressError) -> EgressError {
    match error {
        EgressError::NotGranted(what) => EgressError::NotGranted(format!("a redirect: {what}")),
        other => other,
    }
}
