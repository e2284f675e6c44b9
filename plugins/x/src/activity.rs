//! The Account Activity API (lists of events of one account), and the X Activity API that follows it (one event in an envelope).

use lenient::{at, attribute, given, id, object, text, time};
use pointsman_plugin::{Event, Fact, Note, Progress, Reaction, Receipt, Visibility};
use serde_json::Value;

use crate::account::{author, by_id, own_id};
use crate::document::{ITEMS_MAX, fact, removed, unknown};
use crate::settings::Own;
use crate::{direct, modern, tweet};

/// Whether it is a delivery of the Account Activity API.
pub(crate) fn is_activity(document: &Value) -> bool {
    given(document, "for_user_id")
        || given(document, "user_event")
        || document.as_object().is_some_and(|fields| fields.iter().any(|(name, value)| name.ends_with("_events") && value.is_array()))
}

/// What it tells: list after list, each in its own order.
pub(crate) fn facts(document: &Value, own: &Own) -> Vec<Fact> {
    let own = &own.delivered_to(id(document, "for_user_id").or_else(|| own.delivered_to.clone()));
    let users = document.get("users").unwrap_or(&Value::Null);
    let mut found = Vec::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Array(events) if name.ends_with("_events") => {
                found.extend(events.iter().take(ITEMS_MAX).flat_map(|event| event_facts(name, event, users, own)));
            }
            Value::Object(_) if name == "user_event" => found.push(revoked(value, own)),
            _ => {}
        }
    }
    if found.is_empty() { vec![unknown("activity", document, own)] } else { found }
}

fn event_facts(name: &str, event: &Value, users: &Value, own: &Own) -> Vec<Fact> {
    let read = match name {
        "tweet_create_events" => return tweet::facts(event, own),
        "tweet_delete_events" => object(event, "status").and_then(|gone| removed(gone, time(event, "timestamp_ms"), own)),
        "favorite_events" | "like_events" => liked(event, true).map(|event| fact(event, own)),
        "unfavorite_events" | "unlike_events" => liked(event, false).map(|event| fact(event, own)),
        "direct_message_events" => direct::fact(event, users, own),
        "direct_message_mark_read_events" => read(event, users).map(|event| fact(event, own)),
        "direct_message_indicate_typing_events" => Some(between("typing", event, users, own)),
        "follow_events" | "unfollow_events" | "block_events" | "unblock_events" | "mute_events" | "unmute_events" => {
            let fallback = name.trim_end_matches("_events");
            Some(between(text(event, "type").unwrap_or(fallback), event, users, own))
        }
        _ => None,
    };
    vec![read.unwrap_or_else(|| unknown(name, event, own))]
}

fn liked(event: &Value, added: bool) -> Option<Event> {
    let target = object(event, "favorited_status").or_else(|| object(event, "unfavorited_status")).and_then(own_id);
    Some(Event::Reacted(Reaction {
        source_id: id(event, "id"),
        target: target.or_else(|| id(event, "liked_tweet_id")).or_else(|| id(event, "tweet_id"))?,
        name: "like".to_owned(),
        added,
        actor: object(event, "user").and_then(author).or_else(|| id(event, "liking_user_id").or_else(|| id(event, "user_id")).map(by_id)),
        occurred_at: time(event, "timestamp_ms")
            .or_else(|| time(event, "created_at"))
            .or_else(|| tweet::old_date(text(event, "created_at")?)),
    }))
}

fn person(id: String, users: &Value) -> pointsman_plugin::Author {
    object(users, &id).and_then(author).unwrap_or_else(|| by_id(id))
}

fn read(event: &Value, users: &Value) -> Option<Event> {
    let reader = id(event, "sender_id")?;
    Some(Event::Receipt(Receipt {
        source_id: None,
        target: Some(id(event, "last_read_event_id")?),
        progress: Progress::Read,
        detail: None,
        actor: Some(person(reader, users)),
        conversation: None,
        occurred_at: time(event, "created_timestamp"),
    }))
}

/// Something between two accounts that nobody said.
fn between(name: &str, event: &Value, users: &Value, own: &Own) -> Fact {
    let source = object(event, "source").and_then(author).or_else(|| Some(person(id(event, "sender_id")?, users)));
    let target = object(event, "target").and_then(own_id).or_else(|| id(event, "/target/recipient_id"));
    let at = time(event, "created_timestamp").or_else(|| time(event, "timestamp_ms"));
    let who = source.as_ref().map(|author| author.id.as_str()).unwrap_or_default();
    let key = format!("{name}:{who}:{}:{}", target.as_deref().unwrap_or_default(), at.unwrap_or_default());
    let note = Note {
        name: name.to_owned(),
        actor: source,
        visibility: (name == "typing").then_some(Visibility::Private),
        occurred_at: at,
        attributes: target.map(|target| attribute("target", target)).into_iter().collect(),
        ..Note::default()
    };
    Fact { dedup_key: Some(key), ..fact(Event::System(note), own) }
}

/// A person took back what they had allowed.
fn revoked(event: &Value, own: &Own) -> Fact {
    let revoke = object(event, "revoke").unwrap_or(event);
    let note = Note {
        name: "revoke".to_owned(),
        actor: id(revoke, "/source/user_id").map(by_id),
        occurred_at: time(revoke, "date_time"),
        ..Note::default()
    };
    fact(Event::System(note), own)
}

/// An event of the X Activity API: what it wraps is an object of version 2, or lists of the Account Activity API.
pub(crate) fn wrapped(document: &Value, own: &Own) -> Vec<Fact> {
    let data = document.get("data").unwrap_or(&Value::Null);
    let kind = text(data, "event_type").unwrap_or_default();
    let payload = data.get("payload").unwrap_or(&Value::Null);
    let own = &own.delivered_to(id(data, "/filter/user_id"));
    let includes = at(data, "includes").or_else(|| at(document, "includes")).unwrap_or(&Value::Null);
    if is_activity(payload) {
        return facts(payload, own);
    }
    let key = id(data, "event_uuid").map(|id| format!("event:{id}"));
    match kind {
        "post.create" | "post.mention.create" | "post.reply.create" | "post.quote.create" | "dm.received" | "dm.sent"
            if payload.is_object() =>
        {
            modern::single(payload, includes, own)
        }
        "post.delete" => vec![removed(payload, None, own).unwrap_or_else(|| unknown(kind, document, own))],
        "like.create" | "like.delete" => {
            let event = liked(payload, kind == "like.create").map(|event| Fact { dedup_key: key, ..fact(event, own) });
            vec![event.unwrap_or_else(|| unknown(kind, document, own))]
        }
        // End-to-end encrypted: only the person's own devices can read it.
        _ if kind.starts_with("chat.") => vec![noted(kind, payload, key, own, true)],
        _ if ["follow.", "profile.", "dm.", "mute.", "block.", "spaces.", "oauth.", "news."]
            .iter()
            .any(|start| kind.starts_with(start)) =>
        {
            vec![noted(kind, payload, key, own, false)]
        }
        _ => vec![unknown(kind, document, own)],
    }
}

fn noted(kind: &str, payload: &Value, key: Option<String>, own: &Own, encrypted: bool) -> Fact {
    let people = ["/source/id", "/source/data/id", "sender_id", "user_id", "/user/id", "author_id"];
    let private = encrypted || kind.starts_with("dm.");
    let note = Note {
        source_id: id(payload, "id"),
        name: kind.to_owned(),
        text: text(payload, "after").map(str::to_owned),
        actor: people.iter().find_map(|place| id(payload, place)).map(by_id),
        conversation: id(payload, "conversation_id").or_else(|| id(payload, "dm_conversation_id")),
        visibility: private.then_some(Visibility::Private),
        occurred_at: ["created_at", "created_timestamp", "created_at_msec"].iter().find_map(|place| time(payload, place)),
        attributes: ["/target/id", "/target/data/id"]
            .iter()
            .find_map(|place| id(payload, place))
            .map(|id| attribute("target", id))
            .into_iter()
            .collect(),
    };
    let event = if encrypted { Event::Unsupported(note) } else { Event::System(note) };
    Fact { dedup_key: key, ..fact(event, own) }
}
