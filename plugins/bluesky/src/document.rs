//! Any document of the API, told apart by its shape.

use lenient::{at, count, fingerprint, given, list, object, text, time};
use pointsman_plugin::{Engagement, Event, Fact, Note, Reaction};
use serde_json::Value;

use crate::record::{self, Written, keyed};
use crate::settings::Settings;
use crate::{chat, frame, notification, person};

/// Items of one document.
const ITEMS_MAX: usize = 500;
/// How deep a thread is followed.
const DEPTH_MAX: usize = 64;
/// Answers in which nothing happened: lists of accounts, settings, documents of identities.
const SILENT: [&str; 20] = [
    "actors",
    "alsoKnownAs",
    "accessJwt",
    "blob",
    "blocks",
    "convo",
    "convos",
    "count",
    "did",
    "feeds",
    "follows",
    "followers",
    "likes",
    "lists",
    "mutes",
    "preferences",
    "profiles",
    "repostedBy",
    "starterPacks",
    "verificationMethod",
];

/// What a document tells, in its own order.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let each = |place: &str, read: &dyn Fn(&Value) -> Option<Fact>| -> Vec<Fact> {
        list(document, place).iter().take(ITEMS_MAX).filter_map(read).collect()
    };
    let array = |name: &str| at(document, name).is_some_and(Value::is_array);
    if let Value::Array(items) = document {
        return items.iter().take(ITEMS_MAX).flat_map(|item| if item.is_array() { Vec::new() } else { facts(item, settings) }).collect();
    }
    if text(document, "did").is_some() && text(document, "kind").is_some() {
        frame::facts(document, settings)
    } else if array("notifications") {
        each("notifications", &|item| notification::fact(item, settings))
    } else if array("feed") {
        each("feed", &|item| entry(item, settings))
    } else if array("posts") {
        each("posts", &|item| view(item, settings))
    } else if array("records") {
        each("records", &|item| stored(item, settings))
    } else if array("logs") {
        each("logs", &|item| chat::entry(item, settings))
    } else if array("messages") {
        each("messages", &|item| chat::message(item, None, settings))
    } else if let Some(top) = object(document, "thread") {
        let mut found = Vec::new();
        thread(top, settings, 0, &mut found);
        found
    } else if let Some(fact) = view(document, settings).or_else(|| stored(document, settings)) {
        vec![fact]
    } else if let Some(fact) = notification::fact(document, settings).filter(|_| given(document, "reason")) {
        vec![fact]
    } else if SILENT.iter().any(|name| at(document, name).is_some()) && !given(document, "error") {
        Vec::new()
    } else {
        vec![unknown(document, settings)]
    }
}

/// A post as the network shows it.
fn view(post: &Value, settings: &Settings) -> Option<Fact> {
    let (uri, record) = (text(post, "uri")?, object(post, "record")?);
    let engagement = Engagement {
        likes: count(post, "likeCount"),
        replies: count(post, "replyCount"),
        shares: count(post, "repostCount").saturating_add(count(post, "quoteCount")),
        views: None,
    };
    given(post, "author")
        .then(|| {
            let written = Written {
                uri,
                cid: text(post, "cid"),
                record,
                author: object(post, "author").and_then(person::author),
                seen_at: time(post, "indexedAt"),
                engagement: given(post, "likeCount").then_some(engagement),
                mention: false,
                changed: false,
            };
            record::fact(written, settings)
        })
        .filter(|_| !given(post, "reason"))
}

/// An entry of a feed: a post, or somebody's repost of one.
fn entry(entry: &Value, settings: &Settings) -> Option<Fact> {
    let post = object(entry, "post")?;
    let reason = object(entry, "reason").filter(|reason| text(reason, "$type").is_some_and(|kind| kind.ends_with("reasonRepost")));
    let Some(reason) = reason else { return view(post, settings) };
    let actor = object(reason, "by").and_then(person::author);
    let target = text(post, "uri")?.to_owned();
    let source_id = text(reason, "uri").map(str::to_owned);
    let who = actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default();
    let key = source_id.as_ref().map_or_else(|| format!("repost:{target}:{who}"), |uri| format!("record:{uri}:"));
    let reaction = Reaction { source_id, target, name: "repost".to_owned(), added: true, actor, occurred_at: time(reason, "indexedAt") };
    Some(keyed(Event::Reacted(reaction), key, settings))
}

/// A record as its repository keeps it.
fn stored(stored: &Value, settings: &Settings) -> Option<Fact> {
    let (uri, record) = (text(stored, "uri")?, object(stored, "value")?);
    let cid = text(stored, "cid");
    Some(record::fact(
        Written { uri, cid, record, author: None, seen_at: None, engagement: None, mention: false, changed: false },
        settings,
    ))
}

/// A thread: what comes before, the post, what answers it.
fn thread(node: &Value, settings: &Settings, depth: usize, found: &mut Vec<Fact>) {
    if depth > DEPTH_MAX || found.len() >= ITEMS_MAX {
        return;
    }
    if let Some(parent) = object(node, "parent") {
        thread(parent, settings, depth + 1, found);
    }
    found.extend(object(node, "post").and_then(|post| view(post, settings)));
    for reply in list(node, "replies") {
        thread(reply, settings, depth + 1, found);
    }
}

fn unknown(document: &Value, settings: &Settings) -> Fact {
    let name = text(document, "error").or_else(|| text(document, "$type")).unwrap_or("document");
    let note = Note { name: name.chars().take(64).collect(), text: text(document, "message").map(str::to_owned), ..Note::default() };
    keyed(Event::Unsupported(note), format!("document:{}", fingerprint(document.to_string().as_bytes())), settings)
}
