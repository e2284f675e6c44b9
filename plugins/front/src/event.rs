//! Events of conversations, as rules post them or, inside `payload`, as applications do.

use pointsman_plugin::{
    Attachment, Attribute, Author, Content, Direction, Event, Fact, Item, Kind, Note, Progress, Receipt, Value as Attributed, Visibility,
};
use serde_json::Value;

use lenient::{id, list, object, text, time};

const ATTACHMENTS_MAX: usize = 32;
const TAGS_MAX: usize = 64;

/// The one thing that a delivery tells.
pub(crate) fn fact(document: &Value) -> Fact {
    let event = object(document, "payload").filter(|payload| payload.get("conversation").is_some() || payload.get("target").is_some());
    let event = event.unwrap_or(document);
    let name = text(document, "type").or_else(|| text(event, "type")).unwrap_or("event");
    let message = object(event, "/target/data").filter(|target| is_message(event, target));
    let told = match name {
        "inbound" | "inbound_received" | "outbound" | "outbound_sent" | "out_reply" | "message" => {
            message.and_then(|message| said(event, message))
        }
        "message_bounce_error" | "sending_error" | "message_delivery_failed" => failed(event, message, name),
        "event" => Some(Event::Unsupported(note(event, name))),
        _ => None,
    };
    let told = told.unwrap_or_else(|| Event::System(note(event, name)));
    let key = match &told {
        // A rule and an application tell of the same message.
        Event::Said(item) => Some(format!("said:{}", item.source_id)),
        _ => id(event, "id"),
    };
    Fact { account: id(event, "/source/data/0/address").or_else(|| id(event, "/source/data/0/id")), dedup_key: key, event: told }
}

fn is_message(event: &Value, target: &Value) -> bool {
    text(event, "/target/_meta/type") == Some("message") || target.get("is_inbound").is_some()
}

fn said(event: &Value, message: &Value) -> Option<Event> {
    let source_id = id(message, "id")?;
    let inbound = message.get("is_inbound").and_then(Value::as_bool).unwrap_or(text(event, "type") == Some("inbound"));
    let html = text(message, "body").unwrap_or_default();
    let plain =
        text(message, "text").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).unwrap_or_else(|| markup::text(html));
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        direction: if inbound { Direction::Inbound } else { Direction::Echo },
        conversation: conversation(event),
        author: if inbound { customer(event, message) } else { teammate(message) },
        subject: text(message, "subject").or_else(|| text(event, "/conversation/subject")).map(str::to_owned),
        markup: Some(html).filter(|html| !html.is_empty() && *html != plain).map(str::to_owned),
        attachments: list(message, "attachments").iter().filter_map(attachment).take(ATTACHMENTS_MAX).collect(),
        occurred_at: time(message, "created_at").or_else(|| time(event, "emitted_at")),
        attributes: attributes(event, message),
        ..Item::new(source_id, plain)
    };
    Some(Event::Said(item.bounded()))
}

fn conversation(event: &Value) -> Option<String> {
    id(event, "/conversation/id").or_else(|| id(event, "conversation_id"))
}

/// Who wrote: the recipient in the role `from`.
fn customer(event: &Value, message: &Value) -> Option<Author> {
    let from = list(message, "recipients").iter().find(|one| text(one, "role") == Some("from"));
    let from = from.or_else(|| object(event, "/conversation/recipient"))?;
    let handle = text(from, "handle")?;
    let contact = text(from, "/_links/related/contact").and_then(|link| link.rsplit('/').next());
    Some(Author {
        id: handle.to_lowercase(),
        display_name: text(from, "name").map(str::to_owned),
        attributes: contact.map(|contact| Attribute::new("contact", contact)).into_iter().collect(),
        ..Author::default()
    })
}

fn teammate(person: &Value) -> Option<Author> {
    let author = object(person, "author")?;
    let name = [text(author, "first_name"), text(author, "last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(Author {
        id: id(author, "id").or_else(|| id(author, "email"))?,
        handle: text(author, "username").map(str::to_owned),
        display_name: Some(name).filter(|name| !name.is_empty()),
        ..Author::default()
    })
}

fn attachment(file: &Value) -> Option<Attachment> {
    Some(Attachment {
        media_type: text(file, "content_type").unwrap_or("application/octet-stream").to_owned(),
        content: Content::Url(text(file, "url")?.to_owned()),
        name: text(file, "filename").map(str::to_owned),
        size_bytes: lenient::number(file, "size").map(|_| lenient::count(file, "size")),
        description: None,
    })
}

fn attributes(event: &Value, message: &Value) -> Vec<Attribute> {
    let texts = [
        ("message-type", text(message, "type")),
        ("status", text(event, "/conversation/status")),
        ("inbox", text(event, "/source/data/0/id")),
        ("intercom-url", text(message, "/metadata/intercom_url")),
    ];
    let mut found: Vec<Attribute> = texts.into_iter().filter_map(|(name, value)| Some(Attribute::new(name, value?))).collect();
    let tags: Vec<String> =
        list(event, "/conversation/tags").iter().filter_map(|tag| text(tag, "name")).take(TAGS_MAX).map(str::to_owned).collect();
    if !tags.is_empty() {
        found.push(Attribute::new("tags", Attributed::Texts(tags)));
    }
    found
}

fn failed(event: &Value, message: Option<&Value>, name: &str) -> Option<Event> {
    let target = message.and_then(|message| id(message, "id")).or_else(|| id(event, "/target/data/id"))?;
    Some(Event::Receipt(Receipt {
        source_id: id(event, "id"),
        target: Some(target),
        progress: Progress::Failed,
        detail: text(event, "/target/data/error_type").or(Some(name)).map(str::to_owned),
        actor: None,
        conversation: conversation(event),
        occurred_at: time(event, "emitted_at"),
    }))
}

/// What teammates do: assign, tag, archive, comment among themselves.
fn note(event: &Value, name: &str) -> Note {
    let comment = object(event, "/target/data").filter(|_| matches!(name, "comment" | "mention" | "new_comment_added"));
    Note {
        source_id: id(event, "id"),
        name: name.chars().take(64).map(|character| if character == '_' { '-' } else { character }).collect(),
        text: comment.and_then(|comment| text(comment, "body")).or_else(|| text(event, "/target/data/name")).map(str::to_owned),
        actor: comment
            .and_then(teammate)
            .or_else(|| object(event, "/source/data").and_then(|author| teammate(&serde_json::json!({"author": author})))),
        conversation: conversation(event),
        visibility: Some(Visibility::Internal),
        occurred_at: time(event, "emitted_at"),
        attributes: Vec::new(),
    }
}
