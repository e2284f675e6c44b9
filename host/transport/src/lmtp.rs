//! Mails handed over by a mail server, over LMTP (RFC 2033). A mail is answered `250` only when it is durable: read by its connector or in
//! quarantine. When the store does not answer, the mail server is told to try later and keeps the mail.

mod session;

use std::sync::Arc;
use std::time::Duration;

use dispatch::ingest::Ingest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::session::{Bounds, Mail, Session, Step};

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

/// Serves one connector's listener until `stop`, then ends the mails in hand.
pub async fn serve_lmtp(listener: TcpListener, connector: String, ingest: Ingest, settings: LmtpSettings, stop: CancellationToken) {
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
                let dialogue = Dialogue { connector: connector.clone(), ingest: ingest.clone(), settings, stop: stop.clone() };
                sessions.spawn(async move {
                    dialogue.run(stream).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file handles, mostly: others must end first.
                tracing::warn!(connector, %error, "an LMTP connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    // The address is free before the last mail is: whoever wants it next need not wait for slow mail servers.
    drop(listener);
    sessions.close();
    sessions.wait().await;
}

struct Dialogue {
    connector: String,
    ingest: Ingest,
    settings: LmtpSettings,
    stop: CancellationToken,
}

impl Dialogue {
    async fn run(&self, mut stream: TcpStream) {
        if let Err(error) = self.talk(&mut stream).await {
            tracing::debug!(connector = self.connector, %error, "an LMTP dialogue broke off");
        }
    }

    async fn talk(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let LmtpSettings { mail_bytes_max, recipients_max, .. } = self.settings;
        let mut session = Session::new(Bounds { mail_bytes_max, recipients_max, errors_max: 10 });
        say(stream, &Session::greeting()).await?;
        let mut buffer = vec![0_u8; 64 << 10];
        loop {
            let Some(count) = self.read(stream, &mut buffer).await? else { return Ok(()) };
            for step in session.ingest(buffer.get(..count).unwrap_or_default()) {
                match step {
                    Step::Reply(line) => say(stream, &line).await?,
                    Step::Mail(mail) => self.take(stream, mail).await?,
                    Step::Close => return stream.shutdown().await,
                }
            }
        }
    }

    /// Bytes that arrived; none when the other side has closed, was silent for too long, or the host stops.
    async fn read(&self, stream: &mut TcpStream, buffer: &mut [u8]) -> std::io::Result<Option<usize>> {
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

    async fn take(&self, stream: &mut TcpStream, mail: Mail) -> std::io::Result<()> {
        let answer = match self.ingest.frame(&self.connector, mail.bytes, mail.envelope).await {
            Ok(outcome) if outcome.quarantined.is_some() => "250 2.0.0 Kept for a person",
            Ok(_) => "250 2.0.0 Taken",
            Err(error) => {
                tracing::warn!(connector = self.connector, %error, "a mail was not taken: the mail server keeps it");
                "451 4.3.0 Try again later"
            }
        };
        for line in Session::answers(mail.recipients, answer) {
            say(stream, &line).await?;
        }
        Ok(())
    }
}

async fn say(stream: &mut TcpStream, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await
}
