//! What was decided.

use utoipa::ToSchema;

use super::interaction::{Reason, Signal};
use super::trace::Trace;

/// One share of a priority: `weight` times `level`.
#[derive(ToSchema)]
pub(crate) struct Factor {
    /// Kebab-case.
    name: String,
    /// Zero to one.
    level: f32,
    /// Points of the score at level one.
    weight: f32,
    /// Why it has this level.
    reason: Reason,
}

/// How soon.
#[derive(ToSchema)]
pub(crate) struct Priority {
    /// From 0 (whenever) to 100 (now).
    score: f32,
    /// What made the score.
    factors: Vec<Factor>,
}

/// What an agent must or should be able to do.
#[derive(ToSchema)]
pub(crate) struct Skill {
    /// Kebab-case.
    name: String,
    /// The least level, zero to one.
    level: f32,
    /// Optional after this time; absent: required for ever.
    drop_after_ms: Option<u64>,
}

/// Where to look for somebody.
#[derive(ToSchema)]
pub(crate) struct Target {
    /// The queue's configured name.
    queue: String,
    /// What the agent must be able to do.
    skills: Option<Vec<Skill>>,
    /// Whom to ask first.
    preferred_agent: Option<String>,
    /// On to the next target after this time.
    timeout_ms: Option<u64>,
}

/// How soon it must be answered and done.
#[derive(ToSchema)]
pub(crate) struct ServiceLevel {
    /// Until the first response.
    first_response_ms: Option<u64>,
    /// Until the case is done.
    resolution_ms: Option<u64>,
}

/// Give it to somebody.
#[derive(ToSchema)]
pub(crate) struct Assignment {
    /// Tried in order.
    targets: Vec<Target>,
    /// How soon.
    service_level: ServiceLevel,
}

/// What becomes of an interaction.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Disposition {
    /// Give it to somebody.
    Assign(Assignment),
    /// Keep it for a person in this queue.
    Hold(String),
    /// Recorded and counted, no case needed.
    File,
}

/// Words for the customer.
#[derive(ToSchema)]
pub(crate) struct Answer {
    /// Plain text.
    text: String,
    /// Only for the customer's eyes.
    private: bool,
    /// What else is to be said to the channel, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// Words for somebody inside the company.
#[derive(ToSchema)]
pub(crate) struct Notice {
    /// Who.
    recipient: String,
    /// Plain text.
    text: String,
}

/// Something to do beside the disposition.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Answer the customer.
    Answer(Answer),
    /// Tell somebody inside.
    Notify(Notice),
    /// Ask the policy again.
    Timer {
        /// The timer's name.
        name: String,
        /// After this time.
        after_ms: u64,
    },
    /// Mark the conversation.
    Mark {
        /// The mark's name.
        name: String,
        /// A text, a number, a boolean or a list of texts.
        #[schema(value_type = Value)]
        value: (),
    },
}

/// What a router said.
#[derive(ToSchema)]
pub(crate) struct Routing {
    /// What becomes of it.
    disposition: Disposition,
    /// What to do beside it.
    effects: Option<Vec<Effect>>,
    /// Why.
    reasons: Vec<Reason>,
}

/// What the chain decided about one interaction on one occasion.
#[derive(ToSchema)]
pub(crate) struct Decision {
    /// Its own id.
    id: String,
    /// About what: an interaction's id.
    interaction: String,
    /// Why it was asked for: `arrived`, `edited`, `agent_replied`, `reopened`, or an object with `timer`, `breached` or `other`.
    #[schema(value_type = Value)]
    trigger: (),
    /// The generation that read the interaction.
    read_by: String,
    /// The generation that decided.
    decided_by: String,
    /// The chain that ran.
    chain: String,
    /// By the host's clock, in Unix milliseconds.
    decided_at: u64,
    /// How soon; absent when no prioritizer ran.
    priority: Option<Priority>,
    /// Where, what else, and why.
    routing: Routing,
}

/// A decision in a list.
#[derive(ToSchema)]
pub(crate) struct DecisionSummary {
    /// Grows with every decision; the cursor of lists.
    seq: u64,
    /// The decision without its trace.
    decision: Decision,
    /// The connector that read the interaction.
    connector: String,
    /// The kind of channel.
    channel: String,
    /// What was found out.
    signals: Vec<Signal>,
    /// Who spoke, as the channel shows it.
    author: Option<String>,
    /// The first 200 characters of what was said.
    excerpt: String,
    /// Whether any step faulted.
    faulted: bool,
}

/// An effect in the outbox.
#[derive(ToSchema)]
pub(crate) struct StoredEffect {
    /// The same for every try.
    key: String,
    /// What is to be done.
    effect: Effect,
    /// `pending`, `sending`, `waiting`, `unknown`, `done`, `parked`, or `recalled`: it was taken back before it was sent.
    state: String,
    /// How often it was tried; absent: never.
    tries: Option<u32>,
    /// `sent`, `delivered`, `read` or `failed`: how far it has come, when the channel told.
    progress: Option<String>,
    /// Why it stands there.
    why: Option<String>,
}

/// A decision with everything that explains it.
#[derive(ToSchema)]
pub(crate) struct StoredDecision {
    /// What was decided.
    decision: Decision,
    /// Why, step by step. Absent when the person's words were erased.
    trace: Option<Trace>,
    /// SHA-256 over the salt, the trace and the decision.
    commitment: String,
    /// What is to be done beside it.
    effects: Vec<StoredEffect>,
}

/// How many wait in a queue.
#[derive(ToSchema)]
pub(crate) struct QueueSummary {
    /// The queue's name.
    name: String,
    /// For people.
    title: String,
    /// Conversations that wait in it.
    waiting: u64,
    /// Since when the oldest waits, in Unix milliseconds.
    oldest_since: Option<u64>,
    /// The highest priority in it.
    top: Option<Priority>,
}
