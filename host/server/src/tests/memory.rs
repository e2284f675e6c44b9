//! A store in memory: enough of one to answer the server. What a real store must do is tested where the real store is.

// Said whole, because the fuzz targets include this file from elsewhere.
#[path = "memory/history.rs"]
mod history;
#[path = "memory/outbox.rs"]
mod outbox;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use dispatch::port::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};
use model::{
    Configuration, DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, FaultedInteraction, GenerationId,
    InteractionId, InteractionRecord, Label, Quarantined, QueueSummary, StoredDecision, Swap, Timestamp,
};

/// Vectors behind locks.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) broken: AtomicBool,
    pub(super) accepted: Mutex<Vec<Intake>>,
    pub(super) quarantine: Mutex<Vec<(Quarantined, Delivery)>>,
    pub(super) interactions: Mutex<Vec<InteractionRecord>>,
    pub(super) decisions: Mutex<Vec<(DecisionSummary, StoredDecision)>>,
    pub(super) conversations: Mutex<Vec<Conversation>>,
    pub(super) generations: Mutex<Vec<(GenerationId, Configuration)>>,
    pub(super) queues: Mutex<Vec<QueueSummary>>,
    pub(super) faulted: Mutex<Vec<FaultedInteraction>>,
    pub(super) redecided: Mutex<Vec<InteractionId>>,
    pub(super) swaps: Mutex<Vec<Swap>>,
    pub(super) labels: Mutex<Vec<Label>>,
    pub(super) wanted: Mutex<Vec<(model::OutgoingId, dispatch::port::NewOutgoing)>>,
    ids: AtomicU64,
}

impl Memory {
    fn works(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) { Err(StoreError::Unavailable("the disk is full".to_owned())) } else { Ok(()) }
    }

    fn id(&self) -> DeliveryId {
        DeliveryId(format!("d{}", self.ids.fetch_add(1, Ordering::SeqCst)))
    }

    fn find<T: Clone>(&self, list: &Mutex<Vec<T>>, kind: &'static str, id: &str, is: impl Fn(&T) -> bool) -> Result<T, StoreError> {
        self.works()?;
        list.lock().unwrap().iter().find(|row| is(row)).cloned().ok_or_else(|| StoreError::NotFound { kind, id: id.to_owned() })
    }
}

fn page<T>(rows: impl Iterator<Item = T>, limit: u32) -> Vec<T> {
    rows.take(usize::try_from(limit).unwrap()).collect()
}

#[async_trait]
impl Store for Memory {
    async fn accept(&self, intake: Intake) -> Result<Accepted, StoreError> {
        self.works()?;
        assert_ne!(intake.raw.body, b"panic", "with a customer's words");
        let facts = u32::try_from(intake.facts.len()).unwrap();
        self.accepted.lock().unwrap().push(intake);
        Ok(Accepted { delivery: self.id(), facts, ..Accepted::default() })
    }

    async fn quarantine(&self, new: NewQuarantine) -> Result<DeliveryId, StoreError> {
        self.works()?;
        let id = self.id();
        let quarantined = Quarantined {
            id: id.clone(),
            connector: new.connector,
            received_at: new.received_at,
            body_bytes: u64::try_from(new.raw.body.len()).unwrap(),
            cause: new.cause,
            detail: new.detail,
            digest: new.digest,
            tries: 1,
        };
        self.quarantine.lock().unwrap().push((quarantined, new.raw));
        Ok(id)
    }

    async fn quarantined(&self, after: Option<&DeliveryId>, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        self.works()?;
        let rows = self.quarantine.lock().unwrap().clone();
        let skip = after.map_or(0, |after| rows.iter().position(|row| row.0.id == *after).map_or(rows.len(), |place| place + 1));
        Ok(page(rows.into_iter().skip(skip).map(|row| row.0), limit))
    }

    async fn quarantined_raw(&self, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
        self.find(&self.quarantine, "delivery in quarantine", &id.0, |row| row.0.id == *id)
    }

    async fn release(&self, id: &DeliveryId, intake: Intake) -> Result<Accepted, StoreError> {
        self.quarantined_raw(id).await?;
        self.quarantine.lock().unwrap().retain(|row| row.0.id != *id);
        self.accept(intake).await
    }

    async fn retain(&self, id: &DeliveryId, cause: String, detail: String, digest: Digest) -> Result<(), StoreError> {
        self.quarantined_raw(id).await?;
        for (row, _) in self.quarantine.lock().unwrap().iter_mut().filter(|row| row.0.id == *id) {
            *row =
                Quarantined { cause: cause.clone(), detail: detail.clone(), digest: digest.clone(), tries: row.tries + 1, ..row.clone() };
        }
        Ok(())
    }

    async fn cursor(&self, _connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.works().map(|()| None)
    }

    async fn pending(&self, _after: u64, _limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.works().map(|()| Vec::new())
    }

    async fn work(&self, pending: &Pending) -> Result<Work, StoreError> {
        Err(StoreError::NotFound { kind: "pending interaction", id: pending.interaction.0.clone() })
    }

    async fn decide(&self, _decision: NewDecision) -> Result<Commit, StoreError> {
        self.works().map(|()| Commit::AlreadyDecided)
    }

    async fn faulted(&self, filter: FaultedFilter) -> Result<Vec<FaultedInteraction>, StoreError> {
        self.works()?;
        let rows = self.faulted.lock().unwrap().clone().into_iter();
        let rows = rows.filter(|row| row.seq > filter.after && (filter.all || row.held));
        let rows = rows.filter(|row| filter.plugin.as_ref().is_none_or(|plugin| *plugin == row.fault.plugin));
        Ok(page(rows, filter.limit))
    }

    async fn redecide(&self, id: &InteractionId) -> Result<(), StoreError> {
        self.find(&self.faulted, "interaction", &id.0, |row| row.interaction == *id)?;
        self.redecided.lock().unwrap().push(id.clone());
        Ok(())
    }

    async fn interactions(&self, filter: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
        self.works()?;
        let all = self.interactions.lock().unwrap().clone();
        let mut numbered: Vec<_> = (1_u64..).zip(all).collect();
        numbered.reverse();
        let rows = numbered.into_iter();
        let rows = rows.filter(|(seq, _)| filter.before.is_none_or(|before| *seq < before));
        let rows = rows.filter(|(_, row)| filter.connector.as_ref().is_none_or(|connector| *connector == row.interaction.connector));
        let rows = rows.filter(|(_, row)| filter.conversation.as_ref().is_none_or(|id| *id == row.interaction.conversation));
        Ok(page(rows, filter.limit))
    }

    async fn interaction(&self, id: &InteractionId) -> Result<InteractionRecord, StoreError> {
        self.find(&self.interactions, "interaction", &id.0, |row| row.interaction.id == *id)
    }

    async fn conversations(&self, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        self.works()?;
        let all = self.conversations.lock().unwrap().clone();
        Ok(page(all.into_iter().rev().filter(|row| before.is_none_or(|before| row.last_at < before)), limit))
    }

    async fn decisions(&self, filter: DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError> {
        self.works()?;
        let mut rows: Vec<_> = self.decisions.lock().unwrap().iter().map(|row| row.0.clone()).collect();
        if filter.after.is_none() {
            rows.reverse();
        }
        let rows = rows.into_iter().filter(|row| filter.after.is_none_or(|after| row.seq > after));
        let rows = rows.filter(|row| filter.before.is_none_or(|before| row.seq < before));
        let rows = rows.filter(|row| filter.queue.is_none() || filter.queue.as_deref() == row.decision.routing.disposition.queue());
        let rows = rows.filter(|row| filter.connector.as_ref().is_none_or(|connector| *connector == row.connector));
        let rows = rows.filter(|row| filter.disposition.as_deref().is_none_or(|name| name == row.decision.routing.disposition.name()));
        Ok(page(rows, filter.limit))
    }

    async fn decision(&self, id: &DecisionId) -> Result<StoredDecision, StoreError> {
        self.find(&self.decisions, "decision", &id.0, |row| row.1.decision.id == *id).map(|row| row.1)
    }

    async fn decisions_of(&self, id: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
        self.works()?;
        let all = self.decisions.lock().unwrap();
        Ok(all.iter().filter(|row| row.1.decision.interaction == *id).map(|row| row.1.clone()).collect())
    }

    async fn deliveries(&self, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, StoreError> {
        self.works()?;
        let all = self.accepted.lock().unwrap();
        let rows = all.iter().enumerate().map(|(place, intake)| DeliverySummary {
            id: DeliveryId(format!("d{place}")),
            connector: intake.connector.clone(),
            received_at: intake.received_at,
            facts: 0,
            duplicates: 0,
        });
        let mut rows: Vec<_> = rows.collect();
        rows.reverse();
        let skip = before.map_or(0, |before| rows.iter().position(|row| row.id == *before).map_or(rows.len(), |place| place + 1));
        Ok(page(rows.into_iter().skip(skip), limit))
    }

    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError> {
        self.works()?;
        Ok(self.queues.lock().unwrap().clone())
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.works()?;
        let deliveries = u64::try_from(self.accepted.lock().unwrap().len()).unwrap();
        let decisions = u64::try_from(self.decisions.lock().unwrap().len()).unwrap();
        let quarantined = u64::try_from(self.quarantine.lock().unwrap().len()).unwrap();
        Ok(Totals { deliveries, decisions, quarantined, facts: [("said".to_owned(), deliveries)].into(), ..Totals::default() })
    }

    async fn remember_generation(&self, id: &GenerationId, configuration: &Configuration, _at: Timestamp) -> Result<(), StoreError> {
        self.generations.lock().unwrap().push((id.clone(), configuration.clone()));
        Ok(())
    }

    async fn generation(&self, id: &GenerationId) -> Result<Configuration, StoreError> {
        self.find(&self.generations, "generation", &id.0, |row| row.0 == *id).map(|row| row.1)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.works()
    }
}
