use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{AuditPoint, Audited, History, Losses, Recorded, RecordedRange, Reopened, StoreError};
use model::{Digest, GenerationId, Label, Swap};

use super::{Memory, page};

/// Swaps and labels; the server asks for nothing else.
#[async_trait]
impl History for Memory {
    async fn keep_component(&self, _digest: &Digest, _bytes: Arc<[u8]>) -> Result<(), StoreError> {
        self.works()
    }

    async fn component(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::NotFound { kind: "component", id: digest.to_string() })
    }

    async fn note_swap(&self, swap: Swap) -> Result<u64, StoreError> {
        self.works()?;
        let mut swaps = self.swaps.lock().unwrap();
        let seq = u64::try_from(swaps.len()).unwrap() + 1;
        swaps.push(Swap { seq, ..swap });
        Ok(seq)
    }

    async fn swaps(&self, before: Option<u64>, limit: u32) -> Result<Vec<Swap>, StoreError> {
        self.works()?;
        let all = self.swaps.lock().unwrap().clone();
        Ok(page(all.into_iter().rev().filter(|swap| before.is_none_or(|before| swap.seq < before)), limit))
    }

    async fn serving(&self) -> Result<Option<Swap>, StoreError> {
        Ok(self.swaps(None, u32::MAX).await?.into_iter().find(|swap| swap.kind.serves()))
    }

    async fn withdraw(&self, _generation: &GenerationId) -> Result<Reopened, StoreError> {
        self.works().map(|()| Reopened::default())
    }

    async fn label(&self, label: Label) -> Result<Label, StoreError> {
        let decided =
            self.find(&self.decisions, "decided interaction", &label.interaction.0, |row| row.1.decision.interaction == label.interaction)?;
        let mut labels = self.labels.lock().unwrap();
        let label = Label { seq: u64::try_from(labels.len()).unwrap() + 1, decision: decided.1.decision.id, ..label };
        labels.push(label.clone());
        Ok(label)
    }

    async fn recorded(&self, _range: RecordedRange) -> Result<Vec<Recorded>, StoreError> {
        self.works().map(|()| Vec::new())
    }

    async fn recorded_count(&self, _range: RecordedRange) -> Result<u64, StoreError> {
        self.works().map(|()| 0)
    }

    async fn audit(&self, from: AuditPoint, _decisions_max: u32) -> Result<Audited, StoreError> {
        self.works().map(|()| Audited { reached: from, ..Audited::default() })
    }

    async fn losses(&self) -> Result<Losses, StoreError> {
        self.works().map(|()| Losses::default())
    }
}
