//! The port `Store`, each call handed to the writer or to a reader.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};
use model::{
    Configuration, DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, FaultedInteraction, GenerationId,
    InteractionId, InteractionRecord, Quarantined, QueueSummary, StoredDecision, Timestamp,
};

use super::accept::{Accept, Release};
use super::decide::Decide;
use super::fault::Redecide;
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
        let after = after.cloned();
        self.readers.ask(move |connection| read::deliveries::quarantined(connection, after.as_ref(), limit)).await
    }

    async fn quarantined_raw(&self, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::deliveries::quarantined_raw(connection, &id)).await
    }

    async fn release(&self, id: &DeliveryId, intake: Intake) -> Result<Accepted, StoreError> {
        self.change(Release(NotedDelivery::new(id.clone(), intake)?)).await
    }

    async fn retain(&self, id: &DeliveryId, cause: String, detail: String, digest: Digest) -> Result<(), StoreError> {
        self.change(Retain { id: id.clone(), cause, detail, digest }).await
    }

    async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let connector = connector.to_owned();
        self.readers.ask(move |connection| read::totals::cursor(connection, &connector)).await
    }

    async fn pending(&self, after: u64, limit: u32) -> Result<Vec<Pending>, StoreError> {
        match self.waiting.after(after, limit) {
            Some(remembered) => Ok(remembered),
            None => self.readers.ask(move |connection| read::work::pending(connection, after, limit)).await,
        }
    }

    async fn work(&self, pending: &Pending) -> Result<Work, StoreError> {
        if let Some(remembered) = self.waiting.work(pending.seq) {
            return Ok(remembered);
        }
        let pending = pending.clone();
        self.readers.ask(move |connection| read::work::work(connection, &pending)).await
    }

    async fn decide(&self, decision: NewDecision) -> Result<Commit, StoreError> {
        let sealed = Arc::new(Sealed::new(decision)?);
        match self.change(Decide(Arc::clone(&sealed))).await? {
            None => Ok(Commit::AlreadyDecided),
            Some((seq, again)) => {
                // The writer has let go of it: nothing is copied.
                let summary = Arc::try_unwrap(sealed).map_or_else(|shared| shared.summary.clone(), |sealed| sealed.summary);
                Ok(Commit::Stored { summary: Box::new(DecisionSummary { seq, ..summary }), again })
            }
        }
    }

    async fn faulted(&self, filter: FaultedFilter) -> Result<Vec<FaultedInteraction>, StoreError> {
        self.readers.ask(move |connection| read::faults::list(connection, &filter)).await
    }

    async fn redecide(&self, interaction: &InteractionId) -> Result<(), StoreError> {
        self.change(Redecide(interaction.clone())).await
    }

    async fn interactions(&self, filter: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
        self.readers.ask(move |connection| read::interactions::list(connection, &filter)).await
    }

    async fn interaction(&self, id: &InteractionId) -> Result<InteractionRecord, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::interactions::one(connection, &id)).await
    }

    async fn conversations(&self, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        self.readers.ask(move |connection| read::conversations::list(connection, before, limit)).await
    }

    async fn decisions(&self, filter: DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError> {
        self.readers.ask(move |connection| read::decisions::list(connection, &filter)).await
    }

    async fn decision(&self, id: &DecisionId) -> Result<StoredDecision, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::decisions::one(connection, &id)).await
    }

    async fn decisions_of(&self, id: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::decisions::of(connection, &id)).await
    }

    async fn deliveries(&self, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, StoreError> {
        let before = before.cloned();
        self.readers.ask(move |connection| read::deliveries::list(connection, before.as_ref(), limit)).await
    }

    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError> {
        self.readers.ask(read::queues::list).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.readers.ask(read::totals::totals).await
    }

    async fn remember_generation(&self, id: &GenerationId, configuration: &Configuration, at: Timestamp) -> Result<(), StoreError> {
        self.change(Remember { id: id.clone(), configuration: configuration.clone(), at }).await
    }

    async fn generation(&self, id: &GenerationId) -> Result<Configuration, StoreError> {
        let id = id.clone();
        self.readers.ask(move |connection| read::totals::generation(connection, &id)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.change(Probe).await
    }
}
