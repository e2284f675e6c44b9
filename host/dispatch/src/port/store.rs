use async_trait::async_trait;
use model::{
    Decision, DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, Fact, FaultedInteraction, GenerationId,
    Interaction, InteractionId, InteractionRecord, Quarantined, QueueSummary, Situation, StoredDecision, Timestamp, Trace,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the store did not do it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Disk full, locked, read-only, gone: nothing was acknowledged; the same call may go through later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// There is no such thing.
    #[error("there is no {kind} `{id}`")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
        /// By this name.
        id: String,
    },
    /// What is stored cannot be read: a defect or a damaged file.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
}

/// A genuine delivery, frame or page that its connector has read, to be committed as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Intake {
    /// The connector's configured name.
    pub connector: String,
    /// The kind of channel.
    pub channel: String,
    /// For facts that name none.
    pub account: Option<String>,
    /// By the host's clock.
    pub received_at: Timestamp,
    /// The generation that read it.
    pub read_by: GenerationId,
    /// As it arrived. Frames have the method `FRAME`, feed pages `POLL` (the body is the recorded host calls as JSON).
    pub raw: Delivery,
    /// What the connector made of it, in order.
    pub facts: Vec<Fact>,
    /// The cursor to keep with them; absent: unchanged.
    pub cursor: Option<Vec<u8>>,
}

/// What became of an intake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The delivery's id.
    pub delivery: DeliveryId,
    /// New interactions, and interactions to be decided again, in order.
    pub interactions: Vec<InteractionId>,
    /// New facts.
    pub facts: u32,
    /// Facts that were known before.
    pub duplicates: u32,
}

/// A genuine delivery that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct NewQuarantine {
    /// The connector's configured name.
    pub connector: String,
    /// By the host's clock.
    pub received_at: Timestamp,
    /// The generation that failed on it.
    pub read_by: GenerationId,
    /// As it arrived.
    pub raw: Delivery,
    /// `malformed`, `unsupported`, or a fault's name.
    pub cause: String,
    /// In words.
    pub detail: String,
    /// The component that failed on it.
    pub digest: Digest,
}

/// An interaction that waits for its decision on one occasion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Grows with every occasion; the order of everything that shares an order key.
    pub seq: u64,
    /// Which interaction.
    pub interaction: InteractionId,
    /// What is processed strictly in order.
    pub order_key: String,
}

/// What a chain needs to decide about a pending interaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// As it stands now.
    pub interaction: Interaction,
    /// As counted now; `now` is not filled in.
    pub situation: Situation,
    /// The generation that read it.
    pub read_by: GenerationId,
}

impl Work {
    /// What the chain was given when this was decided, to be decided again.
    #[must_use]
    pub fn recorded(decision: &Decision, trace: &Trace) -> Self {
        let (interaction, situation) = (trace.interaction.clone(), trace.situation.clone());
        Self { interaction, situation, read_by: decision.read_by.clone() }
    }
}

/// A decision with its trace, to be committed with its effects as one.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDecision {
    /// The occasion that it answers.
    pub seq: u64,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub trace: Trace,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Commit {
    /// It is durable, with its effects in the outbox.
    Stored {
        /// As lists show it.
        summary: Box<DecisionSummary>,
        /// The interaction was edited, or the generation withdrawn, while it was decided: it waits again, on a new occasion.
        again: bool,
    },
    /// The occasion had been decided before: nothing was written.
    AlreadyDecided,
}

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Connector, account and the channel's id of it, joined by the store: opaque.
    pub id: String,
    /// The connector that reads it.
    pub connector: String,
    /// The channel's id of it.
    pub conversation: String,
    /// As counted now.
    pub situation: Situation,
    /// When somebody spoke last.
    pub last_at: Timestamp,
}

/// Which interactions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InteractionFilter {
    /// Of this connector.
    pub connector: Option<String>,
    /// Of this conversation, by [`Conversation::id`].
    pub conversation: Option<String>,
    /// Older than this sequence number (from the last row of the page before).
    pub before: Option<u64>,
    /// At most 500.
    pub limit: u32,
}

/// Which decisions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Newer than this sequence number, oldest first. Excludes `before`.
    pub after: Option<u64>,
    /// Older than this sequence number, newest first.
    pub before: Option<u64>,
    /// In this queue.
    pub queue: Option<String>,
    /// Of this connector.
    pub connector: Option<String>,
    /// `assign`, `hold` or `file`.
    pub disposition: Option<String>,
    /// At most 500.
    pub limit: u32,
}

/// Which interactions in quarantine to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultedFilter {
    /// Newer than this sequence number, oldest first.
    pub after: u64,
    /// Of this plugin.
    pub plugin: Option<String>,
    /// Also those that were not held, because the step was skipped or a fallback answered.
    pub all: bool,
    /// At most 500.
    pub limit: u32,
}

/// How much there is, since ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Deliveries, frames and pages that were accepted.
    pub deliveries: u64,
    /// Deliveries in quarantine.
    pub quarantined: u64,
    /// Interactions held because a plugin failed, not yet decided again.
    pub held_after_fault: u64,
    /// Facts by kind of event.
    pub facts: std::collections::BTreeMap<String, u64>,
    /// Interactions.
    pub interactions: u64,
    /// Occasions that wait for a decision.
    pub pending: u64,
    /// Decisions.
    pub decisions: u64,
    /// Effects that wait in the outbox.
    pub effects_pending: u64,
}

/// The durable store: inbox, decisions, outbox. What it has answered `Ok` to survives a power cut.
#[async_trait]
pub trait Store: Send + Sync {
    /// Commits a delivery with its facts and cursor. A fact already seen, by (connector, account, dedup key), is dropped; a new `said`,
    /// inbound, becomes an interaction and an occasion to decide; an edit that changes the text of a known interaction changes it and is
    /// an occasion too; a removal marks it; the rest is kept and counted. The state that results does not depend on the order in which
    /// facts about one item arrive.
    ///
    /// # Errors
    /// When it is not durable.
    async fn accept(&self, intake: Intake) -> Result<Accepted, StoreError>;
    /// Keeps a delivery that could not be read.
    ///
    /// # Errors
    /// When it is not durable.
    async fn quarantine(&self, delivery: NewQuarantine) -> Result<DeliveryId, StoreError>;
    /// What is in quarantine, oldest first.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn quarantined(&self, after: Option<&DeliveryId>, limit: u32) -> Result<Vec<Quarantined>, StoreError>;
    /// One of them with its bytes.
    ///
    /// # Errors
    /// `NotFound` when it is not in quarantine.
    async fn quarantined_raw(&self, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError>;
    /// Takes a delivery out of quarantine, now that it could be read: as [`Store::accept`], in one commit, under the delivery's old id.
    ///
    /// # Errors
    /// `NotFound` when it is not in quarantine.
    async fn release(&self, id: &DeliveryId, intake: Intake) -> Result<Accepted, StoreError>;
    /// Notes that another try failed.
    ///
    /// # Errors
    /// `NotFound` when it is not in quarantine.
    async fn retain(&self, id: &DeliveryId, cause: String, detail: String, digest: Digest) -> Result<(), StoreError>;
    /// Where a connector's feed or connection resumes.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// What waits for a decision, in order, after this sequence number.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn pending(&self, after: u64, limit: u32) -> Result<Vec<Pending>, StoreError>;
    /// What a chain needs to decide.
    ///
    /// # Errors
    /// `NotFound` when it is not pending.
    async fn work(&self, pending: &Pending) -> Result<Work, StoreError>;
    /// Commits a decision, its trace and its effects as one; updates the conversation's situation.
    ///
    /// # Errors
    /// When it is not durable.
    async fn decide(&self, decision: NewDecision) -> Result<Commit, StoreError>;

    /// Interactions about which a plugin failed in their latest decision, oldest first, one row for each fault.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn faulted(&self, filter: FaultedFilter) -> Result<Vec<FaultedInteraction>, StoreError>;
    /// Makes an occasion ([`model::Trigger::redriven`]) to decide about an interaction again; nothing when one waits already.
    ///
    /// # Errors
    /// `NotFound` when there is no such interaction, it was removed, or nothing failed in its latest decision.
    async fn redecide(&self, interaction: &InteractionId) -> Result<(), StoreError>;

    /// Interactions, newest first, with their sequence numbers.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn interactions(&self, filter: InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError>;
    /// One interaction.
    ///
    /// # Errors
    /// `NotFound`
    async fn interaction(&self, id: &InteractionId) -> Result<InteractionRecord, StoreError>;
    /// Conversations, latest first; `before` is the `last_at` of the last row of the page before.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn conversations(&self, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, StoreError>;
    /// Decisions.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn decisions(&self, filter: DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError>;
    /// One decision with its trace.
    ///
    /// # Errors
    /// `NotFound`
    async fn decision(&self, id: &DecisionId) -> Result<StoredDecision, StoreError>;
    /// All decisions about an interaction, oldest first.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn decisions_of(&self, id: &InteractionId) -> Result<Vec<StoredDecision>, StoreError>;
    /// Deliveries, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn deliveries(&self, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, StoreError>;
    /// How many conversations wait in each queue.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn queues(&self) -> Result<Vec<QueueSummary>, StoreError>;
    /// How much there is.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn totals(&self) -> Result<Totals, StoreError>;
    /// Remembers the configuration of a generation, so that history can name it for ever.
    ///
    /// # Errors
    /// When it is not durable.
    async fn remember_generation(&self, id: &GenerationId, configuration: &model::Configuration, at: Timestamp) -> Result<(), StoreError>;
    /// The configuration of a generation.
    ///
    /// # Errors
    /// `NotFound`
    async fn generation(&self, id: &GenerationId) -> Result<model::Configuration, StoreError>;
    /// Whether the store can commit now; the reason when it cannot.
    ///
    /// # Errors
    /// When it cannot.
    async fn ready(&self) -> Result<(), StoreError>;
}
