//! The port `History`, each call handed to the writer or to a reader.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{AuditPoint, Audited, History, Losses, Recorded, RecordedRange, Reopened, StoreError};
use model::{Digest, GenerationId, Label, Swap};

use super::cell::at;
use super::label::GiveLabel;
use super::swap::{KeepComponent, NoteSwap};
use super::withdraw::Withdraw;
use super::{SqliteStore, read};

#[async_trait]
impl History for SqliteStore {
    async fn keep_component(&self, digest: &Digest, bytes: Arc<[u8]>) -> Result<(), StoreError> {
        let kept = digest.clone();
        if self.readers.ask(move |connection| read::swaps::has_component(connection, &kept)).await? {
            return Ok(());
        }
        let (wanted, bytes) = (digest.clone(), bytes);
        let of = Arc::clone(&bytes);
        let found = off(move || Digest::of(&of)).await?;
        if found != wanted {
            return Err(StoreError::Corrupt(format!("a component that is said to be {wanted} is {found}")));
        }
        self.change(KeepComponent { digest: wanted, bytes }).await
    }

    async fn component(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let wanted = digest.clone();
        self.readers.ask(move |connection| read::swaps::component(connection, &wanted)).await
    }

    async fn note_swap(&self, swap: Swap) -> Result<u64, StoreError> {
        self.change(NoteSwap(swap)).await
    }

    async fn swaps(&self, before: Option<u64>, limit: u32) -> Result<Vec<Swap>, StoreError> {
        self.readers.ask(move |connection| read::swaps::list(connection, before, limit)).await
    }

    async fn serving(&self) -> Result<Option<Swap>, StoreError> {
        self.readers.ask(read::swaps::serving).await
    }

    /// Some thousand decisions in each commit: it can be asked again after an accident, and does what remains.
    async fn withdraw(&self, generation: &GenerationId) -> Result<Reopened, StoreError> {
        let (mut all, mut after) = (Reopened::default(), Some(0));
        while let Some(from) = after {
            let done = self.change(Withdraw { generation: generation.clone(), after: from, at: at(self.clock.now()) }).await?;
            all.interactions += done.reopened.interactions;
            all.effects_recalled += done.reopened.effects_recalled;
            after = done.next;
        }
        Ok(all)
    }

    async fn label(&self, label: Label) -> Result<Label, StoreError> {
        self.change(GiveLabel(label)).await
    }

    async fn recorded(&self, range: RecordedRange) -> Result<Vec<Recorded>, StoreError> {
        self.readers.ask(move |connection| read::recorded::page(connection, &range)).await
    }

    async fn recorded_count(&self, range: RecordedRange) -> Result<u64, StoreError> {
        self.readers.ask(move |connection| read::recorded::count(connection, &range)).await
    }

    async fn audit(&self, from: AuditPoint, decisions_max: u32) -> Result<Audited, StoreError> {
        self.readers.ask(move |connection| read::audit::stretch(connection, from, decisions_max)).await
    }

    async fn losses(&self) -> Result<Losses, StoreError> {
        self.readers.ask(read::totals::losses).await
    }
}

/// Digests of large components hold nobody up.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(error.to_string()))
}
