//! Server-sent events, held open for a connector. Each event is handed to the connector in its wire form and the connection resumes from
//! the last event id; what comes twice is dropped by the store. After a restart it resumes from the connector's cursor: as last event id where
//! that is a line of text, and where the address has the place `{cursor}`.
//!
//! Events go one way: a frame that the connector wants to send is not sent, and a warning says so. It is woken when it wants to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dispatch::ingest::{FrameOutcome, Ingest};
use dispatch::port::{Clock, EgressError, EgressGrant, EgressRequest};
use eventsource_stream::{Event, EventStreamError, Eventsource as _};
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use model::{Header, Timestamp};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::egress::{Echo, HttpEgress, Opened};
use crate::pause::{Pause, waited};
use crate::socket::with_cursor;

/// First and longest wait before the connection is opened again.
const RECONNECT_MS: u64 = 1_000;
const RECONNECT_MS_MAX: u64 = 60_000;
/// Longest event id that is sent.
const ID_BYTES_MAX: usize = 1_024;
/// Shortest time between two wakes.
const WAKE_MS_MIN: u64 = 100;
/// Longest silence: servers send comments to show that they are there.
const SILENCE_MS_MAX: u64 = 120_000;
/// Most bytes that make one event; comments between events count.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// Why a connection could not be opened or broke.
#[derive(Debug, Error)]
pub enum SseError {
    /// It could not be opened.
    #[error("the connection failed: {0}")]
    Egress(EgressError),
    /// It broke off.
    #[error("the connection broke: {0}")]
    Connection(String),
    /// The server answered something else than a stream.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// Nothing was heard for too long.
    #[error("nothing was heard for {SILENCE_MS_MAX} ms")]
    Silence,
    /// One event is larger than the limit.
    #[error("an event is larger than {EVENT_BYTES_MAX} bytes")]
    TooLarge,
    /// The store did not take an event: the connection is opened again and resumes before it.
    #[error("an event was not taken: {0}")]
    NotTaken(String),
}

/// What to listen to, and as whom.
#[derive(Clone, Debug)]
pub struct SseSettings {
    /// The connector that reads.
    pub connector: String,
    /// Where the stream is.
    pub url: String,
    /// The plugin's name for the secret that opens it.
    pub credential: Option<String>,
    /// What the plugin may do outside: the stream is opened within it.
    pub grant: EgressGrant,
}

/// Holds one connector's stream until `stop`.
pub async fn hold_events(ingest: Ingest, egress: HttpEgress, settings: SseSettings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut stream = Stream { ingest, egress, settings, clock: Arc::clone(&clock), last_id: None, wake: None, heard: 0 };
    let mut pause = Pause::new(RECONNECT_MS, RECONNECT_MS_MAX);
    loop {
        let heard_before = stream.heard;
        let broken = tokio::select! {
            () = stop.cancelled() => return,
            broken = stream.listen() => broken,
        };
        if heard_before != stream.heard {
            pause.reset();
        }
        let wait_ms = pause.next();
        if let Err(error) = broken {
            tracing::warn!(connector = stream.settings.connector, %error, wait_ms, "the event stream broke");
        }
        if !waited(&clock, wait_ms, &stop).await {
            return;
        }
    }
}

struct Stream {
    ingest: Ingest,
    egress: HttpEgress,
    settings: SseSettings,
    clock: Arc<dyn Clock>,
    last_id: Option<String>,
    wake: Option<Timestamp>,
    /// Events so far.
    heard: u64,
}

impl Stream {
    async fn listen(&mut self) -> Result<(), SseError> {
        let cursor = self.ingest.cursor(&self.settings.connector).await.map_err(not_taken)?;
        let request = self.request(cursor.as_deref());
        let Opened { answer, echo } = self.egress.open(&self.settings.grant, request).await.map_err(SseError::Egress)?;
        if !answer.status().is_success() {
            return Err(SseError::Status(answer.status().as_u16()));
        }
        let opened = self.ingest.opened(&self.settings.connector).await.map_err(not_taken)?;
        self.done(&opened);
        // The parser keeps what is no whole event yet: that is what has come since the last one.
        let since_event = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&since_event);
        let chunks = answer.into_body().into_data_stream().map(move |chunk| {
            let chunk = chunk.map_err(|error| SseError::Connection(error.to_string()))?;
            let bytes = count.fetch_add(chunk.len(), Ordering::Relaxed).saturating_add(chunk.len());
            if bytes > EVENT_BYTES_MAX { Err(SseError::TooLarge) } else { Ok(chunk) }
        });
        let mut events = chunks.eventsource();
        loop {
            let heard = tokio::time::timeout(Duration::from_millis(SILENCE_MS_MAX), events.next());
            tokio::pin!(heard);
            let next = loop {
                tokio::select! {
                    biased;
                    () = due(&*self.clock, self.wake) => self.woken().await?,
                    heard = &mut heard => break heard.map_err(|_| SseError::Silence)?,
                }
            };
            match next {
                None => return Ok(()),
                Some(Err(EventStreamError::Transport(error))) => return Err(error),
                Some(Err(error)) => return Err(SseError::Connection(error.to_string())),
                Some(Ok(event)) => {
                    since_event.store(0, Ordering::Relaxed);
                    self.take(event, &echo).await?;
                }
            }
        }
    }

    fn request(&self, cursor: Option<&[u8]>) -> EgressRequest {
        let mut headers = vec![Header::new("accept", "text/event-stream")];
        let id = self.last_id.as_deref().or_else(|| id_of(cursor?));
        headers.extend(id.map(|id| Header::new("last-event-id", id)));
        EgressRequest {
            method: "GET".to_owned(),
            url: with_cursor(&self.settings.url, cursor).unwrap_or_else(|| self.settings.url.clone()),
            headers,
            credential: self.settings.credential.clone(),
            ..EgressRequest::default()
        }
    }

    async fn take(&mut self, event: Event, echo: &Echo) -> Result<(), SseError> {
        let mut bytes = wire_form(&event);
        echo.mask(&mut bytes);
        let taken = self.ingest.streamed(&self.settings.connector, bytes, &event.id).await.map_err(not_taken)?;
        self.done(&taken);
        self.heard += 1;
        if !event.id.is_empty() {
            self.last_id = Some(event.id);
        }
        Ok(())
    }
}

impl Stream {
    async fn woken(&mut self) -> Result<(), SseError> {
        self.wake = None;
        let woken = self.ingest.woken(&self.settings.connector).await.map_err(not_taken)?;
        self.done(&woken);
        Ok(())
    }

    /// Notes when the connector wants to be woken: a time that it names replaces the one before.
    fn done(&mut self, outcome: &FrameOutcome) {
        if !outcome.send.is_empty() {
            let (connector, frames) = (&self.settings.connector, outcome.send.len());
            tracing::warn!(connector, frames, "server-sent events go one way: what the connector wants to send is not sent");
        }
        if let Some(at) = outcome.wake_at {
            self.wake = Some(at.max(self.clock.now().plus_ms(WAKE_MS_MIN)));
        }
    }
}

/// Returns when the time has come; never when there is none.
async fn due(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.wait_until(at).await,
        None => std::future::pending().await,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn not_taken(error: dispatch::IngestError) -> SseError {
    SseError::NotTaken(error.to_string())
}

/// A cursor that can be an event id: one line of text, and no JSON, which is a connector's own.
fn id_of(cursor: &[u8]) -> Option<&str> {
    let id = std::str::from_utf8(cursor).ok()?;
    let plain = !id.is_empty() && id.len() <= ID_BYTES_MAX && !id.chars().any(char::is_control) && !id.starts_with(['{', '[', '"']);
    plain.then_some(id)
}

/// The event as it stands on the wire (WHATWG HTML, 9.2.5).
fn wire_form(event: &Event) -> Vec<u8> {
    let mut text = format!("event: {}\n", event.event);
    if !event.id.is_empty() {
        text.push_str(&format!("id: {}\n", event.id));
    }
    for line in event.data.split('\n') {
        text.push_str(&format!("data: {line}\n"));
    }
    text.push('\n');
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use eventsource_stream::Event;

    use super::{id_of, wire_form};

    #[test]
    fn cursors_that_are_event_ids() {
        assert_eq!(id_of(b"event-17"), Some("event-17"));
        for other in [&b""[..], b"{\"a\":1}", b"a\nb", b"\xff"] {
            assert_eq!(id_of(other), None);
        }
    }

    #[test]
    fn an_event_in_its_wire_form() {
        let event = Event { event: "update".to_owned(), data: "a\nb".to_owned(), id: "7".to_owned(), retry: None };
        assert_eq!(String::from_utf8(wire_form(&event)).unwrap(), "event: update\nid: 7\ndata: a\ndata: b\n\n");
    }
}
