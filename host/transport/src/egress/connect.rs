//! Connections for plugins: resolved once, every address checked, and made to what was checked.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;
use tower_service::Service;

use super::names::Names;

/// Longest wait for a connection to one address.
const CONNECT_MS_MAX: u64 = 3_000;
/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 4;

/// Why there is no connection.
#[derive(Debug, Error)]
pub(super) enum ConnectError {
    /// A name leads to an address that is not public, or is one.
    #[error("the name leads to an address that is not public")]
    Refused,
    /// The name leads nowhere.
    #[error("{0}")]
    Name(String),
    /// Nobody answers.
    #[error("no connection: {0}")]
    Io(#[from] io::Error),
}

/// Connects to addresses that it checked itself, and to nothing else. Names and literal addresses go the same way.
#[derive(Clone)]
pub(super) struct CheckedConnect {
    names: Names,
    allowed: Allowed,
}

/// Which addresses may be connected to.
pub(super) type Allowed = fn(IpAddr) -> bool;

impl CheckedConnect {
    /// Connects to what is allowed: for a public client [`crate::is_public`].
    pub(super) fn new(names: Names, allowed: Allowed) -> Self {
        Self { names, allowed }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, ConnectError> {
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        self.dial(uri.host().unwrap_or_default(), port).await.map(TokioIo::new)
    }

    /// A connection to a host and port.
    pub(super) async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, ConnectError> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in self.checked(host).await?.into_iter().take(ADDRESSES_MAX) {
            let wait = Duration::from_millis(CONNECT_MS_MAX);
            match tokio::time::timeout(wait, TcpStream::connect(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last.into())
    }

    /// The addresses of a host, IPv4 first. One that is not allowed refuses them all: a mixed answer is how rebinding is tried.
    async fn checked(&self, host: &str) -> Result<Vec<IpAddr>, ConnectError> {
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse::<IpAddr>();
        let mut found = match literal {
            Ok(address) => vec![address],
            Err(_) => self.names.addresses(host).await.map_err(ConnectError::Name)?,
        };
        if !found.iter().all(|address| (self.allowed)(*address)) {
            return Err(ConnectError::Refused);
        }
        found.sort_by_key(IpAddr::is_ipv6);
        Ok(found)
    }
}

impl Service<Uri> for CheckedConnect {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
