//! Facts: what a connector says happened. Only what was *said*, inbound, becomes an interaction that is decided.

use serde::{Deserialize, Serialize};

use crate::{Attachment, Attributes, Author, Engagement, Kind, Timestamp, Visibility};

/// Which way something went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From outside to the company.
    #[default]
    Inbound,
    /// The company's own words coming back.
    Echo,
}

/// Something said. Field by field the contract's `item`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// The channel's id of it.
    pub source_id: String,
    /// What it is.
    pub kind: Kind,
    /// Who can read it.
    pub visibility: Visibility,
    /// Which way it went.
    pub direction: Direction,
    /// The thread or root; absent: the item is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The channel's id of what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// What is processed strictly in order; absent: the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_key: Option<String>,
    /// Who spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// The subject line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// The text with the channel's own markup, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markup: Option<String>,
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
    /// By the channel's clock; absent: the time of receipt counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// What else the channel tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// Something said is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Removal {
    /// The channel's id of the item.
    pub source_id: String,
    /// Who removed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// By the channel's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
}

/// A like, a share, an emoji.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reaction {
    /// The reaction's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// The channel's id of the item.
    pub target: String,
    /// The channel's name of it, or the emoji.
    pub name: String,
    /// False: taken back.
    pub added: bool,
    /// Who reacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// By the channel's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
}

/// How far something that was sent has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Left the channel's hands.
    #[default]
    Sent,
    /// Reached the other side.
    Delivered,
    /// Was read.
    Read,
    /// Will not arrive.
    Failed,
}

/// News of something that was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    /// The receipt's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// The channel's id of what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How far it has come.
    pub progress: Progress,
    /// The channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// By the channel's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
}

/// Something that happened, or that was not understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Its own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// The channel's name of it.
    pub name: String,
    /// The channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// Who can read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// By the channel's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// What else the channel tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// What happened. In JSON `{"said": {…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something was said.
    Said(Item),
    /// The item as it now reads.
    Edited(Item),
    /// The item is gone.
    Removed(Removal),
    /// Somebody reacted.
    Reacted(Reaction),
    /// News of something that was sent.
    Receipt(Receipt),
    /// Joins, renames, automatic replies, policy notices.
    System(Note),
    /// Not understood: kept, counted, shown.
    Unsupported(Note),
}

/// An [`Event`] without what it says: for columns and counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something was said.
    Said,
    /// An item reads anew.
    Edited,
    /// An item is gone.
    Removed,
    /// Somebody reacted.
    Reacted,
    /// News of something that was sent.
    Receipt,
    /// Something happened.
    System,
    /// Not understood.
    Unsupported,
}

impl EventKind {
    /// The name in JSON, columns and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Reacted => "reacted",
            Self::Receipt => "receipt",
            Self::System => "system",
            Self::Unsupported => "unsupported",
        }
    }
}

impl Event {
    /// Which of them it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Said(_) => EventKind::Said,
            Self::Edited(_) => EventKind::Edited,
            Self::Removed(_) => EventKind::Removed,
            Self::Reacted(_) => EventKind::Reacted,
            Self::Receipt(_) => EventKind::Receipt,
            Self::System(_) => EventKind::System,
            Self::Unsupported(_) => EventKind::Unsupported,
        }
    }

    /// The channel's id of what the event is, when it has one of its own.
    #[must_use]
    pub fn source_id(&self) -> Option<&str> {
        match self {
            Self::Said(item) | Self::Edited(item) => Some(&item.source_id),
            Self::Removed(removal) => Some(&removal.source_id),
            Self::Reacted(reaction) => reaction.source_id.as_deref(),
            Self::Receipt(receipt) => receipt.source_id.as_deref(),
            Self::System(note) | Self::Unsupported(note) => note.source_id.as_deref(),
        }
    }

    /// The channel's id of the item that the event is about.
    #[must_use]
    pub fn item_id(&self) -> Option<&str> {
        match self {
            Self::Reacted(reaction) => Some(&reaction.target),
            Self::Receipt(receipt) => receipt.target.as_deref(),
            _ => self.source_id(),
        }
    }

    /// When it happened, by the channel's clock.
    #[must_use]
    pub fn occurred_at(&self) -> Option<Timestamp> {
        match self {
            Self::Said(item) | Self::Edited(item) => item.occurred_at,
            Self::Removed(removal) => removal.occurred_at,
            Self::Reacted(reaction) => reaction.occurred_at,
            Self::Receipt(receipt) => receipt.occurred_at,
            Self::System(note) | Self::Unsupported(note) => note.occurred_at,
        }
    }
}

/// One thing that a delivery, frame or page tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The connected account that received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What makes it unique within (connector, account); absent: kind, id and time of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// What happened.
    pub event: Event,
}

impl Fact {
    /// The key by which the store knows the fact: the connector's own, or kind, id (or target) and time of the event.
    #[must_use]
    pub fn effective_dedup_key(&self) -> String {
        if let Some(key) = &self.dedup_key {
            return key.clone();
        }
        let id = self.event.source_id().or(self.event.item_id()).unwrap_or_default();
        let at = self.event.occurred_at().map(|at| at.0.to_string()).unwrap_or_default();
        format!("{}:{id}:{at}", self.event.kind().name())
    }
}

/// Something that a delivery only points at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pointer {
    /// What to fetch, in the connector's own words.
    pub id: String,
    /// What `hydrate` needs to know.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

#[cfg(test)]
mod tests {
    use super::{Event, Fact, Item, Reaction};
    use crate::Timestamp;

    #[test]
    fn what_makes_a_fact_unique() {
        let item = Item { source_id: "7".to_owned(), occurred_at: Some(Timestamp(5)), ..Item::default() };
        let said = Fact { account: None, dedup_key: None, event: Event::Said(item.clone()) };
        let edited = Fact { event: Event::Edited(item), ..said.clone() };
        let named = Fact { dedup_key: Some("k".to_owned()), ..said.clone() };
        let liked = Event::Reacted(Reaction { target: "7".to_owned(), ..Reaction::default() });
        let cases = [
            (said, "said:7:5"),
            (edited, "edited:7:5"),
            (named, "k"),
            (Fact { account: None, dedup_key: None, event: liked }, "reacted:7:"),
        ];
        for (fact, expected) in cases {
            assert_eq!(fact.effective_dedup_key(), expected);
        }
    }

    #[test]
    fn the_json_of_a_fact() {
        let item = Item { source_id: "7".to_owned(), text: "hi".to_owned(), ..Item::default() };
        let fact = Fact { account: Some("a".to_owned()), dedup_key: None, event: Event::Said(item) };
        let json = serde_json::to_value(&fact).unwrap();
        let expected = serde_json::json!({"account": "a", "event": {"said": {
            "source_id": "7", "kind": "message", "visibility": "private", "direction": "inbound", "text": "hi"}}});
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<Fact>(json).unwrap(), fact);
    }
}
