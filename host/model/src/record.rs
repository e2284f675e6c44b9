//! What the store keeps and gives back for people to read: rows of lists, and the whole of one thing.

use serde::{Deserialize, Serialize};

use crate::{
    Decision, DecisionId, DeliveryId, Digest, Effect, Fault, GenerationId, Interaction, InteractionId, Priority, Progress, Role, Signal,
    Timestamp, Trace,
};

/// Where an interaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractionState {
    /// Waits for its decision.
    Undecided,
    /// Was decided.
    Decided,
    /// Its author or the channel removed it.
    Removed,
}

/// An interaction with what the host knows about its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InteractionRecord {
    /// What was said.
    pub interaction: Interaction,
    /// The channel's id of it.
    pub source_id: String,
    /// What is processed in order.
    pub order_key: String,
    /// Where it stands.
    pub state: InteractionState,
    /// How it arrived.
    pub delivery: DeliveryId,
    /// The generation that read it.
    pub read_by: GenerationId,
    /// How often its author changed it.
    pub edits: u32,
    /// The latest decision, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
}

/// A delivery, frame or page as it arrived, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverySummary {
    /// Its id.
    pub id: DeliveryId,
    /// Who read it.
    pub connector: String,
    /// By the host's clock.
    pub received_at: Timestamp,
    /// New facts in it.
    pub facts: u32,
    /// Facts in it that were known before.
    pub duplicates: u32,
}

/// A genuine delivery that its connector refused or failed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its id.
    pub id: DeliveryId,
    /// Who should have read it.
    pub connector: String,
    /// By the host's clock.
    pub received_at: Timestamp,
    /// Its size.
    pub body_bytes: u64,
    /// `malformed`, `unsupported`, or a fault's name.
    pub cause: String,
    /// In the connector's or the host's words.
    pub detail: String,
    /// The component that failed on it.
    pub digest: Digest,
    /// How often it was tried.
    pub tries: u32,
}

/// An interaction about which a plugin failed: in quarantine until it is decided again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultedInteraction {
    /// Grows with every fault; the cursor of lists.
    pub seq: u64,
    /// Which interaction.
    pub interaction: InteractionId,
    /// The decision in whose course it happened.
    pub decision: DecisionId,
    /// The connector that read the interaction.
    pub connector: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// The chain.
    pub chain: String,
    /// In which role the plugin failed.
    pub role: Role,
    /// Of the component that failed.
    pub digest: Digest,
    /// What it did wrong.
    pub fault: Fault,
    /// Whether the interaction is held because of it; otherwise the step was skipped or a fallback answered.
    pub held: bool,
}

/// A decision in a list: enough for a table and a live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionSummary {
    /// Grows with every decision; the cursor of lists.
    pub seq: u64,
    /// The decision without its trace.
    pub decision: Decision,
    /// The connector that read the interaction.
    pub connector: String,
    /// The kind of channel.
    pub channel: String,
    /// What was found out.
    pub signals: Vec<Signal>,
    /// Who spoke, as the channel shows it.
    pub author: Option<String>,
    /// The first 200 characters of what was said.
    pub excerpt: String,
    /// Whether any step faulted.
    pub faulted: bool,
}

/// A decision with everything that explains it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredDecision {
    /// What was decided.
    pub decision: Decision,
    /// Why, step by step. Absent when the person's words were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// SHA-256 over the salt, the trace and the decision: what stays when their words are erased.
    pub commitment: Digest,
    /// What is to be done beside it.
    pub effects: Vec<StoredEffect>,
}

/// An effect in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredEffect {
    /// The same for every try: what the outside is told to recognise it by.
    pub key: String,
    /// What is to be done.
    pub effect: Effect,
    /// As in [`crate::OutgoingState`]: `pending`, `sending`, `waiting`, `unknown`, `done`, `parked`, or `recalled`: it was taken back before it
    /// was sent.
    pub state: String,
    /// How often it was tried.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// How far it has come, when the channel told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Why it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// How many wait in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSummary {
    /// The queue's name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Conversations that wait in it.
    pub waiting: u64,
    /// Since when the oldest waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_since: Option<Timestamp>,
    /// The highest priority in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<Priority>,
}
