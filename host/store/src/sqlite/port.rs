//! The port `Store`, each call handed to the writer or to a reader.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{
    Accepted, Commit, Conversation, DecisionFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store, StoreError,
    Totals, Work,
};
use model::{
    Configuration, DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, GenerationId, InteractionId,
    InteractionRecord, Quarantined, QueueSummary, StoredDecision, Timestamp,
};

use super::accept::{Accept, Release};
use super::decide::Decide;
use super::keep::{Probe, Quarantine, Remember, Retain};
use super::{SqliteStore, read};
use crate::noted::{NotedDelivery, RawContent};
use crate::random;
use crate::sealed::Sealed;

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, intake: Intake) -> Result<Accepted, StoreError> {
        let id = random::delivery_id(intake.received_at)?;
        self.change(Accept(NotedDelivery::new(id, intake)?)).await
    }

    async fn quarantine(&self, delivery: NewQuarantine) -> Result<DeliveryId, StoreError> {
        let NewQuarantine { connector, received_at, read_by, raw, cause, detail, digest } = delivery;
        let id = random::delivery_id(received_at)?;
        let content = RawContent::new(raw)?;
        self.change(Quarantine { id, connector, received_at, read_by, content, cause, detail, digest }).await
    }

    async fn quarantined(&self, after: Option<&DeliveryId>, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        read::deliveries::quarantined(&self.readers, after, limit).await
    }

    async fn quarantined_raw(&self, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
        read::deliveries::quarantined_raw(&self.readers, id).await
    }

    async fn release(&self, id: &DeliveryId, intake: Intake) -> Result<Accepted, StoreError> {
        self.change(Release(NotedDelivery::new(id.clone(), intake)?)).await
    }

    async fn retain(&self, id: &DeliveryId, cause: String, detail: String, digest: Digest) -> Result<(), StoreError> {
        self.change(Retain { id: id.clone(), cause, detail, digest }).await
    }

    async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
        read::totals::cursor(&self.readers, connector).await
    }

    async fn pending(&self, after: u64, limit: u32) -> Result<Vec<Pending>, StoreError> {
        read::work::pending(&self.readers, after, limit).await
    }

    async fn work(&self, pending: &Pending) -> Result<Work, StoreError> {
        read::work::work(&self.readers, pending).await
    }

    async fn decide(&self, decision: NewDecision) -> Result<Commit, StoreError> {
        let sealed = Arc::new(Sealed::new(decision)?);
        match self.change(Decide(Arc::clone(&sealed))).await? {
            None => Ok(Commit::AlreadyDecided),
            Some((seq, again)) => {
                let summary = Box::new(DecisionSummary { seq, ..sealed.summary.clone() });
                Ok(Commit::Stored { summary, again })
            }
        }
    }

    async fn interactions(&self, filter: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
        read::interactions::list(&self.readers, &filter).await
    }

    async fn interaction(&self, id: &InteractionId) -> Result<InteractionRecord, StoreError> {
        read::interactions::one(&self.readers, id).await
    }

    async fn conversations(&self, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        read::conversations::list(&self.readers, before, limit).await
    }

    async fn decisions(&self, filter: DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError> {
        read::decisions::list(&self.readers, &filter).await
    }

    async fn decision(&self, id: &DecisionId) -> Result<StoredDecision, StoreError> {
        read::decisions::one(&self.readers, id).await
    }

    async fn decisions_of(&self, id: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
        read::decisions::of(&self.readers, id).await
    }

    async fn deliveries(&self, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, StoreError> {
        read::deliveries::list(&self.readers, before, limit).await
    }

    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError> {
        read::queues::list(&self.readers).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        read::totals::totals(&self.readers).await
    }

    async fn remember_generation(&self, id: &GenerationId, configuration: &Configuration, at: Timestamp) -> Result<(), StoreError> {
        self.change(Remember { id: id.clone(), configuration: configuration.clone(), at }).await
    }

    async fn generation(&self, id: &GenerationId) -> Result<Configuration, StoreError> {
        read::totals::generation(&self.readers, id).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.change(Probe).await
    }
}
