//! Chats: private messages, of the log and of conversations.

use lenient::{attribute, object, text, time};
use pointsman_plugin::{Direction, Event, Fact, Item, Kind, Note, Reaction, Removal, Visibility};
use serde_json::Value;

use crate::settings::Settings;
use crate::{facet, person};

/// What an entry of the log tells.
pub(crate) fn entry(entry: &Value, settings: &Settings) -> Option<Fact> {
    let kind = text(entry, "$type")?.rsplit('#').next().unwrap_or_default();
    let conversation = text(entry, "convoId");
    let message = object(entry, "message");
    let key = format!("{kind}:{}:{}", conversation.unwrap_or_default(), text(entry, "rev").unwrap_or_default());
    let event = match (kind, message) {
        ("logCreateMessage", Some(message)) => return self::message(message, conversation, settings),
        ("logDeleteMessage", Some(message)) => Event::Removed(Removal {
            source_id: text(message, "id")?.to_owned(),
            actor: text(message, "/sender/did").map(person::by_did),
            occurred_at: time(message, "sentAt"),
        }),
        ("logAddReaction" | "logRemoveReaction", Some(message)) => Event::Reacted(Reaction {
            source_id: None,
            target: text(message, "id")?.to_owned(),
            name: text(entry, "/reaction/value").unwrap_or("reaction").to_owned(),
            added: kind == "logAddReaction",
            actor: text(entry, "/reaction/sender/did").map(person::by_did),
            occurred_at: time(entry, "/reaction/createdAt"),
        }),
        _ => {
            let note = Note {
                name: kind.chars().take(64).collect(),
                conversation: conversation.map(str::to_owned),
                visibility: Some(Visibility::Private),
                ..Note::default()
            };
            if kind.starts_with("log") { Event::System(note) } else { Event::Unsupported(note) }
        }
    };
    Some(Fact { account: settings.did.clone(), dedup_key: Some(key), event })
}

/// A message.
pub(crate) fn message(message: &Value, conversation: Option<&str>, settings: &Settings) -> Option<Fact> {
    let source_id = text(message, "id")?.to_owned();
    let sender = text(message, "/sender/did")?;
    let plain = text(message, "text").unwrap_or_default();
    let facets = facet::read(plain, message);
    let mut attributes = Vec::new();
    for (name, value) in [("convo-id", conversation), ("quote-of", text(message, "/embed/record/uri"))] {
        attributes.extend(value.map(|value| attribute(name, value)));
    }
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        direction: if settings.is_own(sender) { Direction::Echo } else { Direction::Inbound },
        conversation: conversation.map(str::to_owned),
        author: Some(person::by_did(sender)),
        text: plain.to_owned(),
        markup: facet::html(plain, &facets),
        occurred_at: time(message, "sentAt"),
        attributes,
        source_id,
        ..Item::default()
    };
    Some(Fact { account: settings.did.clone(), dedup_key: None, event: Event::Said(item.bounded()) })
}
