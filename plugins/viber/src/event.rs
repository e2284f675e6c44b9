//! What a delivery tells. Source: Viber's "REST bot API", callbacks.

use lenient::{at, attribute, fingerprint, flag, id, object, text, time};
use pointsman_plugin::{Attachment, Attribute, Author, Content, Fact, Item, Kind, Note, Progress, Receipt, Visibility};
use serde_json::Value;

/// What an event tells; none for Viber's look at the address.
pub(crate) fn fact(body: &Value) -> Option<Fact> {
    let fact = match text(body, "event").unwrap_or_default() {
        "webhook" => return None,
        "message" => message(body),
        "delivered" => receipt(body, Progress::Delivered),
        "seen" => receipt(body, Progress::Read),
        "failed" => receipt(body, Progress::Failed),
        name @ ("subscribed" | "unsubscribed" | "conversation_started" | "client_status" | "action") => happened(Fact::system, name, body),
        name => happened(Fact::unsupported, if name.is_empty() { "document" } else { name }, body),
    };
    // Not told by Viber: one connector is one bot.
    Some(fact)
}

fn message(body: &Value) -> Fact {
    let (Some(token), Some(message)) = (id(body, "message_token"), object(body, "message")) else {
        return happened(Fact::unsupported, "message", body);
    };
    let kind = text(message, "type").unwrap_or_default();
    if !matches!(kind, "text" | "picture" | "video" | "file" | "sticker" | "contact" | "url" | "location" | "rich_media") {
        return happened(Fact::unsupported, "message", body);
    }
    let author = person(body);
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        conversation: id(body, "chat_id").or_else(|| author.as_ref().map(|author| author.id.clone())),
        language: text(body, "/sender/language").map(str::to_owned),
        author,
        attachments: attachment(message, kind).into_iter().collect(),
        occurred_at: time(body, "timestamp"),
        attributes: attributes(body, message, kind),
        ..Item::new(token, words(message, kind))
    };
    Fact::said(item.bounded())
}

/// The words; of a card, what it shows.
fn words(message: &Value, kind: &str) -> String {
    let said = text(message, "text").unwrap_or_default();
    let card = match kind {
        "contact" => [text(message, "/contact/name"), text(message, "/contact/phone_number")],
        "location" => [text(message, "/location/address"), None],
        "url" => [text(message, "media"), None],
        _ => [None, None],
    };
    let lines = [Some(said).filter(|said| !said.is_empty())].into_iter().chain(card).flatten().collect::<Vec<_>>();
    lines.join("\n").trim().to_owned()
}

fn attachment(message: &Value, kind: &str) -> Option<Attachment> {
    let url = text(message, "media").filter(|_| matches!(kind, "picture" | "video" | "file"))?;
    let name = text(message, "file_name");
    let by_kind = match kind {
        "picture" => "image/jpeg",
        "video" => "video/mp4",
        _ => "application/octet-stream",
    };
    Some(Attachment {
        media_type: name.and_then(lenient::media_type).or_else(|| lenient::media_type(url)).unwrap_or(by_kind).to_owned(),
        content: Content::Url(url.to_owned()),
        name: name.map(str::to_owned),
        size_bytes: message.get("size").and_then(Value::as_u64),
        description: None,
    })
}

fn attributes(body: &Value, message: &Value, kind: &str) -> Vec<Attribute> {
    let coordinate = |name: &str, place: &str| Some(attribute(name, lenient::number(message, place)?));
    let mut found = vec![attribute("message-type", kind)];
    found.extend(text(message, "tracking_data").filter(|data| data.len() <= 4_000).map(|data| attribute("tracking-data", data)));
    found.extend(id(message, "sticker_id").map(|sticker| attribute("sticker-id", sticker)));
    found.extend(coordinate("latitude", "/location/lat").into_iter().chain(coordinate("longitude", "/location/lon")));
    found.extend(flag(body, "silent").then(|| attribute("silent", true)));
    found
}

/// Who wrote, or whom it is about.
fn person(body: &Value) -> Option<Author> {
    let Some(person) = object(body, "sender").or_else(|| object(body, "user")) else {
        return Some(Author { id: id(body, "user_id")?, ..Author::default() });
    };
    let more = [("country", "country"), ("language", "language"), ("avatar", "avatar")];
    Some(Author {
        id: id(person, "id")?,
        display_name: text(person, "name").map(str::to_owned),
        attributes: more.iter().filter_map(|(name, field)| Some(attribute(name, text(person, field)?))).collect(),
        ..Author::default()
    })
}

/// How far a message of ours has come: its token is the one that sending it gave.
fn receipt(body: &Value, progress: Progress) -> Fact {
    let token = id(body, "message_token");
    let event = text(body, "event").unwrap_or_default();
    let key = format!("{event}:{}:{}", token.as_deref().unwrap_or_default(), id(body, "user_id").unwrap_or_default());
    let receipt = Receipt {
        source_id: token.clone(),
        target: token,
        progress,
        detail: text(body, "desc").map(str::to_owned),
        actor: person(body),
        conversation: id(body, "chat_id").or_else(|| id(body, "user_id")),
        occurred_at: time(body, "timestamp"),
    };
    Fact::receipt(receipt).dedup_key(key)
}

fn happened(fact: fn(Note) -> Fact, name: &str, body: &Value) -> Fact {
    let actor = person(body);
    let note = Note {
        source_id: id(body, "message_token"),
        text: text(body, "context").map(str::to_owned),
        conversation: id(body, "chat_id").or_else(|| actor.as_ref().map(|actor| actor.id.clone())),
        actor,
        visibility: Some(Visibility::Private),
        occurred_at: time(body, "timestamp"),
        attributes: at(body, "subscribed").and_then(Value::as_bool).map(|flag| attribute("subscribed", flag)).into_iter().collect(),
        ..Note::new(name.chars().take(64).collect::<String>())
    };
    fact(note).dedup_key(format!("{}:{}", text(body, "event").unwrap_or("document"), fingerprint(body.to_string().as_bytes())))
}
