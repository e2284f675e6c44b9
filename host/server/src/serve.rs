//! The accept loop: bounded in connections and time, undisturbed by a lack of file descriptors, and ending without cutting work in hand.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::metrics::MetricsError;
use crate::settings::{Ends, ServerSettings};
use crate::site::{Services, Shared, Site};
use crate::stall::Stall;

/// What a connection over the cap is told. It costs no task and no parsing.
const TURNED_AWAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// After an accept that failed for want of something, such as file descriptors.
const ACCEPT_PAUSE_MS: u64 = 50;

/// How serving ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shutdown {
    /// Connections that were still busy when the grace was over, and were cut. What their requests had been told 2xx is durable.
    pub connections_cut: usize,
}

/// The address cannot be listened on.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("the address {0} is in use by another program; stop that program or configure another port")]
    InUse(SocketAddr),
    /// Not for us.
    #[error("listening on {0} is not allowed; ports below 1024 need a privilege")]
    Denied(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {0}: {1}")]
    Other(SocketAddr, std::io::Error),
}

/// Listens on the address.
///
/// # Errors
/// When the address is in use, not allowed or not ours.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => BindError::InUse(address),
        std::io::ErrorKind::PermissionDenied => BindError::Denied(address),
        _ => BindError::Other(address, error),
    })
}

/// Serves until `stop`, then ends: no new connections, idle ones and live streams closed, requests in hand answered within the grace.
///
/// # Errors
/// When the metrics cannot be set up, before anything is accepted.
pub async fn serve(listener: TcpListener, services: Services, stop: CancellationToken) -> Result<Shutdown, MetricsError> {
    let site = Site::new(services, stop.clone())?;
    let door = Door {
        router: crate::site::assemble(&site).0,
        seats: Arc::new(Semaphore::new(site.settings().connections_max.clamp(1, Semaphore::MAX_PERMITS))),
        http: http(site.settings()),
        stop,
        cut: CancellationToken::new(),
        tasks: TaskTracker::new(),
        site,
    };
    door.accept_all(&listener).await;
    drop(listener);
    Ok(door.close().await)
}

fn http(settings: &ServerSettings) -> http1::Builder {
    // The front answers what is too large with a problem; beyond twice the limits nobody is answered in detail.
    let head_bytes = settings.headers_bytes_max.saturating_add(settings.target_bytes_max).saturating_mul(2);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(settings.head_read_ms_max))
        .max_headers(settings.headers_max.saturating_mul(2))
        .max_header_size(head_bytes)
        .max_buf_size(head_bytes.max(64 << 10));
    http
}

struct Door {
    site: Shared,
    router: Router,
    seats: Arc<Semaphore>,
    http: http1::Builder,
    stop: CancellationToken,
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, remote)) => self.admit(stream, remote),
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted at this moment");
                    tokio::select! {
                        () = self.stop.cancelled() => return,
                        () = tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)) => {}
                    }
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, remote: SocketAddr) {
        let (Ok(seat), Ok(local)) = (Arc::clone(&self.seats).try_acquire_owned(), stream.local_addr()) else {
            self.site.http.turned_away.inc();
            // Nothing depends on whether it arrives.
            let _ = stream.try_write(TURNED_AWAY);
            return;
        };
        // Answers are written at once; without this the last part of one waits for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        self.tasks.spawn(self.converse(stream, Ends { remote, local }, seat));
    }

    fn converse(&self, stream: TcpStream, ends: Ends, seat: OwnedSemaphorePermit) -> impl Future<Output = ()> + use<> {
        let router = self.router.clone();
        let service = hyper::service::service_fn(move |request| answer(router.clone(), ends, request));
        let io = TokioIo::new(Stall::new(stream, Duration::from_millis(self.site.settings().write_stall_ms_max)));
        let connection = self.http.serve_connection(io, service);
        let (site, stop, cut) = (Arc::clone(&self.site), self.stop.clone(), self.cut.clone());
        async move {
            site.http.connections.inc();
            let mut connection = std::pin::pin!(connection);
            let mut stopping = false;
            let ended = loop {
                tokio::select! {
                    ended = connection.as_mut() => break ended,
                    () = stop.cancelled(), if !stopping => {
                        stopping = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    () = cut.cancelled() => break Ok(()),
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            site.http.connections.dec();
            drop(seat);
        }
    }

    async fn close(self) -> Shutdown {
        self.tasks.close();
        let grace = Duration::from_millis(self.site.settings().grace_ms);
        let mut shutdown = Shutdown::default();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            shutdown.connections_cut = self.tasks.len();
            tracing::warn!(connections = shutdown.connections_cut, "cutting connections that are still busy");
            self.cut.cancel();
            self.tasks.wait().await;
        }
        shutdown
    }
}

async fn answer(router: Router, ends: Ends, request: hyper::Request<Incoming>) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ends);
    router.oneshot(request).await
}

/// The other side went away before we came to it; the next one is not affected.
fn is_the_clients(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
