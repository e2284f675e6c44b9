//! An intake made ready for the writer: everything named, hashed and serialised by the caller, so that the one writer only writes.

use dispatch::port::{Intake, StoreError};
use model::{Delivery, DeliveryId, Direction, Event, EventKind, Fact, GenerationId, Interaction, InteractionId, Item, Timestamp};

use crate::name::{Name, Realm};
use crate::random;

/// A delivery with its facts.
#[derive(Debug)]
pub(crate) struct NotedDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) connector: String,
    pub(crate) channel: String,
    pub(crate) received_at: Timestamp,
    pub(crate) read_by: GenerationId,
    pub(crate) content: RawContent,
    pub(crate) facts: Vec<NotedFact>,
    pub(crate) cursor: Option<Vec<u8>>,
}

/// A raw delivery in two parts: JSON would swell a body that is not text.
#[derive(Debug)]
pub(crate) struct RawContent {
    /// The delivery without its body, as JSON.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// One fact.
#[derive(Debug)]
pub(crate) struct NotedFact {
    pub(crate) key: Name,
    pub(crate) kind: EventKind,
    pub(crate) item: Option<Name>,
    pub(crate) at: Timestamp,
    /// The fact as JSON.
    pub(crate) content: String,
    pub(crate) bearing: Bearing,
}

/// What a fact does beside being kept.
#[derive(Debug)]
pub(crate) enum Bearing {
    /// A customer spoke: an interaction to decide.
    Said(Box<NotedItem>),
    /// The company's own words came back: the conversation was answered.
    Echo(NotedConversation),
    /// An item reads anew.
    Edited(Box<Item>),
    /// An item is gone.
    Removed,
    /// Kept and counted.
    Kept,
}

/// Where something belongs.
#[derive(Debug)]
pub(crate) struct NotedConversation {
    pub(crate) id: Name,
    /// The channel's id of it.
    pub(crate) name: String,
}

/// Something said, inbound.
#[derive(Debug)]
pub(crate) struct NotedItem {
    pub(crate) id: InteractionId,
    pub(crate) conversation: NotedConversation,
    pub(crate) lane: Name,
    pub(crate) item: Item,
    pub(crate) interaction: Interaction,
}

impl NotedDelivery {
    pub(crate) fn new(id: DeliveryId, intake: Intake) -> Result<Self, StoreError> {
        let facts = intake.facts.iter().map(|fact| NotedFact::new(&intake, fact)).collect::<Result<_, _>>()?;
        Ok(Self {
            id,
            connector: intake.connector,
            channel: intake.channel,
            received_at: intake.received_at,
            read_by: intake.read_by,
            content: RawContent::new(intake.raw)?,
            facts,
            cursor: intake.cursor,
        })
    }
}

impl RawContent {
    pub(crate) fn new(mut raw: Delivery) -> Result<Self, StoreError> {
        let body = std::mem::take(&mut raw.body);
        Ok(Self { head: json(&raw)?, body })
    }

    pub(crate) fn restore(head: &str, body: Vec<u8>) -> Result<Delivery, serde_json::Error> {
        let mut raw: Delivery = serde_json::from_str(head)?;
        raw.body = body;
        Ok(raw)
    }
}

impl NotedFact {
    fn new(intake: &Intake, fact: &Fact) -> Result<Self, StoreError> {
        let account = fact.account.as_deref().or(intake.account.as_deref());
        let name = |realm, id: &str| Name::of(realm, &intake.connector, account, id);
        Ok(Self {
            key: name(Realm::Fact, &fact.effective_dedup_key()),
            kind: fact.event.kind(),
            item: fact.event.item_id().map(|id| name(Realm::Item, id)),
            at: fact.event.occurred_at().unwrap_or(intake.received_at),
            content: json(fact)?,
            bearing: match &fact.event {
                Event::Said(item) if item.direction == Direction::Inbound => {
                    Bearing::Said(Box::new(NotedItem::new(intake, account, item)?))
                }
                Event::Said(item) => Bearing::Echo(NotedConversation::new(intake, account, item)),
                Event::Edited(item) => Bearing::Edited(Box::new(item.clone())),
                Event::Removed(_) => Bearing::Removed,
                Event::Reacted(_) | Event::Receipt(_) | Event::System(_) | Event::Unsupported(_) => Bearing::Kept,
            },
        })
    }
}

impl NotedConversation {
    fn new(intake: &Intake, account: Option<&str>, item: &Item) -> Self {
        let name = item.conversation.as_ref().unwrap_or(&item.source_id);
        Self { id: Name::of(Realm::Conversation, &intake.connector, account, name), name: name.clone() }
    }
}

impl NotedItem {
    fn new(intake: &Intake, account: Option<&str>, item: &Item) -> Result<Self, StoreError> {
        let id = random::interaction_id(intake.received_at)?;
        let conversation = NotedConversation::new(intake, account, item);
        let lane = Name::of(Realm::Lane, &intake.connector, account, item.order_key.as_ref().unwrap_or(&conversation.name));
        let interaction = Interaction {
            id: id.clone(),
            connector: intake.connector.clone(),
            channel: intake.channel.clone(),
            account: account.map(str::to_owned),
            conversation: conversation.name.clone(),
            in_reply_to: item.in_reply_to.clone(),
            kind: item.kind,
            visibility: item.visibility,
            author: item.author.clone(),
            customer: None,
            subject: item.subject.clone(),
            text: item.text.clone(),
            language: item.language.clone(),
            attachments: item.attachments.clone(),
            engagement: item.engagement,
            rating: item.rating,
            occurred_at: item.occurred_at.unwrap_or(intake.received_at),
            received_at: intake.received_at,
            signals: Vec::new(),
            attributes: item.attributes.clone(),
            withheld: Vec::new(),
        };
        Ok(Self { id, conversation, lane, item: item.clone(), interaction })
    }
}

/// The model's JSON form; what cannot be written is a defect of the caller's value.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(broken(&error)))
}

/// Where stored JSON is broken. serde's own words would quote what somebody said, and this goes into logs.
pub(crate) fn broken(error: &serde_json::Error) -> String {
    format!("its JSON is broken at line {}, column {}", error.line(), error.column())
}
