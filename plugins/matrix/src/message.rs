//! Messages: words, media, stickers, polls; and new wordings of them.

use lenient::{attribute, id, list, object, text};
use pointsman_plugin::{Attachment, Attribute, Content, Direction, Fact, Item, Kind, Visibility};
use serde_json::Value;

use crate::event::Event;

/// What a message tells: something said, something changed, or a notice by a program; none when nothing is left in it.
pub(crate) fn fact(event: &Event<'_>) -> Option<Fact> {
    let content = object(event.json, "content")?;
    let relation = content.get("m.relates_to");
    let kind = text(content, "msgtype").unwrap_or_default();
    // A notice must never be answered: two programs would go on for ever.
    if matches!(kind, "m.notice" | "m.server_notice" | "m.key.verification.request") {
        return Some(event.happened());
    }
    if let Some(original) = relation.filter(|relation| text(relation, "rel_type") == Some("m.replace")).and_then(|it| id(it, "event_id")) {
        let item = item(event, content.get("m.new_content").unwrap_or(content), relation, original)?;
        let key = format!("edited:{}", id(event.json, "event_id").unwrap_or_else(|| lenient::fingerprint(item.text.as_bytes())));
        return Some(Fact::edited(item).dedup_key(key));
    }
    let source_id = id(event.json, "event_id")?;
    // What was redacted before it came has no content any more.
    let empty = content.as_object().is_none_or(|fields| fields.keys().all(|name| name == "m.relates_to"));
    if empty { None } else { item(event, content, relation, source_id).map(Fact::said) }
}

fn item(event: &Event<'_>, content: &Value, relation: Option<&Value>, source_id: String) -> Option<Item> {
    let author = event.author();
    let room = event.room.clone();
    let public = room.as_ref().is_some_and(|room| event.settings.public_rooms.contains(room));
    let is_own = author.as_ref().is_some_and(|author| event.settings.is_own(&author.id));
    let answered = relation.and_then(|relation| id(relation, "/m.in_reply_to/event_id"));
    let own = event.settings.user_id.as_deref();
    let names_us = own.is_some_and(|own| list(content, "/m.mentions/user_ids").iter().any(|user| user.as_str() == Some(own)));
    let order_key = match (&room, &author) {
        (Some(room), Some(author)) if public => Some(format!("{room}/{}", author.id)),
        _ => None,
    };
    let html = text(content, "formatted_body").filter(|_| text(content, "format") == Some("org.matrix.custom.html"));
    let files: Vec<Attachment> = attachment(event, content).into_iter().collect();
    let item = Item {
        kind: match (public, names_us, answered.is_some()) {
            (false, ..) => Kind::Message,
            (true, true, _) => Kind::Mention,
            (true, false, true) => Kind::Comment,
            (true, false, false) => Kind::Post,
        },
        visibility: if public { Visibility::Public } else { Visibility::Private },
        direction: if is_own { Direction::Echo } else { Direction::Inbound },
        conversation: room,
        in_reply_to: answered.clone(),
        order_key,
        author,
        markup: html.map(str::to_owned),
        occurred_at: event.at(),
        attributes: attributes(content, relation),
        ..Item::new(source_id, words(content, !files.is_empty(), answered.is_some()))
    };
    Some(Item { attachments: files, ..item }.bounded())
}

/// The words. Of a file they are its caption: the body is its name, unless the name stands apart.
fn words(content: &Value, file: bool, answers: bool) -> String {
    let question = ["/m.poll/question/m.text/0/body", "/org.matrix.msc3381.poll.start/question/org.matrix.msc1767.text"];
    let body = text(content, "body").or_else(|| question.iter().find_map(|place| text(content, place))).unwrap_or_default();
    if file && text(content, "filename").is_none_or(|name| name == body) {
        return String::new();
    }
    let body = if answers { without_quote(body) } else { body };
    if text(content, "msgtype") == Some("m.emote") { format!("* {}", body.trim()) } else { body.trim().to_owned() }
}

/// Without the lines that old clients quote before an answer: `> <@somebody:…> …`, up to a blank line.
fn without_quote(body: &str) -> &str {
    if !body.starts_with("> <@") && !body.starts_with("> * <@") {
        return body;
    }
    body.split_once("\n\n").filter(|(quote, _)| quote.lines().all(|line| line.starts_with('>'))).map_or(body, |(_, words)| words)
}

/// A file: what `mxc://server/id` means to our homeserver, which wants to know who asks. Encrypted files stay closed.
fn attachment(event: &Event<'_>, content: &Value) -> Option<Attachment> {
    let (server, id) = text(content, "url")?.strip_prefix("mxc://")?.split_once('/')?;
    let (server, id) = (sending::encoded(server), sending::encoded(id));
    let address = format!("{}/_matrix/client/v1/media/download/{server}/{id}", event.settings.base_url());
    let by_kind = match text(content, "msgtype") {
        Some("m.image") => "image/*",
        Some("m.video") => "video/*",
        Some("m.audio") => "audio/*",
        _ if event.name() == "m.sticker" => "image/*",
        _ => "application/octet-stream",
    };
    let name = text(content, "filename").or_else(|| text(content, "body"));
    Some(Attachment {
        media_type: text(content, "/info/mimetype").or_else(|| name.and_then(lenient::media_type)).unwrap_or(by_kind).to_owned(),
        content: Content::Url(address),
        name: name.filter(|name| name.len() <= NAME_BYTES_MAX).map(str::to_owned),
        size_bytes: content.pointer("/info/size").and_then(Value::as_u64),
        description: None,
    })
}

fn attributes(content: &Value, relation: Option<&Value>) -> Vec<Attribute> {
    let thread = relation.filter(|relation| text(relation, "rel_type") == Some("m.thread")).and_then(|relation| text(relation, "event_id"));
    let texts = [("message-type", text(content, "msgtype")), ("thread-id", thread), ("geo-uri", text(content, "geo_uri"))];
    let mut found: Vec<Attribute> = texts.iter().filter_map(|(name, value)| Some(attribute(name, (*value)?))).collect();
    let named: Vec<String> = list(content, "/m.mentions/user_ids").iter().filter_map(Value::as_str).take(16).map(str::to_owned).collect();
    if !named.is_empty() {
        found.push(attribute("mentions", named));
    }
    if object(content, "file").is_some() {
        found.push(attribute("encrypted-file", true));
    }
    found
}

const NAME_BYTES_MAX: usize = 1 << 10;
