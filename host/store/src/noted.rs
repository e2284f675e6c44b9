//! An intake made ready for the writer: everything named, hashed and serialised by the caller, so that the one writer only writes.

use std::sync::Arc;

use dispatch::port::{Intake, StoreError};
use model::{Delivery, DeliveryId, Direction, Event, EventKind, Fact, GenerationId, Interaction, Item, Timestamp};

use crate::name::{Name, Realm};
use crate::random;

/// What a usual interaction takes as JSON.
const EXPECTED_BYTES: usize = 1_024;

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
    /// With the name of the item as something that was sent.
    Echo(NotedConversation, Name),
    /// An item reads anew.
    Edited(Box<Item>),
    /// An item is gone.
    Removed,
    /// News of something that was sent.
    Receipt(NotedReceipt),
    /// Kept and counted.
    Kept,
}

/// How far something has come that was sent.
#[derive(Debug)]
pub(crate) struct NotedReceipt {
    /// What.
    pub(crate) sent: Name,
    pub(crate) progress: model::Progress,
    pub(crate) detail: Option<String>,
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
    pub(crate) conversation: NotedConversation,
    pub(crate) lane: Name,
    /// The channel's id of the item.
    pub(crate) source_id: String,
    /// As it was said.
    pub(crate) interaction: Arc<Interaction>,
    /// The same as JSON.
    pub(crate) words: String,
}

impl NotedDelivery {
    pub(crate) fn new(id: DeliveryId, intake: Intake) -> Result<Self, StoreError> {
        let Intake { connector, channel, account, received_at, read_by, raw, facts, cursor } = intake;
        let source = Source { connector: &connector, channel: &channel, account: account.as_deref(), received_at };
        let facts = facts.into_iter().map(|fact| NotedFact::new(&source, fact)).collect::<Result<_, _>>()?;
        Ok(Self { id, connector, channel, received_at, read_by, content: RawContent::new(raw)?, facts, cursor })
    }
}

/// Where facts come from.
struct Source<'a> {
    connector: &'a str,
    channel: &'a str,
    account: Option<&'a str>,
    received_at: Timestamp,
}

impl Source<'_> {
    /// Something that was sent over this connector, whichever its account.
    fn sent(&self, id: &str) -> Name {
        Name::of(Realm::Sent, self.connector, None, id)
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
    fn new(source: &Source<'_>, mut fact: Fact) -> Result<Self, StoreError> {
        let content = json(&fact)?;
        let own = fact.account.take();
        let source = &Source { account: own.as_deref().or(source.account), ..*source };
        let name = |realm, id: &str| Name::of(realm, source.connector, source.account, id);
        Ok(Self {
            key: name(Realm::Fact, &fact.effective_dedup_key()),
            kind: fact.event.kind(),
            item: fact.event.item_id().map(|id| name(Realm::Item, id)),
            at: fact.event.occurred_at().unwrap_or(source.received_at),
            content,
            bearing: match fact.event {
                Event::Said(item) if item.direction == Direction::Inbound => Bearing::Said(Box::new(NotedItem::new(source, item)?)),
                Event::Said(item) => Bearing::Echo(NotedConversation::new(source, &item), source.sent(&item.source_id)),
                Event::Edited(item) => Bearing::Edited(Box::new(item)),
                Event::Removed(_) => Bearing::Removed,
                Event::Receipt(receipt) => match &receipt.target {
                    Some(target) => {
                        Bearing::Receipt(NotedReceipt { sent: source.sent(target), progress: receipt.progress, detail: receipt.detail })
                    }
                    None => Bearing::Kept,
                },
                Event::Reacted(_) | Event::System(_) | Event::Unsupported(_) => Bearing::Kept,
            },
        })
    }
}

impl NotedConversation {
    fn new(source: &Source<'_>, item: &Item) -> Self {
        let name = item.conversation.as_ref().unwrap_or(&item.source_id);
        Self { id: Name::of(Realm::Conversation, source.connector, source.account, name), name: name.clone() }
    }
}

impl NotedItem {
    fn new(source: &Source<'_>, item: Item) -> Result<Self, StoreError> {
        let id = random::interaction_id(source.received_at)?;
        let conversation = NotedConversation::new(source, &item);
        let order_key = item.order_key.as_ref().unwrap_or(&conversation.name);
        let lane = Name::of(Realm::Lane, source.connector, source.account, order_key);
        let interaction = Interaction {
            id,
            connector: source.connector.to_owned(),
            channel: source.channel.to_owned(),
            account: source.account.map(str::to_owned),
            conversation: conversation.name.clone(),
            in_reply_to: item.in_reply_to,
            kind: item.kind,
            visibility: item.visibility,
            author: item.author,
            customer: None,
            subject: item.subject,
            text: item.text,
            language: item.language,
            attachments: item.attachments,
            engagement: item.engagement,
            rating: item.rating,
            occurred_at: item.occurred_at.unwrap_or(source.received_at),
            received_at: source.received_at,
            signals: Vec::new(),
            attributes: item.attributes,
            withheld: Vec::new(),
        };
        Ok(Self { conversation, lane, source_id: item.source_id, words: json(&interaction)?, interaction: Arc::new(interaction) })
    }
}

/// The model's JSON form; what cannot be written is a defect of the caller's value.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    let mut out = Vec::with_capacity(EXPECTED_BYTES);
    serde_json::to_writer(&mut out, value).map_err(|error| StoreError::Corrupt(broken(&error)))?;
    String::from_utf8(out).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Where stored JSON is broken. serde's own words would quote what somebody said, and this goes into logs.
pub(crate) fn broken(error: &serde_json::Error) -> String {
    format!("its JSON is broken at line {}, column {}", error.line(), error.column())
}
