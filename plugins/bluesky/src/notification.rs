//! Notifications: what others did to us.

use lenient::{attribute, object, text, time};
use pointsman_plugin::{Event, Fact, Note, Reaction};
use serde_json::Value;

use crate::person;
use crate::post::created_at;
use crate::record::{self, Written, keyed};
use crate::settings::Settings;

/// What a notification tells; none without an address.
pub(crate) fn fact(notification: &Value, settings: &Settings) -> Option<Fact> {
    let uri = text(notification, "uri")?;
    let author = object(notification, "author").and_then(person::author);
    let record = object(notification, "record").unwrap_or(&Value::Null);
    let seen_at = time(notification, "indexedAt");
    let reason = text(notification, "reason").unwrap_or_default();
    let written = Written {
        uri,
        cid: text(notification, "cid"),
        record,
        author: author.clone(),
        seen_at,
        engagement: None,
        mention: matches!(reason, "mention" | "quote"),
        changed: false,
    };
    let subject = text(notification, "reasonSubject").or_else(|| text(record, "/subject/uri"));
    match (reason, subject) {
        ("mention" | "reply" | "quote" | "subscribed-post", _) => Some(record::fact(written, settings)),
        ("like" | "repost" | "like-via-repost" | "repost-via-repost", Some(subject)) => {
            // Of a repost that was liked the post counts, which the record names.
            let target = text(record, "/subject/uri").unwrap_or(subject).to_owned();
            let name = reason.trim_end_matches("-via-repost").to_owned();
            let occurred_at = created_at(record, seen_at);
            let reaction = Reaction { source_id: Some(uri.to_owned()), target, name, added: true, actor: author, occurred_at };
            Some(keyed(Event::Reacted(reaction), format!("record:{uri}:"), settings))
        }
        _ => {
            let mut note = Note {
                source_id: Some(uri.to_owned()),
                name: if reason.is_empty() { "notification".to_owned() } else { reason.chars().take(64).collect() },
                actor: author,
                visibility: Some(pointsman_plugin::Visibility::Public),
                occurred_at: created_at(record, seen_at),
                ..Note::default()
            };
            note.attributes.extend(subject.map(|subject| attribute("subject", subject)));
            let event = if KNOWN.contains(&reason) { Event::System(note) } else { Event::Unsupported(note) };
            Some(keyed(event, format!("record:{uri}:"), settings))
        }
    }
}

const KNOWN: [&str; 6] = ["follow", "starterpack-joined", "verified", "unverified", "contact-match", "group-join"];
