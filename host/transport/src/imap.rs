//! Mailboxes (IMAP, RFC 9051 and 3501), read for a connector: mails that arrive are handed to it one by one, each with the place behind it
//! committed together with what it told, so that a restart goes on where it was.
//!
//! The mailbox is opened for reading only: nothing in it is marked, moved or deleted. What is there when it is opened for the first time stays
//! unread by us. When the server gives new numbers to all mails (UIDVALIDITY), those since the day before are read again; what was known is
//! dropped by the store.

mod place;
mod reading;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use dispatch::ingest::Ingest;
use dispatch::port::{Clock, EgressError, EgressGrant};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::reading::Reading;
use crate::egress::HttpEgress;
use crate::pause::{Pause, waited};

/// First and longest wait before the mailbox is opened again.
const RECONNECT_MS: u64 = 1_000;
const RECONNECT_MS_MAX: u64 = 300_000;
/// Shortest wait after a log-in that was refused: some servers close an account that is knocked at.
const REFUSED_MS: u64 = 60_000;
/// A connection that held for so long was a good one.
const GOOD_MS: u64 = 60_000;

/// Why a mailbox could not be opened or read.
#[derive(Debug, Error)]
pub enum MailboxError {
    /// No connection.
    #[error("the connection failed: {0}")]
    Egress(#[from] EgressError),
    /// The server does not offer TLS, which is required outside private networks.
    #[error("the server does not offer STARTTLS: {0}")]
    NoTls(String),
    /// The log-in was refused.
    #[error("the log-in was refused")]
    LogIn,
    /// The connection broke, or the server said something else than it should.
    #[error("the connection broke: {0}")]
    Connection(String),
    /// No answer in time.
    #[error("no answer within {0} ms")]
    Silence(u64),
    /// The store did not take a mail: the mailbox is opened again and resumes before it.
    #[error("a mail was not taken: {0}")]
    NotTaken(String),
}

/// How much is taken on.
#[derive(Clone, Copy, Debug)]
pub struct MailboxLimits {
    /// Of a larger mail the beginning is read.
    pub mail_bytes_max: u32,
    /// Longest wait for an answer.
    pub answer_ms_max: u64,
    /// How long the server is listened to before it is asked again whether something came; without IDLE, between two questions.
    pub idle_ms: u64,
    /// The same where the server cannot tell by itself (no IDLE).
    pub ask_ms: u64,
}

impl Default for MailboxLimits {
    fn default() -> Self {
        Self { mail_bytes_max: 25 << 20, answer_ms_max: 60_000, idle_ms: 600_000, ask_ms: 60_000 }
    }
}

/// Which mailbox, and as whom.
#[derive(Clone, Debug)]
pub struct MailboxSettings {
    /// The connector that reads.
    pub connector: String,
    /// `imaps://host/folder`, or `imap://`.
    pub url: String,
    /// The plugin's name for the secret that opens it.
    pub credential: Option<String>,
    /// What the plugin may do outside: the mailbox is opened within it.
    pub grant: EgressGrant,
    /// How much is taken on.
    pub limits: MailboxLimits,
}

/// Reads one connector's mailbox until `stop`.
pub async fn read_mailbox(ingest: Ingest, egress: HttpEgress, settings: MailboxSettings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = Pause::new(RECONNECT_MS, RECONNECT_MS_MAX);
    loop {
        let opened_at = clock.now();
        let reading = Reading { ingest: &ingest, egress: &egress, settings: &settings, clock: &*clock };
        let broken = tokio::select! {
            () = stop.cancelled() => return,
            broken = reading.hold() => broken,
        };
        if clock.now().since_ms(opened_at) >= GOOD_MS {
            pause.reset();
        }
        let mut wait_ms = pause.next();
        if matches!(broken, Err(MailboxError::LogIn)) {
            wait_ms = wait_ms.max(REFUSED_MS);
        }
        if let Err(error) = broken {
            tracing::warn!(connector = settings.connector, %error, wait_ms, "the mailbox could not be read on");
        }
        if !waited(&clock, wait_ms, &stop).await {
            return;
        }
    }
}
