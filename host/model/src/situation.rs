//! What a policy is told about a conversation: counted by the host, recorded with the decision.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Timestamp};

/// Why the policy is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An interaction has arrived.
    #[default]
    Arrived,
    /// Its author has changed its text.
    Edited,
    /// An agent has replied.
    AgentReplied,
    /// A closed case was opened again.
    Reopened,
    /// The timer with this name rang.
    Timer(String),
    /// The service level with this name broke.
    Breached(String),
    /// Something else.
    Other(String),
}

impl Trigger {
    /// It is decided again because a plugin had failed on it.
    #[must_use]
    pub fn redriven() -> Self {
        Self::Other("redriven".to_owned())
    }

    /// It is decided again because the generation that decided was withdrawn.
    #[must_use]
    pub fn withdrawn() -> Self {
        Self::Other("withdrawn".to_owned())
    }

    /// The kind's name in columns and conditions.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Edited => "edited",
            Self::AgentReplied => "agent_replied",
            Self::Reopened => "reopened",
            Self::Timer(_) => "timer",
            Self::Breached(_) => "breached",
            Self::Other(_) => "other",
        }
    }
}

/// Field by field the contract's `situation`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Situation {
    /// Why the policy is asked.
    pub trigger: Trigger,
    /// The time to decide by.
    pub now: Timestamp,
    /// A case is open for the conversation.
    pub case_open: bool,
    /// The queue that it waits in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The agent who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The agent who had it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_agent: Option<String>,
    /// What the customer said in this conversation, this included.
    pub inbound_count: u32,
    /// What the customer said since the last reply, this included.
    pub unanswered_count: u32,
    /// When the case was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When somebody replied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reply_at: Option<Timestamp>,
    /// When the first response is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_response_due_at: Option<Timestamp>,
    /// When the case is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution_due_at: Option<Timestamp>,
    /// What else the desk tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Situation {
    /// The attribute that tells when the customer spoke last in the conversation, in Unix milliseconds; there only when that was after what
    /// is decided about.
    pub const LAST_INBOUND_AT: &'static str = "last-inbound-at";
    /// The attribute that tells until when the channel takes replies, in Unix milliseconds; there only when its connector declares a window.
    pub const REPLY_WINDOW_ENDS_AT: &'static str = "reply-window-ends-at";
}
