//! The port `Outbox`, each call handed to the writer or to a reader.

use async_trait::async_trait;
use dispatch::port::{Begin, DuePage, Ended, Ending, Job, NewOutgoing, Outbox, OutboxTotals, OutgoingFilter, Requested, StoreError, Turn};
use model::{Outgoing, OutgoingId, OutgoingRecord, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{BeginTry, EndTry, Recover, Request, TurnIt};
use crate::noted::json;
use crate::random;
use crate::sqlite::cell::at;
use crate::sqlite::{SqliteStore, read};

#[async_trait]
impl Outbox for SqliteStore {
    async fn request(&self, new: NewOutgoing) -> Result<Requested, StoreError> {
        let id = OutgoingId(random::outgoing_id(new.at)?);
        let request = new.request.as_ref().map(|key| hash(&[new.by.as_bytes(), key.as_bytes()]));
        let about = json(&(&new.interaction, &new.about, &new.connector, &new.account, &new.wanted))?;
        let asked = hash(&[about.as_bytes()]);
        self.change(Request { id, new, request, asked }).await
    }

    async fn due(&self, now: Timestamp, resting: Vec<String>, limit: u32) -> Result<DuePage, StoreError> {
        self.readers.ask(move |connection| read::outbox::due(connection, now, &resting, limit)).await
    }

    async fn job(&self, id: &OutgoingId, since: Timestamp) -> Result<Job, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::outbox::job(connection, &id, since)).await
    }

    async fn begin(&self, begin: Begin) -> Result<bool, StoreError> {
        self.change(BeginTry(begin)).await
    }

    async fn end(&self, ending: Ending) -> Result<Ended, StoreError> {
        let host_calls = match &ending.outcome {
            Some(outcome) => json(&outcome.host_calls)?,
            None => "[]".to_owned(),
        };
        self.change(EndTry(ending, host_calls)).await
    }

    async fn recover(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.change(Recover(now)).await
    }

    async fn turn(&self, id: &OutgoingId, turn: Turn, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.change(TurnIt { id: id.clone(), turn, by: by.to_owned(), now: at(now) }).await
    }

    async fn outgoing(&self, filter: OutgoingFilter) -> Result<Vec<Outgoing>, StoreError> {
        self.readers.ask(move |connection| read::outgoing::list(connection, &filter)).await
    }

    async fn outgoing_one(&self, id: &OutgoingId) -> Result<OutgoingRecord, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::outgoing::one(connection, &id)).await
    }

    async fn outbox_totals(&self) -> Result<OutboxTotals, StoreError> {
        self.readers.ask(read::outbox::totals).await
    }
}

/// Of several parts, the length of each first: no two lists run together.
fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
