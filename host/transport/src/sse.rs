//! Server-sent events, held open for a connector. Each event is handed to the connector in its wire form and the connection resumes from
//! the last event id; what comes twice is dropped by the store.

use std::sync::Arc;
use std::time::Duration;

use dispatch::ingest::Ingest;
use dispatch::port::{Clock, Secrets};
use eventsource_stream::{Event, Eventsource as _};
use futures::StreamExt as _;
use model::{Attributes, Credential, CredentialForm};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

/// First and longest wait before the connection is opened again.
const RECONNECT_MS: u64 = 1_000;
const RECONNECT_MS_MAX: u64 = 60_000;
/// Longest silence: servers send comments to show that they are there.
const SILENCE_MS_MAX: u64 = 120_000;
/// Largest event.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// Why a connection could not be opened or broke.
#[derive(Debug, Error)]
pub enum SseError {
    /// No connection, or it broke off.
    #[error("the connection failed: {0}")]
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

/// Holds one connector's stream until `stop`.
pub async fn hold_events(
    ingest: Ingest,
    connector: String,
    url: String,
    credential: Option<Credential>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut stream = Stream { ingest, connector, url, credential, secrets, last_id: None };
    let mut wait_ms = RECONNECT_MS;
    loop {
        let heard_before = stream.last_id.clone();
        let broken = tokio::select! {
            () = stop.cancelled() => return,
            broken = stream.listen() => broken,
        };
        if let Err(error) = broken {
            tracing::warn!(connector = stream.connector, %error, wait_ms, "the event stream broke");
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
    connector: String,
    url: String,
    credential: Option<Credential>,
    secrets: Arc<dyn Secrets>,
    last_id: Option<String>,
}

impl Stream {
    async fn listen(&mut self) -> Result<(), SseError> {
        let connection = |error: reqwest::Error| SseError::Connection(error.without_url().to_string());
        let answer = self.request()?.send().await.map_err(connection)?;
        if !answer.status().is_success() {
            return Err(SseError::Status(answer.status().as_u16()));
        }
        if let Err(error) = self.ingest.opened(&self.connector).await {
            return Err(SseError::NotTaken(error.to_string()));
        }
        let mut events = answer.bytes_stream().eventsource();
        loop {
            let next = tokio::time::timeout(Duration::from_millis(SILENCE_MS_MAX), events.next()).await.map_err(|_| SseError::Silence)?;
            match next {
                None => return Ok(()),
                Some(Err(error)) => return Err(SseError::Connection(error.to_string())),
                Some(Ok(event)) => self.take(event).await?,
            }
        }
    }

    fn request(&self) -> Result<reqwest::RequestBuilder, SseError> {
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().connect_timeout(Duration::from_secs(5));
        let client = client.build().map_err(|error| SseError::Connection(error.to_string()))?;
        let mut url = url::Url::parse(&self.url).map_err(|error| SseError::Connection(error.to_string()))?;
        let secret = self.secret()?;
        if let Some((CredentialForm::Query { name }, secret)) = &secret {
            url.query_pairs_mut().append_pair(name, secret);
        }
        let mut request = client.get(url).header("accept", "text/event-stream");
        if let Some(id) = &self.last_id {
            request = request.header("last-event-id", id);
        }
        Ok(match secret {
            Some((CredentialForm::Header { name, prefix }, secret)) => request.header(name, format!("{prefix}{secret}")),
            Some((CredentialForm::Basic { username }, secret)) => request.basic_auth(username, Some(secret)),
            Some((CredentialForm::Query { .. }, _)) | None => request,
        })
    }

    /// The credential's form and value, when there is one.
    fn secret(&self) -> Result<Option<(CredentialForm, String)>, SseError> {
        let Some(credential) = &self.credential else { return Ok(None) };
        let missing = || SseError::Connection(format!("the secret `{}` has no usable value", credential.secret));
        let secret = self.secrets.values(&credential.secret).into_iter().next().ok_or_else(missing)?;
        let text = String::from_utf8(secret.expose().to_vec()).map_err(|_| missing())?;
        Ok(Some((credential.form.clone(), text)))
    }

    async fn take(&mut self, event: Event) -> Result<(), SseError> {
        if event.data.len() > EVENT_BYTES_MAX {
            return Err(SseError::TooLarge);
        }
        let taken = self.ingest.frame(&self.connector, wire_form(&event), Attributes::new()).await;
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
