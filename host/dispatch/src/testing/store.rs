use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::{
    Configuration, Decision, DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, FaultedInteraction, GenerationId,
    Interaction, InteractionId, InteractionRecord, Quarantined, QueueSummary, StoredDecision, Timestamp,
};

use crate::port::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};

/// A store that keeps everything in memory, and can be told to be away.
#[derive(Default)]
pub(crate) struct MemoryStore(Mutex<Memory>);

#[derive(Default)]
pub(crate) struct Memory {
    /// Waiting, by sequence number.
    pub(crate) pending: BTreeMap<u64, (Pending, Work)>,
    /// Decided, in the order of the commits.
    pub(crate) decided: Vec<(u64, Decision)>,
    /// Accepted.
    pub(crate) intakes: Vec<Intake>,
    /// In quarantine, with the number of tries.
    pub(crate) quarantine: BTreeMap<String, (NewQuarantine, u32)>,
    /// Cursors by connector.
    pub(crate) cursors: BTreeMap<String, Vec<u8>>,
    /// How many of the next calls find the store away.
    pub(crate) away: u32,
}

impl MemoryStore {
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap()
    }

    pub(crate) fn wait_for(&self, seq: u64, order_key: &str, text: &str) {
        let interaction = Interaction { id: InteractionId(format!("i{seq}")), text: text.into(), ..Interaction::default() };
        let pending = Pending { seq, interaction: interaction.id.clone(), order_key: order_key.into() };
        let work = Work { interaction, situation: model::Situation::default(), read_by: GenerationId("g".into()) };
        self.memory().pending.insert(seq, (pending, work));
    }

    fn present(&self) -> Result<MutexGuard<'_, Memory>, StoreError> {
        let mut memory = self.memory();
        if memory.away > 0 {
            memory.away -= 1;
            return Err(StoreError::Unavailable("away".into()));
        }
        Ok(memory)
    }
}

fn missing<T>(kind: &'static str) -> Result<T, StoreError> {
    Err(StoreError::NotFound { kind, id: String::new() })
}

fn accept(memory: &mut Memory, intake: Intake) -> Accepted {
    if let Some(cursor) = intake.cursor.clone() {
        memory.cursors.insert(intake.connector.clone(), cursor);
    }
    let facts = u32::try_from(intake.facts.len()).unwrap();
    memory.intakes.push(intake);
    Accepted { delivery: DeliveryId(format!("d{}", memory.intakes.len())), facts, ..Accepted::default() }
}

#[async_trait]
impl Store for MemoryStore {
    async fn accept(&self, intake: Intake) -> Result<Accepted, StoreError> {
        Ok(accept(&mut *self.present()?, intake))
    }

    async fn quarantine(&self, delivery: NewQuarantine) -> Result<DeliveryId, StoreError> {
        let mut memory = self.present()?;
        let id = DeliveryId(format!("q{}", memory.quarantine.len()));
        memory.quarantine.insert(id.0.clone(), (delivery, 1));
        Ok(id)
    }

    async fn quarantined(&self, _: Option<&DeliveryId>, _: u32) -> Result<Vec<Quarantined>, StoreError> {
        Ok(vec![])
    }

    async fn quarantined_raw(&self, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
        let memory = self.present()?;
        let Some((kept, tries)) = memory.quarantine.get(&id.0) else { return missing("delivery") };
        let row = Quarantined {
            id: id.clone(),
            connector: kept.connector.clone(),
            received_at: kept.received_at,
            body_bytes: 0,
            cause: kept.cause.clone(),
            detail: kept.detail.clone(),
            digest: kept.digest.clone(),
            tries: *tries,
        };
        Ok((row, kept.raw.clone()))
    }

    async fn release(&self, id: &DeliveryId, intake: Intake) -> Result<Accepted, StoreError> {
        let mut memory = self.present()?;
        memory.quarantine.remove(&id.0);
        Ok(accept(&mut memory, intake))
    }

    async fn retain(&self, id: &DeliveryId, _: String, _: String, _: Digest) -> Result<(), StoreError> {
        self.present()?.quarantine.get_mut(&id.0).unwrap().1 += 1;
        Ok(())
    }

    async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.present()?.cursors.get(connector).cloned())
    }

    async fn pending(&self, after: u64, limit: u32) -> Result<Vec<Pending>, StoreError> {
        let memory = self.present()?;
        let waiting = memory.pending.range(after + 1..).take(usize::try_from(limit).unwrap());
        Ok(waiting.map(|(_, (pending, _))| pending.clone()).collect())
    }

    async fn work(&self, pending: &Pending) -> Result<Work, StoreError> {
        match self.present()?.pending.get(&pending.seq) {
            Some((_, work)) => Ok(work.clone()),
            None => missing("pending interaction"),
        }
    }

    async fn decide(&self, new: NewDecision) -> Result<Commit, StoreError> {
        let mut memory = self.present()?;
        if memory.pending.remove(&new.seq).is_none() {
            return Ok(Commit::AlreadyDecided);
        }
        memory.decided.push((new.seq, new.decision.clone()));
        let summary = Box::new(DecisionSummary {
            seq: new.seq,
            decision: new.decision,
            connector: String::new(),
            channel: String::new(),
            signals: vec![],
            author: None,
            excerpt: String::new(),
            faulted: false,
        });
        Ok(Commit::Stored { summary, again: false })
    }

    async fn faulted(&self, _: FaultedFilter) -> Result<Vec<FaultedInteraction>, StoreError> {
        Ok(vec![])
    }

    async fn redecide(&self, _: &InteractionId) -> Result<(), StoreError> {
        missing("interaction")
    }

    async fn interactions(&self, _: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
        Ok(vec![])
    }

    async fn interaction(&self, _: &InteractionId) -> Result<InteractionRecord, StoreError> {
        missing("interaction")
    }

    async fn conversations(&self, _: Option<Timestamp>, _: u32) -> Result<Vec<Conversation>, StoreError> {
        Ok(vec![])
    }

    async fn decisions(&self, _: DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError> {
        Ok(vec![])
    }

    async fn decision(&self, _: &DecisionId) -> Result<StoredDecision, StoreError> {
        missing("decision")
    }

    async fn decisions_of(&self, _: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
        Ok(vec![])
    }

    async fn deliveries(&self, _: Option<&DeliveryId>, _: u32) -> Result<Vec<DeliverySummary>, StoreError> {
        Ok(vec![])
    }

    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError> {
        Ok(vec![])
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        Ok(Totals::default())
    }

    async fn remember_generation(&self, _: &GenerationId, _: &Configuration, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    async fn generation(&self, _: &GenerationId) -> Result<Configuration, StoreError> {
        missing("generation")
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
