//! One entry of a delivery: direct messages, comments, mentions, and the rest.

use graph::{Entry, about, author, is_messaging, key, note};
use lenient::{attribute, flag, id, list, object, text, time};
use pointsman_plugin::{Direction, Event, Fact, Item, Kind, Visibility};
use serde_json::Value;

/// What an entry tells.
pub(crate) fn facts(entry: &Entry<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for event in list(entry.value, "messaging") {
        facts.extend(graph::messaging(event, entry, false));
    }
    for event in list(entry.value, "standby") {
        facts.extend(graph::messaging(event, entry, true));
    }
    facts.extend(entry.changes().flat_map(|change| changed(change, entry)));
    facts
}

fn changed(change: &Value, entry: &Entry<'_>) -> Vec<Fact> {
    let field = text(change, "field").unwrap_or("change");
    match object(change, "value") {
        Some(value) if is_messaging(value) => graph::messaging(value, entry, field == "standby"),
        Some(value) if matches!(field, "comments" | "live_comments") => vec![comment(field, value, entry)],
        Some(value) if field == "mentions" => vec![mention(value, entry)],
        value => {
            let mut found = note(field, entry.time);
            if let Some(media) = value.and_then(|value| id(value, "media_id")) {
                found.conversation = Some(media.clone());
                about(&mut found.attributes, "media-id", Some(media));
            }
            about(&mut found.attributes, "value", value.map(Value::to_string).filter(|value| value.len() <= VALUE_BYTES_MAX));
            vec![if KNOWN.contains(&field) { entry.system(found, change) } else { entry.unsupported(found, change) }]
        }
    }
}

/// `self_ig_scoped_id` marks our own words.
fn comment(field: &str, value: &Value, entry: &Entry<'_>) -> Fact {
    let Some(source_id) = id(value, "id").or_else(|| id(value, "comment_id")) else {
        return entry.unsupported(note(field, entry.time), value);
    };
    let from = object(value, "from");
    let author = from.and_then(author);
    let own =
        from.is_some_and(|from| id(from, "self_ig_scoped_id").is_some()) || author.as_ref().is_some_and(|one| entry.is(Some(&one.id)));
    let media = id(value, "/media/id").or_else(|| id(value, "media_id"));
    let mut attributes = vec![attribute("surface", "comment")];
    for (name, place) in
        [("media-id", "/media/id"), ("media-type", "/media/media_product_type"), ("ad-id", "/media/ad_id"), ("ad-title", "/media/ad_title")]
    {
        about(&mut attributes, name, id(value, place));
    }
    if field == "live_comments" {
        attributes.push(attribute("live", true));
    }
    if flag(value, "hidden") {
        attributes.push(attribute("hidden", true));
    }
    let item = Item {
        kind: Kind::Comment,
        visibility: Visibility::Public,
        direction: if own { Direction::Echo } else { Direction::Inbound },
        in_reply_to: id(value, "parent_id").or_else(|| media.clone()),
        order_key: author.as_ref().map(|author| format!("{}/{}", media.as_ref().unwrap_or(&source_id), author.id)),
        conversation: media,
        author,
        text: text(value, "text").unwrap_or_default().to_owned(),
        occurred_at: time(value, "timestamp").or(entry.time),
        attributes,
        source_id,
        ..Item::default()
    };
    key(entry.id.as_deref(), format!("said:{}", item.source_id), Event::Said(item.bounded()))
}

/// In a comment, or, without `comment_id`, in a caption.
fn mention(value: &Value, entry: &Entry<'_>) -> Fact {
    let media = id(value, "media_id").or_else(|| id(value, "/media/id"));
    let Some(source_id) = id(value, "comment_id").or_else(|| media.clone()) else {
        return entry.unsupported(note("mentions", entry.time), value);
    };
    let mut attributes = vec![attribute("surface", "mention")];
    about(&mut attributes, "media-id", media.clone());
    if id(value, "comment_id").is_none() {
        attributes.push(attribute("caption", true));
    }
    let unique = format!("said:{source_id}");
    let item = Item {
        source_id,
        kind: Kind::Mention,
        visibility: Visibility::Public,
        conversation: media,
        occurred_at: entry.time,
        attributes,
        ..Item::default()
    };
    key(entry.id.as_deref(), unique, Event::Said(item))
}

const VALUE_BYTES_MAX: usize = 4_096;
const KNOWN: [&str; 9] = [
    "story_insights",
    "business_integrity",
    "creator_marketplace_invited_creator_onboarding",
    "creator_marketplace_projects",
    "delta",
    "onboarding_welcome_message_series",
    "share_to_feed",
    "story_share",
    "story_reactions",
];
