//! Notifications: mentions and what others did with our statuses.

use pointsman_plugin::{Event, Fact, Note, Reaction};
use serde_json::Value;

use crate::account::author;
use crate::settings::Own;
use crate::status::{self, Via};
use lenient::{attribute, id, object, text, time};

/// What a notification tells; none without a type.
pub(crate) fn fact(notification: &Value, own: &Own) -> Option<Fact> {
    let kind = text(notification, "type")?;
    let status = object(notification, "status");
    let fact = match (kind, status) {
        ("mention" | "quote", Some(status)) => status::said(status, Via::Mention, own),
        // `status`: somebody whom we follow closely has posted.
        ("status", Some(status)) => status::said(status, Via::Timeline, own),
        ("update" | "quoted_update", Some(status)) => status::edited(status, own),
        ("favourite" | "reblog" | "reaction" | "pleroma:emoji_reaction" | "emoji_reaction", Some(status)) => {
            reaction(notification, kind, status, own)
        }
        _ => None,
    };
    Some(fact.unwrap_or_else(|| note(notification, kind, own)))
}

fn reaction(notification: &Value, kind: &str, status: &Value, own: &Own) -> Option<Fact> {
    let emoji = text(notification, "emoji").or_else(|| object(notification, "emoji").and_then(|emoji| text(emoji, "shortcode")));
    let name = if matches!(kind, "favourite" | "reblog") { kind } else { emoji.unwrap_or("reaction") };
    let reaction = Reaction {
        source_id: id(notification, "id"),
        target: id(status, "id")?,
        name: name.to_owned(),
        added: true,
        actor: object(notification, "account").and_then(author),
        occurred_at: time(notification, "created_at"),
    };
    let actor = reaction.actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default();
    let key = format!("{name}:{}:{actor}", reaction.target);
    Some(status::fact(key, Event::Reacted(reaction), own))
}

/// Follows, reports, warnings, ended polls, and mentions whose status is gone or hidden from us.
fn note(notification: &Value, kind: &str, own: &Own) -> Fact {
    let source_id = id(notification, "id");
    let mut note = Note {
        name: kind.to_owned(),
        actor: object(notification, "account").and_then(author),
        occurred_at: time(notification, "created_at"),
        source_id,
        ..Note::default()
    };
    if let Some(about) = object(notification, "status").and_then(|status| id(status, "id")) {
        note.attributes.push(attribute("status", about));
    }
    if let Some(report) = object(notification, "report") {
        note.text = text(report, "comment").map(str::to_owned);
    }
    if let Some(warning) = object(notification, "moderation_warning") {
        note.text = text(warning, "text").map(str::to_owned);
    }
    let key = format!("{kind}:{}", note.source_id.as_deref().or(text(notification, "created_at")).unwrap_or_default());
    let event = if KNOWN.contains(&kind) { Event::System(note) } else { Event::Unsupported(note) };
    status::fact(key, event, own)
}

const KNOWN: [&str; 18] = [
    "mention",
    "quote",
    "status",
    "update",
    "quoted_update",
    "favourite",
    "reblog",
    "follow",
    "follow_request",
    "poll",
    "admin.sign_up",
    "admin.report",
    "severed_relationships",
    "moderation_warning",
    "annual_report",
    "move",
    "added_to_collection",
    "collection_update",
];
