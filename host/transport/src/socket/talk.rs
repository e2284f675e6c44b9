use std::sync::Arc;
use std::time::Duration;

use dispatch::grant::Endpoint;
use dispatch::ingest::{FrameOutcome, Ingest};
use dispatch::port::{Clock, EgressError};
use futures::{SinkExt as _, StreamExt as _};
use model::{Attributes, Frame, Secret, Timestamp, Value};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::sync::CancellationToken;

use super::address::address;
use super::{SocketError, SocketSettings};
use crate::egress::{Echo, HttpEgress, Line};

/// Longest wait for the handshake, and for a frame to be taken by the other side.
const HANDSHAKE_MS_MAX: u64 = 10_000;
const SEND_MS_MAX: u64 = 30_000;
/// The code of a close that says nothing.
const NO_STATUS: u16 = 1_005;
/// What a frame that is sent says where the secret belongs.
const PLACE: &str = "{secret}";

type Socket = WebSocketStream<Line>;

/// One connection from its opening to its end.
pub(super) struct Talk<'a> {
    pub(super) ingest: &'a Ingest,
    pub(super) egress: &'a HttpEgress,
    pub(super) settings: &'a SocketSettings,
    pub(super) clock: &'a Arc<dyn Clock>,
    pub(super) stop: &'a CancellationToken,
}

/// What came next.
enum Next {
    Heard(Option<Result<Message, WsError>>),
    Wake,
    Quiet,
    Stop,
}

impl Talk<'_> {
    /// Opens the connection and talks until it breaks or the host stops.
    pub(super) async fn hold(&self) -> Result<(), SocketError> {
        let (mut socket, mut echo) = self.open().await?;
        let mut wake = None;
        let opened = self.ingest.opened(&self.settings.connector).await;
        self.done(opened, &mut socket, &mut wake, &mut echo).await?;
        let (mut heard_at, mut asked) = (Instant::now(), false);
        let quiet = Duration::from_millis(self.settings.limits.silence_ms_max / 2);
        loop {
            let quiet_at = heard_at + if asked { quiet * 2 } else { quiet };
            match self.next(&mut socket, wake, quiet_at).await {
                Next::Stop => {
                    let goodbye = tokio::time::timeout(Duration::from_millis(1_000), socket.close(None));
                    let _best_effort = goodbye.await;
                    return Ok(());
                }
                Next::Quiet if asked => return Err(SocketError::Silence(self.settings.limits.silence_ms_max)),
                Next::Quiet => {
                    asked = true;
                    self.say(&mut socket, Message::Ping(Bytes::new())).await?;
                }
                Next::Wake => {
                    wake = None;
                    let woken = self.ingest.woken(&self.settings.connector).await;
                    self.done(woken, &mut socket, &mut wake, &mut echo).await?;
                }
                Next::Heard(heard) => {
                    (heard_at, asked) = (Instant::now(), false);
                    let Some((frame, envelope)) = self.frame(heard, &echo)? else { continue };
                    let taken = self.ingest.frame(&self.settings.connector, frame, envelope).await;
                    self.done(taken, &mut socket, &mut wake, &mut echo).await?;
                }
            }
        }
    }

    async fn next(&self, socket: &mut Socket, wake: Option<Timestamp>, quiet_at: Instant) -> Next {
        let woken = async {
            match wake {
                Some(at) => self.clock.wait_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // A wake comes on time however much is heard.
            biased;
            () = self.stop.cancelled() => Next::Stop,
            () = woken => Next::Wake,
            heard = socket.next() => Next::Heard(heard),
            () = tokio::time::sleep_until(quiet_at) => Next::Quiet,
        }
    }

    /// The bytes of a message with what is known beside them; nothing for what only keeps the connection alive.
    fn frame(&self, heard: Option<Result<Message, WsError>>, echo: &Echo) -> Result<Option<(Vec<u8>, Attributes)>, SocketError> {
        let message = match heard {
            None => return Err(SocketError::Closed(NO_STATUS)),
            Some(Err(error)) => return Err(broken(&error)),
            Some(Ok(message)) => message,
        };
        let (mut bytes, binary) = match message {
            Message::Text(text) => (text.as_str().as_bytes().to_vec(), false),
            Message::Binary(bytes) => (bytes.to_vec(), true),
            Message::Close(close) => return Err(SocketError::Closed(close.map_or(NO_STATUS, |close| close.code.into()))),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(None),
        };
        echo.mask(&mut bytes);
        let mut envelope = Attributes::new();
        if binary {
            envelope.insert("binary".to_owned(), Value::Flag(true));
        }
        Ok(Some((bytes, envelope)))
    }

    /// Says what the connector wants said, and notes when it wants to be woken: a time that it names replaces the one before.
    async fn done(
        &self,
        outcome: Result<FrameOutcome, dispatch::IngestError>,
        socket: &mut Socket,
        wake: &mut Option<Timestamp>,
        echo: &mut Echo,
    ) -> Result<(), SocketError> {
        let outcome = outcome.map_err(|error| SocketError::NotTaken(error.to_string()))?;
        for frame in outcome.send {
            let message = self.message(frame, echo).await?;
            self.say(socket, message).await?;
        }
        if let Some(at) = outcome.wake_at {
            *wake = Some(at.max(self.clock.now().plus_ms(self.settings.limits.wake_ms_min)));
        }
        Ok(())
    }

    async fn message(&self, frame: Frame, echo: &mut Echo) -> Result<Message, SocketError> {
        let message = match frame {
            Frame::Text(text) => Message::text(self.filled(text, echo).await?),
            Frame::Binary(bytes) => Message::binary(bytes),
        };
        let bytes_max = self.settings.limits.sent_bytes_max;
        if message.len() > bytes_max {
            return Err(SocketError::NotSent(format!("it is larger than {bytes_max} bytes")));
        }
        Ok(message)
    }

    /// The text with the secret in its place: inside JSON written as JSON writes it.
    async fn filled(&self, text: String, echo: &mut Echo) -> Result<String, SocketError> {
        let Some(fill) = self.settings.fill.as_ref().filter(|_| text.contains(PLACE)) else { return Ok(text) };
        let secret = self.egress.said(&self.settings.grant, &fill.name, &fill.secret).await.map_err(SocketError::Egress)?;
        echo.hide(&[secret.expose().to_vec()]);
        let value = std::str::from_utf8(secret.expose()).map_err(|_| SocketError::NotSent("the secret is no text".to_owned()))?;
        let value = if text.trim_start().starts_with(['{', '[']) { in_json(value) } else { value.to_owned() };
        Ok(text.replace(PLACE, &value))
    }

    async fn say(&self, socket: &mut Socket, message: Message) -> Result<(), SocketError> {
        let sent = tokio::time::timeout(Duration::from_millis(SEND_MS_MAX), socket.send(message));
        sent.await.map_err(|_| SocketError::Silence(SEND_MS_MAX))?.map_err(|error| broken(&error))
    }

    async fn open(&self) -> Result<(Socket, Echo), SocketError> {
        let cursor = self.ingest.cursor(&self.settings.connector).await.map_err(|error| SocketError::NotTaken(error.to_string()))?;
        let url = address(self.egress, self.settings, cursor.as_deref()).await?;
        let mut refused: Option<Secret> = None;
        loop {
            match self.handshake(&url, refused.as_ref()).await {
                Err((SocketError::Status(401), Some(token))) if refused.is_none() => refused = Some(token),
                Err((error, _)) => return Err(error),
                Ok(opened) => return Ok(opened),
            }
        }
    }

    /// One handshake; with an error comes what was lent for it.
    async fn handshake(&self, url: &str, refused: Option<&Secret>) -> Result<(Socket, Echo), (SocketError, Option<Secret>)> {
        let egress = |error| (SocketError::Egress(error), None);
        let SocketSettings { grant, credential, limits, .. } = self.settings;
        let endpoint = Endpoint::parse(url).ok_or_else(|| egress(EgressError::NotGranted("a URL of this form".to_owned())))?;
        let signed = self.egress.signed(grant, url, credential.as_deref(), refused).await.map_err(egress)?;
        let lost = |error: SocketError| (error, signed.lent.clone());
        let line = self.egress.dial(grant, &endpoint).await.map_err(egress)?;
        let mut request = signed.url.as_str().into_client_request().map_err(|error| lost(broken(&error)))?;
        request.headers_mut().extend(signed.headers.clone());
        let config = WebSocketConfig::default()
            .max_message_size(Some(limits.message_bytes_max))
            .max_frame_size(Some(limits.message_bytes_max))
            .max_write_buffer_size(limits.sent_bytes_max.saturating_mul(4).max(1 << 20));
        let handshake = tokio_tungstenite::client_async_with_config(request, line, Some(config));
        match tokio::time::timeout(Duration::from_millis(HANDSHAKE_MS_MAX), handshake).await {
            Err(_) => Err(lost(SocketError::Egress(EgressError::Timeout))),
            Ok(Err(error)) => Err(lost(broken(&error))),
            Ok(Ok((socket, _))) => Ok((socket, signed.echo)),
        }
    }
}

/// Nothing of the address is in it: a credential may be there.
fn broken(error: &WsError) -> SocketError {
    match error {
        WsError::Http(answer) => SocketError::Status(answer.status().as_u16()),
        WsError::Url(_) => SocketError::Connection("the address is none".to_owned()),
        WsError::ConnectionClosed | WsError::AlreadyClosed => SocketError::Closed(NO_STATUS),
        other => SocketError::Connection(other.to_string()),
    }
}

/// As it stands between the quotes of a JSON text.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}
