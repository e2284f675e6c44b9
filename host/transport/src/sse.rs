//! Server-sent events, held open for a connector. Each event is handed to the connector in its wire form and the connection resumes from
//! the last event id; what comes twice is dropped by the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dispatch::ingest::Ingest;
use dispatch::port::{Clock, EgressError, EgressGrant, EgressRequest};
use eventsource_stream::{Event, EventStreamError, Eventsource as _};
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use model::{Attributes, Header};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::egress::{Echo, HttpEgress, Opened};

/// First and longest wait before the connection is opened again.
const RECONNECT_MS: u64 = 1_000;
const RECONNECT_MS_MAX: u64 = 60_000;
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
    let mut stream = Stream { ingest, egress, settings, last_id: None };
    let mut wait_ms = RECONNECT_MS;
    loop {
        let heard_before = stream.last_id.clone();
        let broken = tokio::select! {
            () = stop.cancelled() => return,
            broken = stream.listen() => broken,
        };
        if let Err(error) = broken {
            tracing::warn!(connector = stream.settings.connector, %error, wait_ms, "the event stream broke");
        }
        wait_ms = if heard_before == stream.last_id { (wait_ms * 2).min(RECONNECT_MS_MAX) } else { RECONNECT_MS };
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.wait_until(clock.now().plus_ms(wait_ms)) => {}
        }
    }
}

struct Stream {
    ingest: Ingest,
    egress: HttpEgress,
    settings: SseSettings,
    last_id: Option<String>,
}

impl Stream {
    async fn listen(&mut self) -> Result<(), SseError> {
        let Opened { answer, echo } = self.egress.open(&self.settings.grant, self.request()).await.map_err(SseError::Egress)?;
        if !answer.status().is_success() {
            return Err(SseError::Status(answer.status().as_u16()));
        }
        if let Err(error) = self.ingest.opened(&self.settings.connector).await {
            return Err(SseError::NotTaken(error.to_string()));
        }
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
            let next = tokio::time::timeout(Duration::from_millis(SILENCE_MS_MAX), events.next()).await.map_err(|_| SseError::Silence)?;
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

    fn request(&self) -> EgressRequest {
        let mut headers = vec![Header::new("accept", "text/event-stream")];
        headers.extend(self.last_id.as_deref().map(|id| Header::new("last-event-id", id)));
        EgressRequest {
            method: "GET".to_owned(),
            url: self.settings.url.clone(),
            headers,
            credential: self.settings.credential.clone(),
            ..EgressRequest::default()
        }
    }

    async fn take(&mut self, event: Event, echo: &Echo) -> Result<(), SseError> {
        let mut bytes = wire_form(&event);
        echo.mask(&mut bytes);
        let taken = self.ingest.frame(&self.settings.connector, bytes, Attributes::new()).await;
        taken.map_err(|error| SseError::NotTaken(error.to_string()))?;
        if !event.id.is_empty() {
            self.last_id = Some(event.id);
        }
        Ok(())
    }
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

    use super::wire_form;

    #[test]
    fn an_event_in_its_wire_form() {
        let event = Event { event: "update".to_owned(), data: "a\nb".to_owned(), id: "7".to_owned(), retry: None };
        assert_eq!(String::from_utf8(wire_form(&event)).unwrap(), "event: update\nid: 7\ndata: a\ndata: b\n\n");
    }
}
