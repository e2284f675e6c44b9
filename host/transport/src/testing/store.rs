use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use dispatch::port::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, MediaFile, MediaStore, NewDecision, NewMedia,
    NewQuarantine, Pending, Store, StoreError, Totals, Work,
};
use model::{
    Configuration, DecisionId, Delivery, DeliveryId, DeliverySummary, Digest, FaultedInteraction, GenerationId, InteractionId,
    InteractionRecord, Quarantined, QueueSummary, StoredDecision, Timestamp,
};

/// What was kept.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Memory>);

#[derive(Default)]
pub(crate) struct Memory {
    /// Ids of what was said, each once, in order.
    pub(crate) said: Vec<String>,
    known: BTreeSet<String>,
    /// Facts that had been known.
    pub(crate) duplicates: usize,
    /// Deliveries as they came.
    pub(crate) raw: Vec<Delivery>,
    /// Causes.
    pub(crate) quarantined: Vec<String>,
    /// By connector.
    pub(crate) cursors: BTreeMap<String, Vec<u8>>,
    /// What was said, whole.
    pub(crate) interactions: BTreeMap<String, InteractionRecord>,
    /// Files by interaction and number.
    pub(crate) media: BTreeMap<(String, u32), NewMedia>,
    /// So many of the next commits fail.
    pub(crate) away: u32,
}

impl Kept {
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap()
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.memory().said.clone()
    }

    pub(crate) fn cursor_text(&self) -> String {
        String::from_utf8(self.memory().cursors.get(super::NAME).cloned().unwrap_or_default()).unwrap()
    }
}

fn missing<T>() -> Result<T, StoreError> {
    Err(StoreError::NotFound { kind: "thing", id: String::new() })
}

#[async_trait]
impl Store for Kept {
    async fn accept(&self, intake: Intake) -> Result<Accepted, StoreError> {
        let mut memory = self.memory();
        if memory.away > 0 {
            memory.away -= 1;
            return Err(StoreError::Unavailable("away".to_owned()));
        }
        for fact in &intake.facts {
            let id = fact.event.source_id().unwrap_or_default().to_owned();
            if memory.known.insert(id.clone()) { memory.said.push(id) } else { memory.duplicates += 1 }
        }
        memory.raw.push(intake.raw);
        if let Some(cursor) = intake.cursor {
            memory.cursors.insert(intake.connector, cursor);
        }
        Ok(Accepted::default())
    }

    async fn quarantine(&self, delivery: NewQuarantine) -> Result<DeliveryId, StoreError> {
        self.memory().quarantined.push(delivery.cause);
        Ok(DeliveryId::default())
    }

    async fn quarantined(&self, _: Option<&DeliveryId>, _: u32) -> Result<Vec<Quarantined>, StoreError> {
        missing()
    }

    async fn quarantined_raw(&self, _: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
        missing()
    }

    async fn release(&self, _: &DeliveryId, _: Intake) -> Result<Accepted, StoreError> {
        missing()
    }

    async fn retain(&self, _: &DeliveryId, _: String, _: String, _: Digest) -> Result<(), StoreError> {
        missing()
    }

    async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.memory().cursors.get(connector).cloned())
    }

    async fn pending(&self, _: u64, _: u32) -> Result<Vec<Pending>, StoreError> {
        missing()
    }

    async fn work(&self, _: &Pending) -> Result<Work, StoreError> {
        missing()
    }

    async fn decide(&self, _: NewDecision) -> Result<Commit, StoreError> {
        missing()
    }

    async fn faulted(&self, _: FaultedFilter) -> Result<Vec<FaultedInteraction>, StoreError> {
        missing()
    }

    async fn redecide(&self, _: &InteractionId) -> Result<(), StoreError> {
        missing()
    }

    async fn interactions(&self, _: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
        missing()
    }

    async fn interaction(&self, id: &InteractionId) -> Result<InteractionRecord, StoreError> {
        self.memory().interactions.get(&id.0).cloned().map_or_else(missing, Ok)
    }

    async fn conversations(&self, _: Option<Timestamp>, _: u32) -> Result<Vec<Conversation>, StoreError> {
        missing()
    }

    async fn decisions(&self, _: DecisionFilter) -> Result<Vec<model::DecisionSummary>, StoreError> {
        missing()
    }

    async fn decision(&self, _: &DecisionId) -> Result<StoredDecision, StoreError> {
        missing()
    }

    async fn decisions_of(&self, _: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
        missing()
    }

    async fn deliveries(&self, _: Option<&DeliveryId>, _: u32) -> Result<Vec<DeliverySummary>, StoreError> {
        missing()
    }

    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError> {
        missing()
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        missing()
    }

    async fn remember_generation(&self, _: &GenerationId, _: &Configuration, _: Timestamp) -> Result<(), StoreError> {
        missing()
    }

    async fn generation(&self, _: &GenerationId) -> Result<Configuration, StoreError> {
        missing()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl MediaStore for Kept {
    async fn media(&self, interaction: &InteractionId, number: u32, origin: &str) -> Result<Option<MediaFile>, StoreError> {
        let found = self.memory().media.get(&(interaction.0.clone(), number)).cloned();
        Ok(found.filter(|kept| kept.origin == origin).map(|kept| kept.file))
    }

    async fn media_bytes(&self, sha256: &Digest) -> Result<Vec<u8>, StoreError> {
        let memory = self.memory();
        let found = memory.media.values().find(|kept| kept.file.sha256 == *sha256);
        found.map(|kept| kept.bytes.clone()).map_or_else(missing, Ok)
    }

    async fn keep_media(&self, interaction: &InteractionId, number: u32, new: NewMedia) -> Result<(), StoreError> {
        self.memory().media.insert((interaction.0.clone(), number), new);
        Ok(())
    }

    async fn raw_of(&self, _: &InteractionId) -> Result<Delivery, StoreError> {
        self.memory().raw.first().cloned().map_or_else(missing, Ok)
    }
}
