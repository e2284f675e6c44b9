//! Mails handed over by a mail server, over LMTP (RFC 2033), or sent by anybody, over SMTP (RFC 5321). A mail is answered `250` only when it
//! is durable: read by its connector or in quarantine. When the store does not answer, the other side is told to try later and keeps the mail.
//!
//! Nothing is ever sent on: a mail for whomever is a mail for the connector.

mod session;

use std::sync::Arc;
use std::time::Duration;

use dispatch::ingest::Ingest;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::session::{Bounds, Mail, Protocol, Session, Step};
use crate::egress::Line;

/// Longest wait for TLS.
const HANDSHAKE_MS_MAX: u64 = 10_000;

/// The certificate of a listener, read for each dialogue, so that a new one counts at once.
pub type Certificate = Arc<dyn Fn() -> Result<Arc<ServerConfig>, String> + Send + Sync>;

/// How much a listener takes on.
#[derive(Clone, Copy, Debug)]
pub struct LmtpSettings {
    /// Largest mail.
    pub mail_bytes_max: usize,
    /// Recipients of a mail.
    pub recipients_max: usize,
    /// Dialogues at a time; more wait to be accepted.
    pub sessions_max: usize,
    /// Longest silence of the other side.
    pub idle_ms_max: u64,
}

impl Default for LmtpSettings {
    fn default() -> Self {
        Self { mail_bytes_max: 25 << 20, recipients_max: 100, sessions_max: 64, idle_ms_max: 300_000 }
    }
}

/// Serves one connector's LMTP listener until `stop`, then ends the mails in hand.
pub async fn serve_lmtp(listener: TcpListener, connector: String, ingest: Ingest, settings: LmtpSettings, stop: CancellationToken) {
    serve(listener, Dialogue { protocol: Protocol::Lmtp, connector, ingest, settings, certificate: None, stop }).await;
}

/// Serves one connector's SMTP listener until `stop`, then ends the mails in hand. With a certificate STARTTLS is offered.
pub async fn serve_smtp(
    listener: TcpListener,
    connector: String,
    ingest: Ingest,
    settings: LmtpSettings,
    certificate: Option<Certificate>,
    stop: CancellationToken,
) {
    serve(listener, Dialogue { protocol: Protocol::Smtp, connector, ingest, settings, certificate, stop }).await;
}

async fn serve(listener: TcpListener, dialogue: Dialogue) {
    let Dialogue { connector, settings, stop, protocol, .. } = &dialogue;
    let places = Arc::new(Semaphore::new(settings.sessions_max));
    let sessions = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let dialogue = dialogue.clone();
                sessions.spawn(async move {
                    dialogue.run(Box::new(stream)).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file handles, mostly: others must end first.
                tracing::warn!(connector, protocol = protocol.name(), %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    // The address is free before the last mail is: whoever wants it next need not wait for slow mail servers.
    drop(listener);
    sessions.close();
    sessions.wait().await;
}

#[derive(Clone)]
struct Dialogue {
    protocol: Protocol,
    connector: String,
    ingest: Ingest,
    settings: LmtpSettings,
    certificate: Option<Certificate>,
    stop: CancellationToken,
}

impl Dialogue {
    async fn run(&self, stream: Line) {
        if let Err(error) = self.talk(stream).await {
            tracing::debug!(connector = self.connector, protocol = self.protocol.name(), %error, "a dialogue broke off");
        }
    }

    async fn talk(&self, mut stream: Line) -> std::io::Result<()> {
        let LmtpSettings { mail_bytes_max, recipients_max, .. } = self.settings;
        let tls = self.tls();
        let bounds = Bounds { mail_bytes_max, recipients_max, errors_max: 10 };
        let mut session = Session::new(self.protocol, bounds, tls.is_some());
        say(&mut stream, &session.greeting()).await?;
        let mut buffer = vec![0_u8; 64 << 10];
        loop {
            let Some(count) = self.read(&mut stream, &mut buffer).await? else { return Ok(()) };
            for step in session.ingest(buffer.get(..count).unwrap_or_default()) {
                match step {
                    Step::Reply(line) => say(&mut stream, &line).await?,
                    Step::Mail(mail) => self.take(&mut stream, &session, mail).await?,
                    Step::StartTls => stream = secured(stream, tls.clone()).await?,
                    Step::Close => return stream.shutdown().await,
                }
            }
        }
    }

    /// What STARTTLS works with. Without a certificate that can be used mails still come, in plain as far as the other side agrees.
    fn tls(&self) -> Option<Arc<ServerConfig>> {
        let read = self.certificate.as_ref()?();
        if let Err(why) = &read {
            tracing::error!(connector = self.connector, why, "STARTTLS is not offered: the certificate cannot be used");
        }
        read.ok()
    }

    /// Bytes that arrived; none when the other side has closed, was silent for too long, or the host stops.
    async fn read(&self, stream: &mut Line, buffer: &mut [u8]) -> std::io::Result<Option<usize>> {
        let idle = Duration::from_millis(self.settings.idle_ms_max);
        tokio::select! {
            () = self.stop.cancelled() => {
                say(stream, "421 4.3.2 Shutting down").await?;
                Ok(None)
            }
            read = tokio::time::timeout(idle, stream.read(buffer)) => match read {
                Ok(count) => count.map(|count| (count > 0).then_some(count)),
                Err(_) => {
                    say(stream, "421 4.4.2 Silent for too long").await?;
                    Ok(None)
                }
            },
        }
    }

    async fn take(&self, stream: &mut Line, session: &Session, mail: Mail) -> std::io::Result<()> {
        let answer = match self.ingest.frame(&self.connector, mail.bytes, mail.envelope).await {
            Ok(outcome) if outcome.quarantined.is_some() => "250 2.0.0 Kept for a person",
            Ok(_) => "250 2.0.0 Taken",
            Err(error) => {
                tracing::warn!(connector = self.connector, %error, "a mail was not taken: the mail server keeps it");
                "451 4.3.0 Try again later"
            }
        };
        for line in session.answers(mail.recipients, answer) {
            say(stream, &line).await?;
        }
        Ok(())
    }
}

async fn say(stream: &mut Line, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn secured(stream: Line, tls: Option<Arc<ServerConfig>>) -> std::io::Result<Line> {
    let tls = tls.ok_or_else(|| std::io::Error::other("there is no certificate"))?;
    let handshake = TlsAcceptor::from(tls).accept(stream);
    let secured = tokio::time::timeout(Duration::from_millis(HANDSHAKE_MS_MAX), handshake).await;
    Ok(Box::new(secured.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??))
}

/// What TLS works with, from PEM: the certificate with those between it and a root, and its key.
///
/// # Errors
/// What is wrong with them, without a byte of the key.
pub fn certificate_of(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "the key is no private key in PEM".to_owned())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let tls = tls.with_no_client_auth().with_single_cert(chain, key).map_err(|error| error.to_string())?;
    Ok(Arc::new(tls))
}
