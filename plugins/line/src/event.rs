//! What an event tells. Source: LINE's "Messaging API reference", webhook event objects.

use lenient::{attribute, fingerprint, flag, id, object, text, time};
use pointsman_plugin::{Attachment, Attribute, Author, Content, Fact, Item, Kind, Note, Progress, Receipt, Removal, Visibility};
use serde_json::Value;

/// What an event tells.
pub(crate) fn fact(event: &Value, account: Option<&str>) -> Fact {
    let name = text(event, "type").unwrap_or_default();
    let told = match name {
        "message" => message(event).map(Fact::said),
        "messageEdited" => message(event).map(|item| {
            let key = format!("edited:{}:{}", item.source_id, item.occurred_at.unwrap_or_default());
            Fact::edited(item).dedup_key(key)
        }),
        "unsend" => unsend(event),
        "delivery" => delivery(event),
        "postback" => Some(happened(Fact::system, event, name, text(event, "/postback/data"))),
        "beacon" => Some(happened(Fact::system, event, name, text(event, "/beacon/type"))),
        "things" => Some(happened(Fact::system, event, name, text(event, "/things/type"))),
        "membership" => Some(happened(Fact::system, event, name, text(event, "/membership/type"))),
        "videoPlayComplete" => Some(happened(Fact::system, event, name, text(event, "/videoPlayComplete/trackingId"))),
        "accountLink" => Some(happened(Fact::system, event, name, text(event, "/link/result"))),
        "follow" | "unfollow" | "join" | "leave" | "memberJoined" | "memberLeft" | "activated" | "deactivated" | "botSuspended"
        | "botResumed" | "module" => Some(happened(Fact::system, event, name, None)),
        _ => None,
    };
    let fact = told.unwrap_or_else(|| happened(Fact::unsupported, event, if name.is_empty() { "event" } else { name }, None));
    Fact { account: account.map(str::to_owned), ..fact }
}

/// A message; none when it is of a type that nobody here knows.
fn message(event: &Value) -> Option<Item> {
    let message = object(event, "message")?;
    let kind = text(message, "type")?;
    if !matches!(kind, "text" | "image" | "video" | "audio" | "file" | "location" | "sticker") {
        return None;
    }
    let source_id = id(message, "id")?;
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        conversation: conversation(event),
        in_reply_to: id(message, "quotedMessageId"),
        author: author(event),
        attachments: attachment(message, kind, &source_id).into_iter().collect(),
        occurred_at: time(event, "timestamp"),
        attributes: attributes(event, message, kind),
        ..Item::new(source_id, words(message, kind))
    };
    Some(item.bounded())
}

/// The words; of a place, what it is called and where it is.
fn words(message: &Value, kind: &str) -> String {
    if kind == "location" {
        return ["title", "address"].iter().filter_map(|field| text(message, field)).collect::<Vec<_>>().join("\n");
    }
    text(message, "text").unwrap_or_default().trim().to_owned()
}

/// A file: at an address of the company's own, or with LINE under the message's id.
fn attachment(message: &Value, kind: &str, id: &str) -> Option<Attachment> {
    let media_type = match kind {
        "image" => "image/jpeg",
        "video" => "video/mp4",
        "audio" => "audio/mp4",
        "file" => text(message, "fileName").and_then(lenient::media_type).unwrap_or("application/octet-stream"),
        _ => return None,
    };
    let elsewhere = text(message, "/contentProvider/originalContentUrl");
    Some(Attachment {
        media_type: media_type.to_owned(),
        content: elsewhere.map_or_else(|| Content::Reference(id.to_owned()), |url| Content::Url(url.to_owned())),
        name: text(message, "fileName").map(str::to_owned),
        size_bytes: message.get("fileSize").and_then(Value::as_u64),
        description: None,
    })
}

fn attributes(event: &Value, message: &Value, kind: &str) -> Vec<Attribute> {
    let mut found = vec![attribute("message-type", kind)];
    let texts = [
        ("reply-token", text(event, "replyToken")),
        ("quote-token", text(message, "quoteToken")),
        ("sticker-id", text(message, "stickerId")),
        ("sticker-package-id", text(message, "packageId")),
        ("image-set-id", text(message, "/imageSet/id")),
        ("source-type", text(event, "/source/type")),
    ];
    found.extend(texts.iter().filter_map(|(name, value)| Some(attribute(name, (*value)?))));
    let place = [("latitude", "latitude"), ("longitude", "longitude")];
    found.extend(place.iter().filter_map(|(name, field)| Some(attribute(name, lenient::number(message, field)?))));
    let keywords: Vec<String> = lenient::list(message, "keywords").iter().filter_map(Value::as_str).take(16).map(str::to_owned).collect();
    if !keywords.is_empty() {
        found.push(attribute("sticker-keywords", keywords));
    }
    let named = lenient::list(message, "/mention/mentionees").iter().any(|one| flag(one, "isSelf"));
    found.extend(named.then(|| attribute("mentions-us", true)));
    // Another service has the chat now: what we say is refused.
    found.extend((text(event, "mode") == Some("standby")).then(|| attribute("standby", true)));
    found
}

/// A group, a room, or the person alone.
fn conversation(event: &Value) -> Option<String> {
    ["/source/groupId", "/source/roomId", "/source/userId"].iter().find_map(|place| id(event, place))
}

/// Who wrote. LINE gives no names.
fn author(event: &Value) -> Option<Author> {
    Some(Author { id: id(event, "/source/userId")?, ..Author::default() })
}

fn unsend(event: &Value) -> Option<Fact> {
    let source_id = id(event, "/unsend/messageId")?;
    let key = format!("removed:{source_id}");
    Some(Fact::removed(Removal { source_id, actor: author(event), occurred_at: time(event, "timestamp") }).dedup_key(key))
}

/// A notification by phone number has arrived.
fn delivery(event: &Value) -> Option<Fact> {
    let target = id(event, "/delivery/data")?;
    let key = format!("delivery:{target}");
    let receipt = Receipt {
        target: Some(target),
        progress: Progress::Delivered,
        conversation: conversation(event),
        occurred_at: time(event, "timestamp"),
        ..Receipt::default()
    };
    Some(Fact::receipt(receipt).dedup_key(key))
}

fn happened(fact: fn(Note) -> Fact, event: &Value, name: &str, words: Option<&str>) -> Fact {
    let note = Note {
        source_id: id(event, "/message/id").or_else(|| id(event, "webhookEventId")),
        text: words.map(str::to_owned),
        actor: author(event),
        conversation: conversation(event),
        visibility: Some(Visibility::Private),
        occurred_at: time(event, "timestamp"),
        attributes: text(event, "replyToken").map(|token| attribute("reply-token", token)).into_iter().collect(),
        ..Note::new(name.chars().take(64).collect::<String>())
    };
    fact(note).dedup_key(format!("{name}:{}", digest(event)))
}

/// The event's own id, or a digest of what is the same when it is delivered again.
fn digest(event: &Value) -> String {
    id(event, "webhookEventId").unwrap_or_else(|| {
        let mut event = event.clone();
        if let Some(fields) = event.as_object_mut() {
            fields.remove("deliveryContext");
            fields.remove("replyToken");
        }
        fingerprint(event.to_string().as_bytes())
    })
}
