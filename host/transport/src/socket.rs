//! WebSockets (RFC 6455), held open for a connector. Each message is handed to the connector, what it wants to say is said in order, and a
//! connection that broke is opened again and resumes from the committed cursor; what comes twice is dropped by the store.
//!
//! The connection is made within the plugin's grant: its host has to be granted, its addresses are resolved and checked like those of requests,
//! and outside private networks there is nothing but `wss:`.

mod address;
mod talk;
#[cfg(test)]
mod tests;

pub(crate) use self::address::with_cursor;

use std::sync::Arc;

use dispatch::ingest::Ingest;
use dispatch::port::{Clock, EgressError, EgressGrant};
use model::Resolve;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::talk::Talk;
use crate::egress::HttpEgress;
use crate::pause::{Pause, waited};

/// First and longest wait before the connection is opened again.
const RECONNECT_MS: u64 = 1_000;
const RECONNECT_MS_MAX: u64 = 300_000;
/// A connection that held for so long was a good one.
const GOOD_MS: u64 = 60_000;

/// Why a connection could not be opened or broke.
#[derive(Debug, Error)]
pub enum SocketError {
    /// It could not be opened.
    #[error("the connection failed: {0}")]
    Egress(EgressError),
    /// The address could not be asked for.
    #[error("the address could not be asked for: {0}")]
    Address(String),
    /// The server answered the handshake with something else.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// It broke off.
    #[error("the connection broke: {0}")]
    Connection(String),
    /// The server closed it.
    #[error("the server closed the connection with code {0}")]
    Closed(u16),
    /// Nothing was heard for too long.
    #[error("nothing was heard for {0} ms")]
    Silence(u64),
    /// The store did not take a frame: the connection is opened again and resumes before it.
    #[error("a frame was not taken: {0}")]
    NotTaken(String),
    /// A frame that the connector wants to send cannot be.
    #[error("a frame cannot be sent: {0}")]
    NotSent(String),
}

/// How much a connection takes on.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Largest message, and largest frame of one.
    pub message_bytes_max: usize,
    /// Largest frame that is sent.
    pub sent_bytes_max: usize,
    /// Longest silence; half of it before, the host asks whether the other side is there.
    pub silence_ms_max: u64,
    /// Shortest time between two wakes.
    pub wake_ms_min: u64,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self { message_bytes_max: 4 << 20, sent_bytes_max: 64 << 10, silence_ms_max: 90_000, wake_ms_min: 100 }
    }
}

/// What to connect to, and as whom.
#[derive(Clone, Debug)]
pub struct SocketSettings {
    /// The connector that reads.
    pub connector: String,
    /// Where to connect; `{cursor}` and `{}` as [`model::Transport::WebSocket`] says.
    pub url: String,
    /// The plugin's name for the secret that opens it.
    pub credential: Option<String>,
    /// What `{secret}` stands for in frames that are sent.
    pub fill: Option<Fill>,
    /// Where the address is asked for first.
    pub resolve: Option<Resolve>,
    /// What the plugin may do outside: the connection is opened within it.
    pub grant: EgressGrant,
    /// How much it takes on.
    pub limits: SocketLimits,
}

/// A secret that is said over a connection.
#[derive(Clone, Debug)]
pub struct Fill {
    /// The plugin's name for it.
    pub name: String,
    /// The configured one.
    pub secret: String,
}

/// Holds one connector's WebSocket until `stop`.
pub async fn hold_socket(ingest: Ingest, egress: HttpEgress, settings: SocketSettings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = Pause::new(RECONNECT_MS, RECONNECT_MS_MAX);
    loop {
        let opened_at = clock.now();
        let talk = Talk { ingest: &ingest, egress: &egress, settings: &settings, clock: &clock, stop: &stop };
        let broken = tokio::select! {
            () = stop.cancelled() => return,
            broken = talk.hold() => broken,
        };
        if clock.now().since_ms(opened_at) >= GOOD_MS {
            pause.reset();
        }
        let wait_ms = pause.next();
        match broken {
            Ok(()) => return,
            Err(error) => tracing::warn!(connector = settings.connector, %error, wait_ms, "the WebSocket broke"),
        }
        if !waited(&clock, wait_ms, &stop).await {
            return;
        }
    }
}
