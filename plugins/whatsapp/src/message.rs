//! Messages, ours from the app included: what their `type` says they are.

use graph::about;
use lenient::{attribute, flag, id, list, object, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Reaction, Timestamp, Visibility};
use serde_json::Value;

use crate::body::{self, Body};
use crate::person::Place;

/// What a message tells.
pub(crate) fn fact(message: &Value, place: &Place<'_>, direction: Direction) -> Fact {
    let told = Told::of(message, place, direction);
    match text(message, "type").unwrap_or_default() {
        "reaction" => told.reaction(),
        "edit" => told.edited(),
        "revoke" => match id(message, "/revoke/original_message_id") {
            Some(original) => place.entry.removed(original, told.author, told.at),
            None => told.unsupported(),
        },
        "system" => told.system(text(message, "/system/type").unwrap_or("system"), message.get("system")),
        // Somebody opened the chat for the first time and has not spoken yet.
        "request_welcome" => told.system("request_welcome", None),
        "interactive" if text(message, "/interactive/type") == Some("call_permission_reply") => {
            told.system("call_permission_reply", message.pointer("/interactive/call_permission_reply"))
        }
        _ => match body::of(message) {
            Some(body) => told.said(body),
            None => told.unsupported(),
        },
    }
}

/// A message and what stands around it.
struct Told<'a> {
    message: &'a Value,
    place: &'a Place<'a>,
    source_id: String,
    author: Option<Author>,
    /// The group, else the customer: one person is one conversation.
    conversation: Option<String>,
    direction: Direction,
    at: Option<Timestamp>,
}

impl<'a> Told<'a> {
    fn of(message: &'a Value, place: &'a Place<'a>, direction: Direction) -> Self {
        let author = place.author(message);
        let at = time(message, "timestamp").or(place.entry.time);
        let known_by = author.as_ref().map(|author| author.id.clone());
        let customer = match direction {
            Direction::Echo => id(message, "to").or_else(|| id(message, "to_user_id")),
            Direction::Inbound => known_by.clone(),
        };
        let made_up = || graph::ident(format!("message:{}:{}", known_by.as_deref().unwrap_or_default(), at.unwrap_or_default()));
        let source_id = id(message, "id").unwrap_or_else(made_up);
        Self { message, place, source_id, author, conversation: id(message, "group_id").or(customer), direction, at }
    }

    fn said(self, body: Body) -> Fact {
        let key = format!("said:{}", self.source_id);
        let source_id = self.source_id.clone();
        let event = Event::Said(self.item(source_id, body));
        self.place.fact(key, event)
    }

    /// The edit names the message and brings the new one whole.
    fn edited(self) -> Fact {
        let original = id(self.message, "/edit/original_message_id");
        let body = object(self.message, "/edit/message").and_then(body::of);
        match (original, body) {
            (Some(original), Some(body)) => {
                let key = format!("edited:{original}:{}", self.source_id);
                let event = Event::Edited(self.item(original, body));
                self.place.fact(key, event)
            }
            _ => self.unsupported(),
        }
    }

    fn item(&self, source_id: String, body: Body) -> Item {
        let mut attributes = body.attributes;
        self.context(&mut attributes);
        let item = Item {
            source_id,
            kind: Kind::Message,
            visibility: Visibility::Private,
            direction: self.direction,
            conversation: self.conversation.clone(),
            in_reply_to: id(self.message, "/context/id"),
            author: self.author.clone(),
            text: body.text,
            attachments: body.attachments,
            occurred_at: self.at,
            attributes,
            ..Item::default()
        };
        item.bounded()
    }

    /// Forwarded, from an advertisement, about a product, in a group.
    fn context(&self, attributes: &mut Vec<Attribute>) {
        let message = self.message;
        for (name, place) in [("forwarded", "/context/forwarded"), ("frequently-forwarded", "/context/frequently_forwarded")] {
            if flag(message, place) {
                attributes.push(attribute(name, true));
            }
        }
        for (name, place) in [
            ("group-id", "group_id"),
            ("product-id", "/context/referred_product/product_retailer_id"),
            ("catalogue-id", "/context/referred_product/catalog_id"),
            ("ad-id", "/referral/source_id"),
            ("ad-url", "/referral/source_url"),
            ("ad-type", "/referral/source_type"),
            ("ad-headline", "/referral/headline"),
            ("ad-click-id", "/referral/ctwa_clid"),
            ("origin", "origin"),
        ] {
            about(attributes, name, id(message, place));
        }
    }

    /// An empty or missing emoji takes the reaction back.
    fn reaction(self) -> Fact {
        let Some(target) = id(self.message, "/reaction/message_id") else { return self.unsupported() };
        let emoji = text(self.message, "/reaction/emoji");
        let reaction = Reaction {
            source_id: Some(self.source_id.clone()),
            target,
            name: emoji.unwrap_or("reaction").to_owned(),
            added: emoji.is_some(),
            actor: self.author.clone(),
            occurred_at: self.at,
        };
        self.place.fact(format!("reacted:{}", self.source_id), Event::Reacted(reaction))
    }

    fn system(self, name: &str, what: Option<&Value>) -> Fact {
        let mut attributes = Vec::new();
        for field in ["wa_id", "new_wa_id", "user_id", "parent_user_id", "customer", "response", "expiration_timestamp", "response_source"]
        {
            about(&mut attributes, &field.replace('_', "-"), what.and_then(|what| id(what, field)));
        }
        let words = what.and_then(|what| text(what, "body")).map(str::to_owned);
        let note = Note { text: words, attributes, ..self.note(name) };
        self.place.entry.system(note, self.message)
    }

    fn unsupported(self) -> Fact {
        let error = list(self.message, "errors").first();
        let why =
            error.and_then(|error| text(error, "/error_data/details").or_else(|| text(error, "details")).or_else(|| text(error, "title")));
        let name = text(self.message, "/unsupported/type").or_else(|| text(self.message, "type")).unwrap_or("message");
        let note = Note { text: why.map(str::to_owned), ..self.note(name) };
        self.place.entry.unsupported(note, self.message)
    }

    fn note(&self, name: &str) -> Note {
        Note {
            source_id: Some(self.source_id.clone()),
            actor: self.author.clone(),
            conversation: self.conversation.clone(),
            ..self.place.note(name, self.at)
        }
    }
}
