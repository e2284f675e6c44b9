//! What was decided: a priority with its factors, a disposition, effects, and reasons for all of them.

use serde::{Deserialize, Serialize};

use crate::{Attributes, DecisionId, GenerationId, InteractionId, Reason, Timestamp, Trigger, Value};

/// One share of a priority: `weight` times `level`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// Kebab-case.
    pub name: String,
    /// Zero to one.
    pub level: f32,
    /// Points of the score at level one.
    pub weight: f32,
    /// Why it has this level.
    pub reason: Reason,
}

/// How soon.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Priority {
    /// From 0 (whenever) to 100 (now).
    pub score: f32,
    /// What made the score.
    #[serde(default)]
    pub factors: Vec<Factor>,
}

/// What an agent must or should be able to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skill {
    /// Kebab-case.
    pub name: String,
    /// The least level, zero to one.
    #[serde(default)]
    pub level: f32,
    /// Optional after this time; absent: required for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_after_ms: Option<u64>,
}

/// Where to look for somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The queue's configured name.
    pub queue: String,
    /// What the agent must be able to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// Whom to ask first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_agent: Option<String>,
    /// On to the next target after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// How soon it must be answered and done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceLevel {
    /// Until the first response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_response_ms: Option<u64>,
    /// Until the case is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution_ms: Option<u64>,
}

/// Give it to somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Tried in order, 1 to 8.
    pub targets: Vec<Target>,
    /// How soon.
    #[serde(default)]
    pub service_level: ServiceLevel,
}

/// What becomes of an interaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Give it to somebody.
    Assign(Assignment),
    /// Keep it for a person in this queue.
    Hold(String),
    /// Recorded and counted, no case needed.
    File,
}

impl Disposition {
    /// The kind's name in columns, conditions and tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::Hold(_) => "hold",
            Self::File => "file",
        }
    }

    /// The queue that it waits in first.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Assign(assignment) => assignment.targets.first().map(|target| target.queue.as_str()),
            Self::Hold(queue) => Some(queue),
            Self::File => None,
        }
    }
}

/// Words for the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Plain text.
    pub text: String,
    /// Only for the customer's eyes.
    #[serde(default)]
    pub private: bool,
    /// What else is to be said to the channel.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// Words for somebody inside the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who.
    pub recipient: String,
    /// Plain text.
    pub text: String,
}

/// Something to do beside the disposition; committed with the decision, carried out afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
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
        /// Its value.
        value: Value,
    },
}

impl Effect {
    /// The kind's name in columns and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::Notify(_) => "notify",
            Self::Timer { .. } => "timer",
            Self::Mark { .. } => "mark",
        }
    }
}

/// What a router said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// What becomes of it.
    pub disposition: Disposition,
    /// What to do beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Why.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// What the chain decided about one interaction on one occasion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its own id.
    pub id: DecisionId,
    /// About what.
    pub interaction: InteractionId,
    /// Why it was asked for.
    pub trigger: Trigger,
    /// The generation that read the interaction.
    pub read_by: GenerationId,
    /// The generation that decided.
    pub decided_by: GenerationId,
    /// The chain that ran.
    pub chain: String,
    /// By the host's clock.
    pub decided_at: Timestamp,
    /// How soon; absent when no prioritizer ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Where, what else, and why.
    pub routing: Routing,
}
