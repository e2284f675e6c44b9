//! Threads' media objects, pushed and polled: posts, replies, mentions.

use graph::{Entry, Settings, about, file, key, note, person};
use lenient::{at, attribute, flag, id, list, object, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Value as Attributed, Visibility};
use serde_json::{Value, json};

/// What a delivery tells: `{"topic", "time", "values": {"field", "value"}}`, or the envelope of Meta's other channels.
pub(crate) fn delivered(document: &Value, settings: &Settings) -> Vec<Fact> {
    let nothing = json!({});
    let mut facts = Vec::new();
    let outer = Entry { id: settings.account_id.clone(), time: time(document, "time"), value: &nothing };
    let values = match at(document, "values") {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    facts.extend(values.iter().take(ITEMS_MAX).map(|change| changed(change, &outer, settings)));
    for entry in graph::entries(document) {
        facts.extend(entry.changes().map(|change| changed(change, &entry, settings)));
    }
    if facts.is_empty() {
        facts.push(outer.unsupported(note(text(document, "topic").unwrap_or("delivery"), outer.time), document));
    }
    facts
}

fn changed(change: &Value, entry: &Entry<'_>, settings: &Settings) -> Fact {
    let field = text(change, "field").unwrap_or("change");
    let Some(value) = object(change, "value") else { return entry.unsupported(note(field, entry.time), change) };
    let read = Reader { account: entry.id.as_deref(), settings, at: entry.time };
    let fact = match field {
        "replies" => read.said(value, Kind::Comment, false),
        "mentions" => read.said(value, Kind::Mention, false),
        "publish" | "posts" => read.said(value, read.kind(value), true),
        "delete" => id(value, "id").map(|id| entry.removed(id, who(value), time(value, "deleted_at").or(entry.time))),
        _ => None,
    };
    fact.unwrap_or_else(|| {
        let found = Note { source_id: id(value, "id"), ..note(field, entry.time) };
        entry.unsupported(found, change)
    })
}

/// What a polled list or object tells.
pub(crate) fn listed(document: &Value, list_name: &str, settings: &Settings) -> Vec<Fact> {
    let read = Reader { account: settings.account_id.as_deref(), settings, at: None };
    let nodes = list(document, "data");
    let nodes = if at(document, "data").is_some() { nodes } else { std::slice::from_ref(document) };
    let kind = |node: &Value| if list_name == "mentions" { Kind::Mention } else { read.kind(node) };
    nodes.iter().take(ITEMS_MAX).filter_map(|node| read.said(node, kind(node), list_name == "posts")).collect()
}

struct Reader<'a> {
    account: Option<&'a str>,
    settings: &'a Settings,
    /// For objects that tell no time.
    at: Option<u64>,
}

impl Reader<'_> {
    fn kind(&self, node: &Value) -> Kind {
        if flag(node, "is_reply") || object(node, "replied_to").is_some() { Kind::Comment } else { Kind::Post }
    }

    fn said(&self, node: &Value, kind: Kind, ours: bool) -> Option<Fact> {
        let source_id = id(node, "id").filter(|_| is_media(node))?;
        let author = who(node);
        let is_us = |one: &Author| self.settings.is_own(&one.id);
        let own = ours || flag(node, "is_reply_owned_by_me") || author.as_ref().is_some_and(is_us);
        let root = id(node, "/root_post/id");
        let thread = root.clone().unwrap_or_else(|| source_id.clone());
        let sort = text(node, "media_type").unwrap_or_default();
        let media = ["media_url", "gif_url"].iter().find_map(|name| text(node, name));
        let files =
            media.map(|url| pointsman_plugin::Attachment { description: text(node, "alt_text").map(str::to_owned), ..file(sort, url) });
        let item = Item {
            kind,
            visibility: Visibility::Public,
            direction: if own { Direction::Echo } else { Direction::Inbound },
            conversation: root,
            in_reply_to: id(node, "/replied_to/id"),
            order_key: author.as_ref().map(|author| format!("{thread}/{}", author.id)),
            author,
            text: text(node, "text").unwrap_or_default().to_owned(),
            attachments: files.into_iter().collect(),
            occurred_at: time(node, "timestamp").or_else(|| time(node, "published_at")).or(self.at),
            attributes: attributes(node),
            source_id,
            ..Item::default()
        };
        Some(key(self.account, format!("said:{}", item.source_id), Event::Said(item.bounded())))
    }
}

/// People are known by name; only we have a number.
fn who(node: &Value) -> Option<Author> {
    let handle = text(node, "username").or_else(|| text(node, "/owner/username"));
    let id = id(node, "/owner/id").or_else(|| id(node, "/owner/owner_id")).or_else(|| handle.map(str::to_owned))?;
    let profile_url = handle.map(|name| format!("https://www.threads.net/@{name}"));
    Some(Author { handle: handle.map(str::to_owned), profile_url, ..person(id) })
}

/// Not an account, a location or an insight.
fn is_media(node: &Value) -> bool {
    MEDIA.iter().any(|name| at(node, name).is_some()) && at(node, "threads_biography").is_none()
}

fn attributes(node: &Value) -> Vec<Attribute> {
    let mut found = Vec::new();
    for (name, place) in [
        ("permalink", "permalink"),
        ("link", "link_attachment_url"),
        ("quote-of", "/quoted_post/id"),
        ("hide-status", "hide_status"),
        ("location", "/location/name"),
    ] {
        about(&mut found, name, id(node, place));
    }
    if let Some(poll) = object(node, "poll_attachment") {
        let options = ["option_a", "option_b", "option_c", "option_d"].iter().filter_map(|name| text(poll, name)).map(str::to_owned);
        found.push(attribute("poll-options", Attributed::Texts(options.collect())));
    }
    found
}

const ITEMS_MAX: usize = 500;
const MEDIA: [&str; 24] = [
    "text",
    "timestamp",
    "media_type",
    "media_url",
    "permalink",
    "shortcode",
    "poll_attachment",
    "location",
    "location_id",
    "root_post",
    "replied_to",
    "media_product_type",
    "link_attachment_url",
    "gif_url",
    "is_quote_post",
    "quoted_post",
    "reposted_post",
    "has_replies",
    "is_reply",
    "hide_status",
    "reply_audience",
    "alt_text",
    "topic_tag",
    "children",
];
