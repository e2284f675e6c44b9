use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dispatch::port::{Egress, EgressError, EgressGrant, EgressRequest, RemoteKeysError};
use dispatch::signature::{KeySource, Keyring, Published};
use model::{Header, Response, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::hosts::Hosts;

/// Largest document with keys.
const DOCUMENT_BYTES_MAX: u64 = 256 << 10;
const HEADER_BYTES_MAX: u64 = 32 << 10;
const HEADERS_MAX: u64 = 100;
/// Redirects that are followed, all on the same host.
const REDIRECTS_MAX: u64 = 2;
/// Longest wait for one document.
const DOCUMENT_MS_MAX: u64 = 5_000;
/// Questions at one time, and how long one waits for its turn.
const AT_ONCE_MAX: usize = 32;
const TURN_MS_MAX: u64 = 2_000;

/// Asks for documents, one host for each question.
pub(super) struct Fetch {
    egress: Arc<dyn Egress>,
    hosts: Hosts,
    turns: Semaphore,
}

impl Fetch {
    pub(super) fn new(egress: Arc<dyn Egress>) -> Self {
        Self { egress, hosts: Hosts::default(), turns: Semaphore::new(AT_ONCE_MAX) }
    }

    /// The keys of a document, and the bytes that it had.
    pub(super) async fn keys(
        &self,
        source: &KeySource,
        private_network: bool,
        now: Timestamp,
    ) -> Result<(Keyring, usize), RemoteKeysError> {
        let _turn = self.turn().await?;
        match self.document(source, private_network, now).await? {
            (Published::Keys(keys), bytes) => Ok((keys, bytes)),
            // An OpenID configuration; its own keys are not somewhere else again.
            (Published::Elsewhere(url), _) => match self.document(&KeySource::Issuer(url), private_network, now).await? {
                (Published::Keys(keys), bytes) => Ok((keys, bytes)),
                (Published::Elsewhere(_), _) => Err(none("the issuer's key set names another key set")),
            },
        }
    }

    /// Asks for a URL for the sake of asking.
    pub(super) async fn confirm(&self, url: &str, now: Timestamp) -> Result<(), RemoteKeysError> {
        let _turn = self.turn().await?;
        self.answer(url, "*/*", false, 0, now).await.map(|_| ())
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, RemoteKeysError> {
        let turn = tokio::time::timeout(Duration::from_millis(TURN_MS_MAX), self.turns.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| unavailable("too many keys are being asked for"))
    }

    async fn document(&self, source: &KeySource, private_network: bool, now: Timestamp) -> Result<(Published, usize), RemoteKeysError> {
        let answer = self.answer(source.url(), source.media_types(), private_network, REDIRECTS_MAX, now).await?;
        let published = Keyring::read(source, &answer.body).map_err(|error| none(&error.to_string()))?;
        Ok((published, answer.body.len()))
    }

    async fn answer(
        &self,
        url: &str,
        media_types: &str,
        private_network: bool,
        redirects_max: u64,
        now: Timestamp,
    ) -> Result<Response, RemoteKeysError> {
        let host = host_of(url).ok_or_else(|| none("its place is no URL with a host"))?;
        if !self.hosts.may_ask(&host, now) {
            return Err(unavailable("its server was asked too often"));
        }
        let grant = EgressGrant {
            hosts: BTreeSet::from([format!("GET {host}")]),
            private_network,
            body_bytes_max: DOCUMENT_BYTES_MAX,
            header_bytes_max: HEADER_BYTES_MAX,
            headers_max: HEADERS_MAX,
            redirects_max,
            timeout_ms_max: DOCUMENT_MS_MAX,
            ..EgressGrant::default()
        };
        let headers = vec![Header::new("accept", media_types)];
        let request = EgressRequest { method: "GET".to_owned(), url: url.to_owned(), headers, ..EgressRequest::default() };
        let answer = self.egress.send(&grant, request).await.map_err(failed)?;
        match answer.status {
            200 => Ok(answer),
            408 | 425 | 429 | 500.. => Err(unavailable(&format!("its server answered {}", answer.status))),
            status => Err(none(&format!("its server answered {status}"))),
        }
    }
}

/// As host grants name it.
fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn failed(error: EgressError) -> RemoteKeysError {
    match error {
        EgressError::Timeout | EgressError::Unavailable(_) => RemoteKeysError::Unavailable(error.to_string()),
        other => RemoteKeysError::None(other.to_string()),
    }
}

fn none(why: &str) -> RemoteKeysError {
    RemoteKeysError::None(why.to_owned())
}

fn unavailable(why: &str) -> RemoteKeysError {
    RemoteKeysError::Unavailable(why.to_owned())
}
