//! What a message holds: text, files, cards, places.

use lenient::{attribute, count, given, id, list, object, text};
use pointsman_plugin::{Attachment, Attribute, Content as Place};
use serde_json::Value;

use crate::entity;

/// Parts of a rich message, rows of a table, tasks of a list.
const PARTS_MAX: usize = 500;
/// How deep a rich text may be nested.
const DEPTH_MAX: usize = 16;

/// The content of a message.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) markup: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) attributes: Vec<Attribute>,
}

/// Reads it; none when the message holds nothing that is known.
pub(crate) fn content(message: &Value) -> Option<Content> {
    let attachments = attachments(message);
    let (said, entities) = match text(message, "text") {
        Some(said) => (Some(said), list(message, "entities")),
        None => (text(message, "caption"), list(message, "caption_entities")),
    };
    let mut content = Content { attachments, ..Content::default() };
    if let Some(said) = said {
        said.clone_into(&mut content.text);
        content.markup = entity::html(said, entities);
        content.attributes = entity::attributes(said, entities);
    } else if let Some(card) = card(message) {
        content.text = card;
    } else if content.attachments.is_empty() && !given(message, "story") {
        return None;
    }
    content.attributes.extend(place(message));
    if let Some(phone) = text(message, "/contact/phone_number") {
        content.attributes.push(attribute("contact-phone", phone));
    }
    Some(content)
}

/// The largest photo, and every other file.
fn attachments(message: &Value) -> Vec<Attachment> {
    let largest = list(message, "photo").iter().max_by_key(|size| (count(size, "width"), count(size, "file_size")));
    let mut found: Vec<Attachment> = largest.and_then(|photo| file(photo, "image/jpeg")).into_iter().collect();
    const FILES: [(&str, &str); 8] = [
        ("animation", "video/mp4"),
        ("audio", "audio/mpeg"),
        ("document", "application/octet-stream"),
        ("live_photo", "image/jpeg"),
        ("sticker", "image/webp"),
        ("video", "video/mp4"),
        ("video_note", "video/mp4"),
        ("voice", "audio/ogg"),
    ];
    for (field, media_type) in FILES {
        // An animation comes again as the document that old clients know.
        let again = field == "document" && given(message, "animation");
        found.extend(object(message, field).filter(|_| !again).and_then(|one| file(one, media_type)));
    }
    for paid in list(message, "/paid_media/paid_media").iter().take(PARTS_MAX) {
        found.extend(object(paid, "video").and_then(|video| file(video, "video/mp4")));
        let largest = list(paid, "photo").iter().max_by_key(|size| count(size, "width"));
        found.extend(largest.and_then(|photo| file(photo, "image/jpeg")));
    }
    found
}

fn file(file: &Value, media_type: &str) -> Option<Attachment> {
    let name = text(file, "file_name").map(str::to_owned);
    let known = text(file, "mime_type").or_else(|| name.as_deref().and_then(lenient::media_type));
    Some(Attachment {
        media_type: known.unwrap_or(media_type).to_owned(),
        content: Place::Reference(id(file, "file_id")?),
        size_bytes: Some(count(file, "file_size")).filter(|size| *size > 0),
        name,
        description: text(file, "emoji").map(str::to_owned),
    })
}

/// What is no text, in words.
fn card(message: &Value) -> Option<String> {
    let lines = |places: &[&str]| -> String { places.iter().filter_map(|place| text(message, place)).collect::<Vec<_>>().join("\n") };
    let said = if given(message, "rich_message") {
        blocks(list(message, "/rich_message/blocks"), 0)
    } else if given(message, "contact") {
        let name: Vec<&str> = ["first_name", "last_name"].iter().filter_map(|field| text(message, &format!("/contact/{field}"))).collect();
        format!("{}\n{}", name.join(" "), text(message, "/contact/phone_number").unwrap_or_default())
    } else if given(message, "poll") {
        let options = list(message, "/poll/options").iter().take(PARTS_MAX).filter_map(|option| text(option, "text"));
        text(message, "/poll/question").into_iter().chain(options).collect::<Vec<_>>().join("\n")
    } else if given(message, "checklist") {
        let tasks = list(message, "/checklist/tasks").iter().take(PARTS_MAX).filter_map(|task| text(task, "text"));
        text(message, "/checklist/title").into_iter().chain(tasks).collect::<Vec<_>>().join("\n")
    } else if given(message, "dice") {
        format!("{} {}", text(message, "/dice/emoji").unwrap_or_default(), count(message, "/dice/value"))
    } else {
        let known = ["venue", "game", "invoice", "sticker", "location"].into_iter().find(|field| given(message, field))?;
        match known {
            "venue" => lines(&["/venue/title", "/venue/address"]),
            "game" => lines(&["/game/title", "/game/description"]),
            "invoice" => lines(&["/invoice/title", "/invoice/description"]),
            "sticker" => lines(&["/sticker/emoji"]),
            _ => coordinates(object(message, "location")?).unwrap_or_default(),
        }
    };
    Some(said.trim().to_owned())
}

fn place(message: &Value) -> Option<Attribute> {
    let place = object(message, "/venue/location").or_else(|| object(message, "location"))?;
    Some(attribute("location", coordinates(place)?))
}

fn coordinates(place: &Value) -> Option<String> {
    Some(format!("{}, {}", lenient::number(place, "latitude")?, lenient::number(place, "longitude")?))
}

/// The words of a rich message, a line for each block.
fn blocks(blocks: &[Value], depth: usize) -> String {
    if depth > DEPTH_MAX {
        return String::new();
    }
    let line = |block: &Value| {
        let mut said = rich(block.get("text").unwrap_or(&Value::Null), depth);
        for inner in ["blocks", "items"] {
            let inner = self::blocks(list(block, inner), depth + 1);
            if !inner.is_empty() {
                said = if said.is_empty() { inner } else { format!("{said}\n{inner}") };
            }
        }
        let rows = list(block, "cells").iter().take(PARTS_MAX).map(|row| {
            let cells = row.as_array().map(Vec::as_slice).unwrap_or_default().iter().take(PARTS_MAX);
            cells.map(|cell| rich(cell.get("text").unwrap_or(&Value::Null), depth)).collect::<Vec<_>>().join("\t")
        });
        let rows: Vec<String> = rows.collect();
        if rows.is_empty() { said } else { format!("{said}{}", rows.join("\n")) }
    };
    blocks.iter().take(PARTS_MAX).map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A rich text: a text, a list of rich texts, or an object with one.
fn rich(value: &Value, depth: usize) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) if depth <= DEPTH_MAX => parts.iter().take(PARTS_MAX).map(|part| rich(part, depth + 1)).collect(),
        Value::Object(part) if depth <= DEPTH_MAX => part.get("text").map(|inner| rich(inner, depth + 1)).unwrap_or_default(),
        _ => String::new(),
    }
}
