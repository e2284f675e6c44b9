//! Documents of both APIs: items, hits of the search, lists of them.

use pointsman_plugin::{Attribute, Author, Direction, Engagement, Event, Fact, Item, Kind, Note, Removal, Visibility};
use serde_json::Value;

use crate::settings::Settings;
use lenient::{attribute, count, flag, id, list, text, time};

/// Facts of one document.
const FACTS_MAX: usize = 1_000;

/// What a document tells. Lists of bare ids and profiles tell nothing that happened.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let hits = list(document, "hits");
    let items: Vec<&Value> = match document {
        Value::Array(items) => items.iter().collect(),
        _ if !hits.is_empty() => hits.iter().collect(),
        _ => vec![document],
    };
    items.into_iter().filter_map(|item| fact(item, settings)).take(FACTS_MAX).collect()
}

fn fact(item: &Value, settings: &Settings) -> Option<Fact> {
    if item.get("objectID").is_some() {
        return hit(item, settings);
    }
    let source_id = id(item, "id")?;
    let at = time(item, "time");
    // Killed by the moderators or by votes: readers no longer see it.
    if flag(item, "deleted") || flag(item, "dead") {
        let removal = Removal { source_id, actor: author(text(item, "by")), occurred_at: at };
        return Some(keyed("removed", &removal.source_id.clone(), Event::Removed(removal)));
    }
    let kind = match text(item, "type") {
        Some("comment") => Kind::Comment,
        Some("story" | "job" | "poll") => Kind::Post,
        Some("pollopt") => return Some(option(item, &source_id)),
        Some(other) => return Some(Fact::unsupported(Note { source_id: Some(source_id), occurred_at: at, ..Note::new(other) })),
        None => return None,
    };
    let parts = Parts {
        kind,
        by: text(item, "by"),
        title: text(item, "title"),
        text: text(item, "text"),
        url: text(item, "url"),
        story: None,
        parent: id(item, "parent"),
        likes: count(item, "score"),
        replies: count(item, "descendants").max(u64::try_from(list(item, "kids").len()).unwrap_or_default()),
        at,
        source_id,
    };
    Some(said(parts, settings))
}

/// A hit of the search.
fn hit(hit: &Value, settings: &Settings) -> Option<Fact> {
    let comment = text(hit, "comment_text").is_some() || list(hit, "_tags").iter().any(|tag| tag == "comment");
    let parts = Parts {
        kind: if comment { Kind::Comment } else { Kind::Post },
        by: text(hit, "author"),
        title: if comment { None } else { text(hit, "title") },
        text: text(hit, "comment_text").or_else(|| text(hit, "story_text")),
        url: text(hit, "url"),
        story: id(hit, "story_id").filter(|_| comment),
        parent: id(hit, "parent_id").filter(|_| comment),
        likes: count(hit, "points"),
        replies: count(hit, "num_comments"),
        at: time(hit, "created_at_i").or_else(|| time(hit, "created_at")),
        source_id: id(hit, "objectID")?,
    };
    Some(said(parts, settings))
}

/// What both forms tell of an item.
struct Parts<'a> {
    source_id: String,
    kind: Kind,
    by: Option<&'a str>,
    title: Option<&'a str>,
    text: Option<&'a str>,
    url: Option<&'a str>,
    story: Option<String>,
    parent: Option<String>,
    likes: u64,
    replies: u64,
    at: Option<u64>,
}

fn said(parts: Parts<'_>, settings: &Settings) -> Fact {
    let source_id = parts.source_id;
    let plain = parts.text.map(markup::text).filter(|plain| !plain.is_empty());
    let conversation = parts.story.or_else(|| parts.parent.clone());
    let link = format!("https://news.ycombinator.com/item?id={source_id}");
    let mut attributes: Vec<Attribute> = vec![attribute("url", link)];
    attributes.extend(parts.url.map(|url| attribute("link", url)));
    let order = |by: &str| format!("{}/{by}", conversation.as_ref().unwrap_or(&source_id));
    let item = Item {
        kind: parts.kind,
        visibility: Visibility::Public,
        direction: if parts.by.is_some_and(|by| settings.is_own(by)) { Direction::Echo } else { Direction::Inbound },
        order_key: parts.by.map(order),
        conversation,
        in_reply_to: parts.parent,
        author: author(parts.by),
        // A story that is only a link says its title.
        subject: parts.title.filter(|_| plain.is_some()).map(markup::unescape),
        markup: parts.text.filter(|html| plain.as_deref() != Some(*html)).map(str::to_owned),
        text: plain.or_else(|| parts.title.map(markup::unescape)).unwrap_or_default(),
        engagement: Some(Engagement { likes: parts.likes, replies: parts.replies, shares: 0, views: None }),
        occurred_at: parts.at,
        attributes,
        source_id,
        ..Item::default()
    };
    keyed("said", &item.source_id.clone(), Event::Said(item.bounded()))
}

/// A choice of a poll: part of what somebody asked, nothing that is answered by itself.
fn option(item: &Value, source_id: &str) -> Fact {
    let note = Note {
        text: text(item, "text").map(markup::text),
        actor: author(text(item, "by")),
        conversation: id(item, "poll"),
        visibility: Some(Visibility::Public),
        occurred_at: time(item, "time"),
        source_id: Some(source_id.to_owned()),
        ..Note::new("poll-option")
    };
    keyed("option", source_id, Event::System(note))
}

fn author(name: Option<&str>) -> Option<Author> {
    let name = name?;
    Some(Author {
        id: name.to_owned(),
        handle: Some(name.to_owned()),
        display_name: Some(name.to_owned()),
        profile_url: Some(format!("https://news.ycombinator.com/user?id={name}")),
        ..Author::default()
    })
}

/// One item comes through several searches.
fn keyed(kind: &str, id: &str, event: Event) -> Fact {
    Fact::new(event).dedup_key(format!("{kind}:{id}"))
}
