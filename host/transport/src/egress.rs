//! The one way from a plugin to the network.
//!
//! A request is checked against the grant, its name is resolved here, every address is checked, and the connection goes to the very address
//! that was checked. Redirects are followed one by one, each checked like the request itself. Proxies and environment settings are ignored,
//! answers are cut at the limits, and a credential is added last, so that it is in no record; what the other side repeats of it is masked.

mod answer;
mod connect;
mod credential;
mod echo;
mod failure;
mod hop;
mod names;
mod request;
mod spelling;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dispatch::port::{Egress, EgressError, EgressGrant, EgressRequest, Secrets};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::Response;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use thiserror::Error;
use tokio::sync::Notify;

use self::connect::{Allowed, CheckedConnect};
pub(crate) use self::echo::Echo;
use self::hop::Hop;
use self::names::Names;
use crate::address::is_public;

/// Most bytes of an answer's headers that are read at all; the grant's limit is checked on what was read.
const HEAD_BYTES_MAX: usize = 256 << 10;
/// Most headers of an answer that are read at all.
const HEADERS_MAX: usize = 512;
/// Most interim answers (1xx) before the real one.
const INTERIM_MAX: u32 = 8;
/// Connections to one host that are kept for the next request, and for how long.
const IDLE_MAX: usize = 4;
const IDLE_MS_MAX: u64 = 30_000;

/// Why there is no egress at all.
#[derive(Debug, Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct EgressSetupError(String);

/// How names are resolved for plugins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressSettings {
    /// These servers are asked, without hosts file and search list; empty: as the system resolves names.
    pub nameservers: Vec<SocketAddr>,
}

type HttpClient = Client<HttpsConnector<CheckedConnect>, Full<Bytes>>;

/// Requests of plugins, over HTTP/1.1 with TLS by rustls and the machine's trusted certificates.
#[derive(Clone)]
pub struct HttpEgress {
    public: HttpClient,
    private: HttpClient,
    secrets: Arc<dyn Secrets>,
}

/// An answer of which the body is still to come, and what is to be masked in it.
pub(crate) struct Opened {
    pub(crate) answer: http::Response<Incoming>,
    pub(crate) echo: Echo,
}

impl HttpEgress {
    /// An egress that reads credentials from `secrets` for each request.
    ///
    /// # Errors
    /// When TLS or the resolver cannot be set up.
    #[expect(clippy::needless_pass_by_value, reason = "settings are handed over")]
    pub fn new(secrets: Arc<dyn Secrets>, settings: EgressSettings) -> Result<Self, EgressSetupError> {
        let tls = tls().map_err(|error| EgressSetupError(error.to_string()))?;
        Self::built(secrets, &settings, tls, is_public)
    }

    fn built(secrets: Arc<dyn Secrets>, settings: &EgressSettings, tls: ClientConfig, public: Allowed) -> Result<Self, EgressSetupError> {
        let names = Names::new(&settings.nameservers).map_err(EgressSetupError)?;
        let tls = Arc::new(tls);
        let client = |allowed| client(CheckedConnect::new(names.clone(), allowed), Arc::clone(&tls));
        Ok(Self { public: client(public), private: client(|_| true), secrets })
    }

    /// Sends a request and hands its answer over before the body is read, redirects followed. Only its head is bounded by the grant's time.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn open(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Opened, EgressError> {
        let mut echo = Echo::of_grant(grant, self.secrets.as_ref());
        let wait = Duration::from_millis(grant.timeout_ms_max);
        let opened = tokio::time::timeout(wait, self.follow(grant, request, &mut echo)).await.unwrap_or(Err(EgressError::Timeout));
        match opened {
            Ok(answer) => Ok(Opened { answer, echo }),
            Err(error) => Err(echo.masked_error(error)),
        }
    }

    async fn exchange(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let mut echo = Echo::of_grant(grant, self.secrets.as_ref());
        let answer = match self.follow(grant, request, &mut echo).await {
            Ok(answer) => answer::read(grant, answer).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Ok(echo.masked_answer(answer)),
            Err(error) => Err(echo.masked_error(error)),
        }
    }

    /// The last answer's head, after as many redirects as are granted.
    async fn follow(&self, grant: &EgressGrant, request: EgressRequest, echo: &mut Echo) -> Result<http::Response<Incoming>, EgressError> {
        let mut hop = Hop::first(grant, request)?;
        let mut left = grant.redirects_max;
        loop {
            let (request, added) = hop.request(grant, self.secrets.as_ref())?;
            echo.add(&added);
            let answer = self.ask(grant, request).await?;
            answer::check_head(grant, &answer)?;
            if left == 0 {
                return Ok(answer);
            }
            left -= 1;
            hop = match hop.redirected(grant, &answer)? {
                Some(next) => next,
                None => return Ok(answer),
            };
        }
    }

    async fn ask(&self, grant: &EgressGrant, mut request: http::Request<Full<Bytes>>) -> Result<http::Response<Incoming>, EgressError> {
        let client = if grant.private_network { &self.private } else { &self.public };
        let flooded = Arc::new(Notify::new());
        let (interim, flood) = (AtomicU32::new(0), Arc::clone(&flooded));
        hyper::ext::on_informational(&mut request, move |_| {
            if interim.fetch_add(1, Ordering::Relaxed) >= INTERIM_MAX {
                flood.notify_one();
            }
        });
        tokio::select! {
            answer = client.request(request) => answer.map_err(|error| failure::outcome(&error, grant)),
            () = flooded.notified() => Err(EgressError::Unavailable(format!("more than {INTERIM_MAX} interim answers"))),
        }
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

/// TLS that trusts what the machine trusts.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_platform_verifier()?.with_no_client_auth())
}

fn client(connect: CheckedConnect, tls: Arc<ClientConfig>) -> HttpClient {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_max_idle_per_host(IDLE_MAX).pool_idle_timeout(Duration::from_millis(IDLE_MS_MAX));
    builder.http1_max_buf_size(HEAD_BYTES_MAX).http1_max_headers(HEADERS_MAX);
    builder.build(HttpsConnector::from((connect, tls)))
}
