//! The way out: what senders, responders and sinks are given and give back.

use serde::{Deserialize, Serialize};

use crate::{Attachment, Attributes, GenerationId, Interaction, Priority, Routing, Timestamp};

/// An answer inside a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// The channel's id of the conversation.
    pub conversation: String,
    /// The channel's id of the item that is answered.
    pub in_reply_to: Option<String>,
    /// The channel's id of the person.
    pub recipient: Option<String>,
    /// Only for the recipient's eyes.
    pub private: bool,
    /// Plain text.
    pub text: String,
    /// Files to send along.
    pub attachments: Vec<Attachment>,
    /// When the customer spoke last.
    pub last_inbound_at: Option<Timestamp>,
    /// What else is to be said to the channel.
    pub attributes: Attributes,
}

/// Something said to everyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Broadcast {
    /// The connected account that speaks.
    pub account: String,
    /// Plain text.
    pub text: String,
    /// Files to send along.
    pub attachments: Vec<Attachment>,
    /// What else is to be said to the channel.
    pub attributes: Attributes,
}

/// A text that the channel has approved before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// The channel's id of the person.
    pub recipient: String,
    /// Its name.
    pub name: String,
    /// BCP 47.
    pub language: String,
    /// What fills its places, in order.
    pub params: Vec<String>,
}

/// A new wording of something sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// The channel's id of what was sent.
    pub source_id: String,
    /// Plain text.
    pub text: String,
}

/// What is to go out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outbound {
    /// An answer.
    Reply(Reply),
    /// Something said to everyone.
    Post(Broadcast),
    /// An approved text.
    Template(Template),
    /// A new wording.
    Edit(Edit),
    /// Hide the item with this channel's id.
    Hide(String),
}

/// How it went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivered {
    /// The channel's ids of what was sent.
    Sent(Vec<String>),
    /// Bytes for the host to send over the declared transport.
    HandOver(Vec<u8>),
}

/// Why it did not go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelivered {
    /// The channel's reply window is over.
    WindowClosed(String),
    /// Longer than this many of the channel's units.
    TooLong(u32),
    /// Worth another try, not before `at`.
    Later {
        /// Not before this time.
        at: Option<Timestamp>,
        /// Why.
        why: String,
    },
    /// The credential does not open the door.
    Unauthorised(String),
    /// No try will help.
    Never(String),
    /// It may have been sent.
    Unknown(String),
}

/// A reply that an agent may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Plain text.
    pub text: String,
    /// Only for the customer's eyes.
    #[serde(default)]
    pub private: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Zero to one.
    pub confidence: f32,
}

/// One interaction and what was decided, for sinks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// As granted to the plugin.
    pub interaction: Interaction,
    /// What the prioritizer said.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// What was decided.
    pub routing: Routing,
    /// The generation that decided.
    pub generation: GenerationId,
}
