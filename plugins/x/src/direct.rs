//! Direct messages, of both APIs.

use lenient::{attribute, id, list, object, text, time};
use pointsman_plugin::{Attachment, Author, Content, Direction, Event, Fact, Item, Kind, Note, Value as Attributed, Visibility};
use serde_json::Value;

use crate::account::{author, by_id, own_id};
use crate::document;
use crate::settings::Own;
use crate::tweet::{medium, old_date};

const ENTITIES_MAX: usize = 64;

/// A message of the Account Activity API or of the old API; `users` says who they are.
fn item(message: &Value, users: &Value, own: &Own) -> Option<Item> {
    let data = object(message, "/message_create/message_data").unwrap_or(message);
    let sender = id(message, "/message_create/sender_id").or_else(|| id(message, "sender_id_str")).or_else(|| id(message, "sender_id"))?;
    let recipient = ["/message_create/target/recipient_id", "recipient_id_str", "recipient_id"].iter().find_map(|place| id(message, place));
    let known = object(users, &sender).or_else(|| object(message, "sender"));
    let described = known.and_then(author).filter(|author| author.id == sender);
    let named = text(message, "sender_screen_name").map(str::to_owned);
    let author = described.unwrap_or_else(|| Author { display_name: named.clone(), handle: named, ..by_id(sender.clone()) });
    let conversation = recipient.as_ref().map(|recipient| pair(&sender, recipient));
    let echo = own.is_id(&sender);
    let mut attributes = links(data);
    // An answer goes to the person, whoever spoke last.
    let other = if echo { recipient } else { Some(sender) };
    attributes.extend(other.map(|other| attribute("dm-with", other)));
    attributes.extend(id(data, "/quick_reply_response/metadata").map(|metadata| attribute("quick-reply", metadata)));
    attributes.extend(id(message, "/initiated_via/tweet_id").map(|tweet| attribute("initiated-via", tweet)));
    let medium = object(data, "/attachment/media").and_then(medium);
    Some(Item {
        source_id: own_id(message)?,
        conversation,
        author: Some(author),
        text: markup::unescape(text(data, "text").unwrap_or_default()),
        attachments: medium.into_iter().collect(),
        occurred_at: time(message, "created_timestamp")
            .or_else(|| time(message, "created_at"))
            .or_else(|| old_date(text(message, "created_at")?)),
        attributes,
        ..private(echo)
    })
}

/// What such a message tells.
pub(crate) fn fact(message: &Value, users: &Value, own: &Own) -> Option<Fact> {
    match item(message, users, own) {
        Some(item) => Some(document::fact(Event::Said(item.bounded()), own)),
        None => Some(document::unknown("direct_message", message, own)),
    }
}

/// A message of version 2; `people` and `media` are what it includes.
pub(crate) fn modern(message: &Value, people: &dyn Fn(&str) -> Option<Author>, media: &[Value], own: &Own) -> Fact {
    let kind = text(message, "event_type").unwrap_or_default();
    let sender = id(message, "sender_id");
    let conversation = id(message, "dm_conversation_id");
    let author = sender.as_ref().map(|sender| people(sender).unwrap_or_else(|| by_id(sender.clone())));
    let (Some(source_id), true) = (own_id(message), matches!(kind, "" | "MessageCreate")) else {
        let note = Note {
            source_id: own_id(message),
            name: if kind.is_empty() { "direct_message".to_owned() } else { kind.to_owned() },
            actor: author,
            conversation,
            visibility: Some(Visibility::Private),
            occurred_at: time(message, "created_at"),
            ..Note::default()
        };
        let event = if kind.starts_with("Participants") { Event::System(note) } else { Event::Unsupported(note) };
        return document::fact(event, own);
    };
    let echo = sender.as_ref().is_some_and(|sender| own.is_id(sender));
    let mut attributes = links(message);
    attributes.extend(conversation.as_ref().map(|conversation| attribute("dm-conversation-id", conversation.as_str())));
    if let Some(sender) = sender.filter(|_| !echo) {
        attributes.push(attribute("dm-with", sender));
    }
    let keys = list(message, "/attachments/media_keys");
    let own_media = media.iter().filter(|one| one.get("media_key").is_some_and(|key| keys.contains(key)));
    let referenced = keys.iter().filter_map(Value::as_str).filter(|key| !media.iter().any(|one| text(one, "media_key") == Some(key)));
    let unknown = referenced.map(|key| Attachment {
        media_type: "application/octet-stream".to_owned(),
        content: Content::Reference(key.to_owned()),
        name: None,
        size_bytes: None,
        description: None,
    });
    let item = Item {
        source_id,
        conversation,
        author,
        text: markup::unescape(text(message, "text").unwrap_or_default()),
        attachments: own_media.filter_map(medium).chain(unknown).take(ENTITIES_MAX).collect(),
        occurred_at: time(message, "created_at"),
        attributes,
        ..private(echo)
    };
    document::fact(Event::Said(item.bounded()), own)
}

fn private(echo: bool) -> Item {
    Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        direction: if echo { Direction::Echo } else { Direction::Inbound },
        ..Item::default()
    }
}

fn links(data: &Value) -> Vec<pointsman_plugin::Attribute> {
    let links: Vec<String> =
        list(data, "/entities/urls").iter().take(ENTITIES_MAX).filter_map(|url| text(url, "expanded_url")).map(str::to_owned).collect();
    if links.is_empty() { Vec::new() } else { vec![attribute("links", Attributed::Texts(links))] }
}

/// The id of a conversation of two, as version 2 writes it: the smaller id first.
fn pair(one: &str, other: &str) -> String {
    let (first, second) = if paging::newer(one, other) { (other, one) } else { (one, other) };
    format!("{first}-{second}")
}
