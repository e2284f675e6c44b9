//! An interaction: what somebody said, on a channel, to or about the company.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Author, Customer, InteractionId, Signal, Timestamp};

/// What was said is one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A direct message, a mail.
    #[default]
    Message,
    /// An answer below something public.
    Comment,
    /// Something public of its own.
    Post,
    /// Something public that names the company.
    Mention,
    /// A judgement with or without a rating.
    Review,
    /// A form filled in by somebody interested.
    Lead,
    /// A phone call.
    Call,
    /// Anything else that was said.
    Other,
}

impl Kind {
    /// The name in JSON and conditions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Comment => "comment",
            Self::Post => "post",
            Self::Mention => "mention",
            Self::Review => "review",
            Self::Lead => "lead",
            Self::Call => "call",
            Self::Other => "other",
        }
    }
}

/// Who can read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone.
    Public,
    /// A limited circle.
    Restricted,
    /// The two sides.
    #[default]
    Private,
    /// Only the company.
    Internal,
}

impl Visibility {
    /// The name in JSON and conditions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// How others took part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Engagement {
    /// Likes, favourites, up-votes.
    pub likes: u64,
    /// Replies.
    pub replies: u64,
    /// Shares, reposts.
    pub shares: u64,
    /// Views, when the channel tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
}

/// Where an attachment's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// First byte and number of bytes in the raw delivery or frame.
    RawRange(u64, u64),
    /// An address.
    Url(String),
    /// An id that the host looks up as the connector's manifest says (`media`).
    Reference(String),
}

/// A file that came with an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As the channel says.
    pub media_type: String,
    /// Where its bytes are.
    pub content: Content,
    /// The file's name as given; never a path to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Decoded size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// The author's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What was said, whole or as projected to a plugin's granted fields (then `withheld` names what was kept back).
///
/// Every field may be missing in JSON, so that an author can try a classifier on `{"text":"…"}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interaction {
    /// The host's id; random, so that it tells nothing.
    pub id: InteractionId,
    /// The connector that read it.
    pub connector: String,
    /// The kind of channel.
    pub channel: String,
    /// The connected account that received it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What belongs together.
    pub conversation: String,
    /// The channel's id of what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Who can read it.
    pub visibility: Visibility,
    /// Who spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// What the company knows of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// The subject line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Files that came with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// How others took part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Engagement>,
    /// Zero to one, for reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<f32>,
    /// By the channel's clock.
    pub occurred_at: Timestamp,
    /// By the host's clock.
    pub received_at: Timestamp,
    /// What was found out, in the order of the steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// What else the connector told.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    /// Fields that exist but were not granted, by their grant's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}
