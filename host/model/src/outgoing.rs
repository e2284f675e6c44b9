//! The outbox: what the company wants said or done, each try, and what became of it.

use serde::{Deserialize, Serialize};

use crate::{
    Attachment, Attributes, Broadcast, DecisionId, Digest, Edit, Effect, HostCall, InteractionId, OutgoingId, Progress, Timestamp,
};

/// Words of a person of the company inside a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// Plain text.
    pub text: String,
    /// Only for the customer's eyes.
    pub private: bool,
    /// Files to send along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What else is to be said to the channel; `human-agent` for words that a person wrote, where a channel gives those a longer window.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// What is wanted. In JSON `{"effect": {"answer": {…}}}`, `{"reply": {…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// By a decision.
    Effect(Effect),
    /// A person answers.
    Reply(Words),
    /// A person speaks to everyone.
    Post(Broadcast),
    /// A person changes what was sent.
    Edit(Edit),
    /// A person hides the item with this channel's id.
    Hide(String),
}

impl Wanted {
    /// The kind's name in columns, lists and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Effect(effect) => effect.name(),
            Self::Reply(_) => "reply",
            Self::Post(_) => "post",
            Self::Edit(_) => "edit",
            Self::Hide(_) => "hide",
        }
    }
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutgoingState {
    /// Nobody has tried yet.
    Pending,
    /// A try is under way.
    Sending,
    /// It did not go out; another try comes.
    Waiting,
    /// It may have gone out: the channel is asked before it is tried again.
    Unknown,
    /// It went out, or was done.
    Done,
    /// It did not go out and will not by itself: a person has to look.
    Parked,
    /// It was taken back before it went out.
    Recalled,
}

impl OutgoingState {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Pending, Self::Sending, Self::Waiting, Self::Unknown, Self::Done, Self::Parked, Self::Recalled];

    /// The name in JSON, columns and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Recalled => "recalled",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Parked | Self::Recalled)
    }
}

/// What was done in a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryCall {
    /// Whether this rung can be taken at all; nobody was called.
    Check,
    /// The sender was called.
    Send,
    /// The sender was asked whether it went out.
    Find,
    /// The channel told what became of it.
    Receipt,
}

impl TryCall {
    /// The name in JSON and columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Send => "send",
            Self::Find => "find",
            Self::Receipt => "receipt",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Check, Self::Send, Self::Find, Self::Receipt].into_iter().find(|call| call.name() == name)
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// When it began.
    pub at: Timestamp,
    /// When it ended; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// On which rung of the ladder, from 0.
    pub rung: u32,
    /// Over which connector.
    pub connector: String,
    /// What was done.
    pub call: TryCall,
    /// What came of it: `sent`, `found`, `not-found`, `window-closed`, `too-long`, `later`, `unauthorised`, `never`, `unknown`, `fault`,
    /// `interrupted`, `delivered`, `read`, `failed`, or why the rung cannot be taken. Empty while it is under way.
    pub outcome: String,
    /// In the channel's, the plugin's or the host's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Of the component that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Its calls of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_calls: Vec<HostCall>,
}

/// A part that was sent, by the channel's id of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentItem {
    /// Over which connector.
    pub connector: String,
    /// On which rung.
    pub rung: u32,
    /// The channel's id of it; empty when it was erased.
    pub source_id: String,
    /// How far it has come.
    pub progress: Progress,
}

/// Something in the outbox, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Grows; the cursor of lists.
    pub seq: u64,
    /// The same for every try: of a decision's effect its key.
    pub id: OutgoingId,
    /// `answer`, `notify`, `timer`, `mark`, `reply`, `post`, `edit` or `hide`.
    pub kind: String,
    /// Where it stands.
    pub state: OutgoingState,
    /// Over which connector it goes; of timers, marks and notices the one that read the interaction.
    pub connector: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<InteractionId>,
    /// The decision that wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// The person who wants it, by the token's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Not before this time.
    pub due_at: Timestamp,
    /// When it got where it stands.
    pub changed_at: Timestamp,
    /// On which rung of the ladder, from 0.
    pub rung: u32,
    /// How often it was tried, on all rungs.
    pub tries: u32,
    /// How far it has come, when the channel told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Why it stands where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What is wanted; absent when it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Wanted>,
}

/// Something in the outbox with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutgoingRecord {
    /// As lists show it.
    pub outgoing: Outgoing,
    /// Every try, oldest first.
    pub history: Vec<Try>,
    /// What was sent.
    pub sent: Vec<SentItem>,
}
