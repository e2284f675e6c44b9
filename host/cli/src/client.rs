//! The API of a running host, as the commands ask it.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::args::HostArgs;
use crate::configuration;
use crate::exit::{Code, Done, Failure};

/// Longest wait for an answer to a question.
pub(crate) const ANSWER_MS_MAX: u64 = 2_000;
/// Longest wait for something to be done: staging may compile for minutes, and another operation may come first.
pub(crate) const DONE_MS_MAX: u64 = 600_000;
/// Largest answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// The API of a running host.
pub(crate) struct Client {
    client: HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Without a slash at its end.
    base: String,
    /// Never shown.
    authorization: Option<HeaderValue>,
}

/// What a host says about what it did not do.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
    details: Json,
}

impl Client {
    /// Speaks to the host that the arguments mean.
    pub(crate) fn of(args: &HostArgs) -> Done<Self> {
        let url = match &args.url {
            Some(url) => url.clone(),
            None => configured(args)?,
        };
        Self::new(&url, args.token.as_deref())
    }

    /// Speaks to the host at this URL, with this token if it needs one.
    pub(crate) fn new(url: &str, token: Option<&str>) -> Done<Self> {
        let wrong = || Failure::wrong(format!("`{url}` is no URL of a host: write `http://127.0.0.1:8080` or `https://desk.example.com`"));
        let base = format!("{}/api/v1", url.trim_end_matches('/'));
        let whole: Uri = base.parse().map_err(|_| wrong())?;
        if !matches!(whole.scheme_str(), Some("http" | "https")) {
            return Err(wrong());
        }
        let authorization = token.map(|token| HeaderValue::from_str(&format!("Bearer {}", token.trim()))).transpose();
        let mut authorization = authorization.map_err(|_| Failure::wrong("the token has characters that no token has: copy it again"))?;
        authorization.iter_mut().for_each(|value| value.set_sensitive(true));
        let tls = tls().map_err(|error| Failure::unavailable(format!("TLS cannot be set up: {error}")))?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self { client: HttpClient::builder(TokioExecutor::new()).build(connector), base, authorization })
    }

    /// Where this path is asked.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What the host answers to a question.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Done<T> {
        self.answer(Method::GET, path, None, None, ANSWER_MS_MAX).await
    }

    /// What the host answers to something that it is to do.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Json) -> Done<T> {
        self.answer(Method::POST, path, Some(body), None, DONE_MS_MAX).await
    }

    /// The same under a key: what was asked under it before is not asked again.
    pub(crate) async fn post_once<T: DeserializeOwned>(&self, path: &str, body: &Json, key: Option<&str>) -> Done<T> {
        self.answer(Method::POST, path, Some(body), key, DONE_MS_MAX).await
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
        key: Option<&str>,
        wait_ms_max: u64,
    ) -> Done<T> {
        let url = self.url(path);
        let role = if method == Method::GET { "a viewer" } else { "an operator" };
        let answered = tokio::time::timeout(Duration::from_millis(wait_ms_max), self.ask(method, &url, body, key)).await;
        let (status, body) = answered
            .unwrap_or_else(|_| Err("no answer in time".to_owned()))
            .map_err(|why| Failure::unavailable(format!("{url} does not answer: {why}; is the host running, and is `--url` right?")))?;
        if !status.is_success() {
            return Err(refused(&url, status, &body, role));
        }
        serde_json::from_slice(&body).map_err(|error| Failure::unavailable(format!("the answer is not what a host says: {error}")))
    }

    /// One question; redirects are not followed, since one could take the token elsewhere.
    async fn ask(&self, method: Method, url: &str, body: Option<&Json>, key: Option<&str>) -> Result<(StatusCode, Bytes), String> {
        let mut request = Request::builder().method(method).uri(url).header(ACCEPT, "application/json, application/problem+json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let bytes = body.map(Json::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(bytes))).map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| deepest(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(|error| deepest(&*error))?;
        Ok((status, body.to_bytes()))
    }
}

/// What was not done, as the command says it.
fn refused(url: &str, status: StatusCode, body: &[u8], role: &str) -> Failure {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let kind = problem.kind.strip_prefix("urn:pointsman:problem:").unwrap_or_default();
    let code = match (status, kind) {
        (StatusCode::FORBIDDEN, _) => {
            return Failure::new(Code::Refused, format!("the token may not do this: it takes that of {role}"));
        }
        (StatusCode::UNAUTHORIZED, _) if problem.detail.contains("not valid") => {
            return Failure::new(Code::Refused, "the token is not valid at this host: `[[token]]` of its configuration has those that are");
        }
        (StatusCode::UNAUTHORIZED, _) => {
            return Failure::new(Code::Refused, format!("the host wants the token of {role}: give it with `--token` or POINTSMAN_TOKEN"));
        }
        (_, "candidate-refused" | "bad-request") => Code::Wrong,
        (_, "candidate-held") => Code::Held,
        (_, "not-found") => Code::NotFound,
        (_, "") | (_, "no-such-route") => {
            return Failure::unavailable(format!("{url} was answered {status}: this is no host that knows this"));
        }
        _ => Code::Unavailable,
    };
    Failure::new(code, problem.detail).with(problem.details)
}

/// Where the configuration says that the host listens, from this machine.
fn configured(args: &HostArgs) -> Done<String> {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| {
        let failure = configuration::refused(&findings);
        let text = format!("{}\n\nwithout it there is no telling where the host listens: name it with `--url`", failure.text());
        Failure::wrong(text).with(failure.details().clone())
    })?;
    Ok(format!("http://{}", reachable(manifest.server.listen)))
}

/// An address of all interfaces is reached over loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// TLS that trusts what the machine trusts.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_platform_verifier()?.with_no_client_auth())
}

/// The cause of an error, which is the part that tells something.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;
    use serde_json::json;

    use super::{reachable, refused};
    use crate::exit::Code;

    #[test]
    fn a_host_on_all_interfaces_is_reached_over_loopback() {
        for (listen, expected) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("192.0.2.1:81", "192.0.2.1:81"), ("127.0.0.1:82", "127.0.0.1:82")]
        {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), expected);
        }
    }

    #[test]
    fn problems_become_exit_codes() {
        for (status, kind, expected) in [
            (422, "candidate-refused", Code::Wrong),
            (409, "candidate-held", Code::Held),
            (409, "conflict", Code::Unavailable),
            (404, "not-found", Code::NotFound),
            (404, "no-such-route", Code::Unavailable),
            (503, "store-unavailable", Code::Unavailable),
            (403, "forbidden", Code::Refused),
        ] {
            let body = json!({"type": format!("urn:pointsman:problem:{kind}"), "detail": "why not", "details": [1]}).to_string();
            let failure = refused("http://h/api/v1/apply", StatusCode::from_u16(status).unwrap(), body.as_bytes(), "an operator");
            assert_eq!(failure.code(), expected, "{kind}");
        }
        assert_eq!(refused("http://h/", StatusCode::BAD_GATEWAY, b"<html>", "a viewer").code(), Code::Unavailable);
    }
}
