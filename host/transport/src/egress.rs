//! The one way from a plugin to the network.
//!
//! A request is checked against the grant, its name is resolved here, every address is checked, and the connection goes to the very address
//! that was checked. Redirects are followed one by one, each checked like the request itself. Proxies and environment settings are ignored,
//! answers are cut at the limits, and a credential is added last, so that it is in no record; what the other side repeats of it is masked.

mod answer;
mod connect;
mod credential;
mod dial;
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
use dispatch::grant::Endpoint;
use dispatch::port::{Clock, Egress, EgressError, EgressGrant, EgressRequest, Nothing, Secrets, SystemClock, Tokens, credential_goes};
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::{Credential, Response, Secret};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use thiserror::Error;
use tokio::sync::Notify;
use url::Url;

use self::connect::{Allowed, CheckedConnect};
use self::dial::Dialler;
pub(crate) use self::dial::Line;
pub(crate) use self::echo::Echo;
use self::hop::Hop;
use self::names::Names;
use crate::address::is_public;
use crate::token::{Asked, Keeper};

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
    tokens: Arc<Keeper>,
    dialler: Dialler,
}

/// An answer of which the body is still to come, and what is to be masked in it.
pub(crate) struct Opened {
    pub(crate) answer: http::Response<Incoming>,
    pub(crate) echo: Echo,
}

/// With what a connection is opened.
pub(crate) struct Signed {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) echo: Echo,
    /// A token, which may turn out to be worthless.
    pub(crate) lent: Option<Secret>,
}

/// An answer's head, and what was lent to the last request.
struct Followed {
    answer: http::Response<Incoming>,
    token: Option<Secret>,
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

    /// The same, with tokens that outlast a restart.
    #[must_use]
    pub fn keeping(self, tokens: Arc<dyn Tokens>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens: Arc::new(Keeper::new(tokens, clock)), ..self }
    }

    pub(crate) fn built(
        secrets: Arc<dyn Secrets>,
        settings: &EgressSettings,
        tls: ClientConfig,
        public: Allowed,
    ) -> Result<Self, EgressSetupError> {
        let names = Names::new(&settings.nameservers).map_err(EgressSetupError)?;
        let tls = Arc::new(tls);
        let (checked, any) = (CheckedConnect::new(names.clone(), public), CheckedConnect::new(names, |_| true));
        let client = |connect: &CheckedConnect| client(connect.clone(), Arc::clone(&tls));
        let (public, private) = (client(&checked), client(&any));
        let tokens = Arc::new(Keeper::new(Arc::new(Nothing), Arc::new(SystemClock)));
        let dialler = Dialler::new(checked, any, tls);
        Ok(Self { public, private, secrets, tokens, dialler })
    }

    /// Connects to an endpoint that is granted, over TLS where its scheme says so.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn dial(&self, grant: &EgressGrant, endpoint: &Endpoint) -> Result<Line, EgressError> {
        self.dialler.dial(grant, endpoint).await
    }

    /// Puts TLS on a line that was plain so far.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn secured(&self, line: Line, endpoint: &Endpoint) -> Result<Line, EgressError> {
        self.dialler.secured(line, endpoint).await
    }

    /// What a secret is said as over a connection: the token that is obtained for it, or else its value.
    ///
    /// # Errors
    /// When there is no value.
    pub(crate) async fn said(&self, grant: &EgressGrant, name: &str, configured: &str) -> Result<Secret, EgressError> {
        if let Some(credential) = grant.credentials.get(name) {
            return self.lent(grant, credential, None).await;
        }
        let value = self.secrets.values(configured).into_iter().next().filter(|value| !value.expose().is_empty());
        value.ok_or_else(|| EgressError::Unavailable(format!("the secret `{configured}` has no value")))
    }

    /// The address and the headers with which a connection is opened in the plugin's name.
    ///
    /// # Errors
    /// When the credential was not granted, may not go there, or cannot be had.
    pub(crate) async fn signed(
        &self,
        grant: &EgressGrant,
        url: &str,
        credential: Option<&str>,
        refused: Option<&Secret>,
    ) -> Result<Signed, EgressError> {
        let (mut echo, mut headers) = (self.echo(grant), HeaderMap::new());
        let mut url = spelling::absolute(url)?;
        let Some(name) = credential else { return Ok(Signed { url, headers, echo, lent: None }) };
        let credential = grant.credentials.get(name).ok_or_else(|| EgressError::NotGranted(format!("credential `{name}`")))?;
        if !credential_goes(credential, "GET", &url) {
            return Err(EgressError::NotGranted(format!("credential `{name}` on host `{}`", url.host_str().unwrap_or_default())));
        }
        let lent = self.lent(grant, credential, refused).await?;
        let target = credential::Signed { method: "GET", url: &url.clone(), body: b"" };
        echo.add(&credential::add(credential, &lent, &target, &mut url, &mut headers)?);
        let obtained = credential::is_obtained(&credential.form);
        if obtained {
            echo.hide(&[lent.expose().to_vec()]);
        }
        Ok(Signed { url, headers, echo, lent: obtained.then_some(lent) })
    }

    /// As [`Egress::send`], nothing masked: the answer is the host's own affair.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn asked(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let mut echo = self.echo(grant);
        let wait = Duration::from_millis(grant.timeout_ms_max);
        let asked = tokio::time::timeout(wait, self.exchanged(grant, request, &mut echo)).await.unwrap_or(Err(EgressError::Timeout));
        asked.map_err(|error| echo.masked_error(error))
    }

    /// What must not come back to a plugin of what it may send.
    pub(crate) fn echo(&self, grant: &EgressGrant) -> Echo {
        let mut echo = Echo::of_grant(grant, self.secrets.as_ref());
        for credential in grant.credentials.values().filter(|credential| credential::is_obtained(&credential.form)) {
            echo.hide(&self.tokens.hidden(credential));
        }
        echo
    }

    /// Sends a request of the host's own, within a plugin's grant: nothing is added to it, no redirect is followed, nothing is masked.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn own(&self, grant: &EgressGrant, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Response, EgressError> {
        let hop = Hop::own(grant, url, headers, body)?;
        let exchange = async {
            let (request, _) = hop.request(grant, None)?;
            let answer = self.ask(grant, request).await?;
            answer::check_head(grant, &answer)?;
            answer::read(grant, answer).await
        };
        tokio::time::timeout(Duration::from_millis(grant.timeout_ms_max), exchange).await.unwrap_or(Err(EgressError::Timeout))
    }

    /// Whether a credential may go with a request, and has a place in it.
    pub(crate) fn goes(grant: &EgressGrant, name: &str, method: &str, url: &Url) -> bool {
        let credential = grant.credentials.get(name);
        credential.is_some_and(|credential| credential_goes(credential, method, url) && credential::fits(credential, url))
    }

    /// A field of a secret's value that tells who somebody is.
    pub(crate) fn field(&self, credential: &Credential, name: &str) -> Option<String> {
        let value = self.secrets.values(&credential.secret).into_iter().next()?;
        let fields: serde_json::Value = serde_json::from_slice(value.expose()).ok()?;
        fields.get(name)?.as_str().map(str::to_owned)
    }

    /// What a credential is sent as: the token that is obtained for it, or else the secret's value. `refused` is a token that opened nothing.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn lent(&self, grant: &EgressGrant, credential: &Credential, refused: Option<&Secret>) -> Result<Secret, EgressError> {
        if credential::is_obtained(&credential.form) {
            self.tokens.token(self, self.secrets.as_ref(), Asked { grant, credential, refused }).await
        } else {
            credential::value(credential, self.secrets.as_ref())
        }
    }

    /// Sends a request and hands its answer over before the body is read, redirects followed. Only its head is bounded by the grant's time.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub(crate) async fn open(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Opened, EgressError> {
        let mut echo = self.echo(grant);
        let wait = Duration::from_millis(grant.timeout_ms_max);
        let opened = tokio::time::timeout(wait, self.opened(grant, request, &mut echo)).await.unwrap_or(Err(EgressError::Timeout));
        match opened {
            Ok(answer) => Ok(Opened { answer, echo }),
            Err(error) => Err(echo.masked_error(error)),
        }
    }

    async fn opened(&self, grant: &EgressGrant, request: EgressRequest, echo: &mut Echo) -> Result<http::Response<Incoming>, EgressError> {
        let again = self.may_ask_again(grant, &request).then(|| request.clone());
        let Followed { answer, token } = self.follow(grant, request, None, echo).await?;
        match (again, token) {
            (Some(request), Some(token)) if answer.status() == StatusCode::UNAUTHORIZED => {
                Ok(self.follow(grant, request, Some(&token), echo).await?.answer)
            }
            _ => Ok(answer),
        }
    }

    async fn exchange(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let mut echo = self.echo(grant);
        match self.exchanged(grant, request, &mut echo).await {
            Ok(answer) => Ok(echo.masked_answer(answer)),
            Err(error) => Err(echo.masked_error(error)),
        }
    }

    /// The answer; when it says that a token is worthless, the answer to the same request with a new one.
    async fn exchanged(&self, grant: &EgressGrant, request: EgressRequest, echo: &mut Echo) -> Result<Response, EgressError> {
        let again = self.may_ask_again(grant, &request).then(|| request.clone());
        let Followed { answer, token } = self.follow(grant, request, None, echo).await?;
        let answer = answer::read(grant, answer).await?;
        match (again, token) {
            (Some(request), Some(token)) if answer::refuses_token(&answer) => {
                let Followed { answer, .. } = self.follow(grant, request, Some(&token), echo).await?;
                answer::read(grant, answer).await
            }
            _ => Ok(answer),
        }
    }

    fn may_ask_again(&self, grant: &EgressGrant, request: &EgressRequest) -> bool {
        let credential = request.credential.as_ref().and_then(|name| grant.credentials.get(name));
        credential.is_some_and(|credential| credential::is_obtained(&credential.form))
    }

    /// The last answer's head, after as many redirects as are granted.
    async fn follow(
        &self,
        grant: &EgressGrant,
        request: EgressRequest,
        refused: Option<&Secret>,
        echo: &mut Echo,
    ) -> Result<Followed, EgressError> {
        let mut hop = Hop::first(grant, request)?;
        let mut left = grant.redirects_max;
        loop {
            let lent = match hop.credential(grant) {
                Some(credential) => Some(self.lent(grant, credential, refused).await?),
                None => None,
            };
            if let (Some(credential), Some(lent)) = (hop.credential(grant), &lent)
                && credential::is_obtained(&credential.form)
            {
                echo.hide(&[lent.expose().to_vec()]);
            }
            let (request, added) = hop.request(grant, lent.as_ref())?;
            echo.add(&added);
            let answer = self.ask(grant, request).await?;
            answer::check_head(grant, &answer)?;
            if left == 0 {
                return Ok(Followed { answer, token: lent });
            }
            left -= 1;
            hop = match hop.redirected(grant, &answer)? {
                Some(next) => next,
                None => return Ok(Followed { answer, token: lent }),
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
