//! The one way from a plugin to the network.
//!
//! A request is checked against the grant, its name is resolved here, every address is checked, and the connection goes to the very address
//! that was checked. Redirects are not followed, proxies and environment settings are ignored, answers are cut at the limit, and a
//! credential is added last, so that it is in no record.

mod request;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dispatch::port::{Egress, EgressError, EgressGrant, EgressRequest, Secrets};
use futures::StreamExt as _;
use model::{Header, Response};
use thiserror::Error;

use self::resolver::{CheckedResolver, RefusedAddress};

/// Most bytes of an answer's headers.
const ANSWER_HEADER_BYTES_MAX: usize = 16 << 10;
/// Longest wait for a connection.
const CONNECT_MS_MAX: u64 = 5_000;

/// Why there is no egress at all.
#[derive(Debug, Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct EgressSetupError(String);

/// Requests of plugins, over HTTP/1.1 with TLS by rustls and the machine's trusted certificates.
#[derive(Clone)]
pub struct HttpEgress {
    public: reqwest::Client,
    private: reqwest::Client,
    secrets: Arc<dyn Secrets>,
}

impl HttpEgress {
    /// An egress that reads credentials from `secrets` for each request.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(secrets: Arc<dyn Secrets>) -> Result<Self, EgressSetupError> {
        // Somebody else may have chosen a provider before: theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let public = client().dns_resolver(CheckedResolver).build().map_err(|error| EgressSetupError(error.to_string()))?;
        let private = client().build().map_err(|error| EgressSetupError(error.to_string()))?;
        Ok(Self { public, private, secrets })
    }

    async fn exchange(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let client = if grant.private_network { &self.private } else { &self.public };
        let prepared = request::prepare(client, grant, &request, self.secrets.as_ref())?;
        let answer = client.execute(prepared).await.map_err(|error| outcome(&error))?;
        read(answer, grant.body_bytes_max).await
    }
}

#[async_trait]
impl Egress for HttpEgress {
    async fn send(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let wish_ms = request.timeout_ms.map_or(grant.timeout_ms_max, u64::from);
        let wait = Duration::from_millis(wish_ms.min(grant.timeout_ms_max));
        tokio::time::timeout(wait, self.exchange(grant, request)).await.unwrap_or(Err(EgressError::Timeout))
    }
}

fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .referer(false)
        .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
        .pool_max_idle_per_host(4)
        .user_agent(concat!("pointsman/", env!("CARGO_PKG_VERSION")))
}

async fn read(answer: reqwest::Response, bytes_max: u64) -> Result<Response, EgressError> {
    let status = answer.status().as_u16();
    let headers = headers(answer.headers())?;
    let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let mut body = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| outcome(&error))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(EgressError::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

fn headers(all: &reqwest::header::HeaderMap) -> Result<Vec<Header>, EgressError> {
    let size: usize = all.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > ANSWER_HEADER_BYTES_MAX {
        return Err(EgressError::TooLarge(ANSWER_HEADER_BYTES_MAX as u64));
    }
    let kept = all.iter().filter(|(name, _)| !request::is_hop_by_hop(name.as_str()));
    Ok(kept.map(|(name, value)| Header { name: name.as_str().to_owned(), value: value.as_bytes().to_vec() }).collect())
}

/// An error in the words of the contract. The URL is left out: a credential may be in its query.
fn outcome(error: &reqwest::Error) -> EgressError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut deepest = String::new();
    while let Some(cause) = source {
        if cause.downcast_ref::<RefusedAddress>().is_some() {
            return EgressError::RefusedAddress;
        }
        source = cause.source();
        if source.is_none() {
            deepest = cause.to_string();
        }
    }
    if error.is_timeout() { EgressError::Timeout } else { EgressError::Unavailable(deepest) }
}

#[cfg(test)]
mod tests;
