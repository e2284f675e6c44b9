use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::sample::Sample;
use crate::exit::{Code, Done, Failure};

/// Longest wait for an answer: `q` is not heard meanwhile.
const ANSWER_MS_MAX: u64 = 2_000;
/// Largest answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// The API of a running host.
pub(crate) struct Source {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    url: Uri,
    /// Never shown.
    authorization: Option<HeaderValue>,
}

impl Source {
    /// Speaks to the host at this URL, with this token if it needs one.
    pub(crate) fn new(url: &str, token: Option<&str>) -> Done<Self> {
        let wrong = || Failure::wrong(format!("`{url}` is no URL of a host: write `http://127.0.0.1:8080` or `https://desk.example.com`"));
        let whole: Uri = format!("{}/api/v1/costs", url.trim_end_matches('/')).parse().map_err(|_| wrong())?;
        if !matches!(whole.scheme_str(), Some("http" | "https")) {
            return Err(wrong());
        }
        let authorization = token.map(|token| HeaderValue::from_str(&format!("Bearer {}", token.trim()))).transpose();
        let mut authorization = authorization.map_err(|_| Failure::wrong("the token has characters that no token has: copy it again"))?;
        authorization.iter_mut().for_each(|value| value.set_sensitive(true));
        let tls = tls().map_err(|error| Failure::unavailable(format!("TLS cannot be set up: {error}")))?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), url: whole, authorization })
    }

    /// Where it is asked.
    pub(crate) fn url(&self) -> String {
        self.url.to_string()
    }

    /// What everything cost so far.
    pub(crate) async fn read(&self) -> Done<Sample> {
        let answered = tokio::time::timeout(Duration::from_millis(ANSWER_MS_MAX), self.ask()).await;
        let (status, body) = answered.unwrap_or_else(|_| Err("no answer in time".to_owned())).map_err(|why| {
            Failure::unavailable(format!("{} does not answer: {why}; is the host running, and is `--url` right?", self.url))
        })?;
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let text = "the host wants the token of a viewer: give it with `--token` or POINTSMAN_TOKEN";
                return Err(Failure::new(Code::Refused, text));
            }
            status => return Err(Failure::unavailable(format!("{} was answered {status}: this is no host that counts costs", self.url))),
        }
        serde_json::from_slice(&body).map_err(|error| Failure::unavailable(format!("the answer is not what a host says: {error}")))
    }

    /// One question; redirects are not followed, since one could take the token elsewhere.
    async fn ask(&self) -> Result<(StatusCode, Bytes), String> {
        let mut request = Request::get(&self.url).header(ACCEPT, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(Empty::new()).map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| deepest(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(|error| deepest(&*error))?;
        Ok((status, body.to_bytes()))
    }
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
