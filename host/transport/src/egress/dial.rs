//! Lines to endpoints that plugins are connected to by something else than a request: resolved, checked and secured like those of requests.

use std::sync::Arc;
use std::time::Duration;

use dispatch::grant::{Endpoint, Scheme};
use dispatch::port::{EgressError, EgressGrant};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::connect::{CheckedConnect, ConnectError};

/// Longest wait for TLS.
const HANDSHAKE_MS_MAX: u64 = 10_000;

/// Bytes both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> Stream for T {}

/// An open line, plain or over TLS.
pub(crate) type Line = Box<dyn Stream>;

/// Opens lines.
#[derive(Clone)]
pub(super) struct Dialler {
    public: CheckedConnect,
    private: CheckedConnect,
    tls: TlsConnector,
}

impl Dialler {
    pub(super) fn new(public: CheckedConnect, private: CheckedConnect, tls: Arc<ClientConfig>) -> Self {
        Self { public, private, tls: TlsConnector::from(tls) }
    }

    /// A line to an endpoint that is granted, over TLS where its scheme starts with it.
    pub(super) async fn dial(&self, grant: &EgressGrant, endpoint: &Endpoint) -> Result<Line, EgressError> {
        if let Some(what) = grant.refusal_to_connect(endpoint) {
            return Err(EgressError::NotGranted(what));
        }
        let connect = if grant.private_network { &self.private } else { &self.public };
        let stream = connect.dial(&endpoint.host, endpoint.port).await.map_err(|error| match error {
            ConnectError::Refused => EgressError::RefusedAddress,
            ConnectError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => EgressError::Timeout,
            other => EgressError::Unavailable(other.to_string()),
        })?;
        let plain: Line = Box::new(stream);
        match endpoint.scheme {
            Scheme::Https | Scheme::Wss | Scheme::Imaps | Scheme::Smtps => self.secured(plain, endpoint).await,
            Scheme::Http | Scheme::Ws | Scheme::Imap | Scheme::Smtp => Ok(plain),
        }
    }

    pub(super) async fn secured(&self, line: Line, endpoint: &Endpoint) -> Result<Line, EgressError> {
        let host = endpoint.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|error| EgressError::Unavailable(error.to_string()))?;
        let handshake = tokio::time::timeout(Duration::from_millis(HANDSHAKE_MS_MAX), self.tls.connect(name, line));
        match handshake.await {
            Ok(Ok(secured)) => Ok(Box::new(secured)),
            Ok(Err(error)) => Err(EgressError::Unavailable(error.to_string())),
            Err(_) => Err(EgressError::Timeout),
        }
    }
}
