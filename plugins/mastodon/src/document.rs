//! Any document of the API, told apart by its shape.

use pointsman_plugin::{Event, Fact, Note};
use serde_json::Value;

use crate::account::author;
use crate::notification;
use crate::settings::Own;
use crate::status::{self, Via};
use lenient::{attribute, fingerprint, id, list, object, text, time};

/// What a document tells, in its own order: a status, a notification, a conversation, a list of them, a context, a search …
pub(crate) fn facts(document: &Value, own: &Own) -> Vec<Fact> {
    match document {
        Value::Array(items) => items.iter().take(ITEMS_MAX).flat_map(|item| object_facts(item, own)).collect(),
        Value::Object(_) => object_facts(document, own),
        _ => Vec::new(),
    }
}

/// The shape of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Context,
    Grouped,
    Search,
    Notification,
    Conversation,
    Status,
    Announcement,
    /// Known, and nothing that happened: accounts, earlier versions of a status, errors, settings.
    Silent,
    Unknown,
}

fn shape(document: &Value) -> Shape {
    let has = |name: &str| document.get(name).is_some();
    let array = |name: &str| document.get(name).is_some_and(Value::is_array);
    if array("ancestors") || array("descendants") {
        Shape::Context
    } else if array("notification_groups") {
        Shape::Grouped
    } else if array("statuses") && (array("accounts") || array("hashtags")) {
        Shape::Search
    } else if has("content") && has("account") && has("id") {
        Shape::Status
    } else if has("type") && has("created_at") && has("id") && !has("content") {
        Shape::Notification
    } else if has("last_status") || (has("accounts") && has("unread")) {
        Shape::Conversation
    } else if has("content") && has("id") && (has("published_at") || has("starts_at")) {
        Shape::Announcement
    } else if has("error") || has("content") || (has("username") && has("acct")) || has("scheduled_at") {
        Shape::Silent
    } else {
        Shape::Unknown
    }
}

fn object_facts(document: &Value, own: &Own) -> Vec<Fact> {
    if !document.is_object() {
        return Vec::new();
    }
    match shape(document) {
        Shape::Context => {
            let thread = list(document, "ancestors").iter().chain(list(document, "descendants"));
            thread.take(ITEMS_MAX).filter_map(|status| status::said(status, Via::Timeline, own)).collect()
        }
        Shape::Grouped => grouped(document, own),
        Shape::Search => {
            list(document, "statuses").iter().take(ITEMS_MAX).filter_map(|status| status::said(status, Via::Timeline, own)).collect()
        }
        Shape::Status => status::said(document, Via::Timeline, own).into_iter().collect(),
        Shape::Notification => notification::fact(document, own).into_iter().collect(),
        Shape::Conversation => conversation(document, own).into_iter().collect(),
        Shape::Announcement => vec![announcement(document, own)],
        Shape::Silent => Vec::new(),
        Shape::Unknown => vec![unknown("document", document.to_string().as_bytes(), own)],
    }
}

/// A conversation has an id of its own, which its last status does not tell.
pub(crate) fn conversation(document: &Value, own: &Own) -> Option<Fact> {
    let mut fact = status::said(object(document, "last_status")?, Via::Timeline, own)?;
    if let Event::Said(item) = &mut fact.event {
        item.conversation = id(document, "id").or(item.conversation.take());
    }
    Some(fact)
}

/// Notifications of version 2: groups that point at statuses and accounts beside them.
fn grouped(document: &Value, own: &Own) -> Vec<Fact> {
    let find = |name: &str, wanted: Option<&Value>| list(document, name).iter().find(|one| wanted.is_some() && one.get("id") == wanted);
    let groups = list(document, "notification_groups").iter().take(ITEMS_MAX);
    let facts = groups.flat_map(|group| {
        let people = list(group, "sample_account_ids").iter();
        people.filter_map(|person| {
            let notification = serde_json::json!({
                "id": group.get("most_recent_notification_id"),
                "type": group.get("type"),
                "created_at": group.get("latest_page_notification_at"),
                "account": find("accounts", Some(person)),
                "status": find("statuses", group.get("status_id")),
            });
            notification::fact(&notification, own)
        })
    });
    facts.collect()
}

/// News of the instance's own.
pub(crate) fn announcement(document: &Value, own: &Own) -> Fact {
    let source_id = id(document, "id");
    let note = Note {
        name: "announcement".to_owned(),
        text: text(document, "content").map(markup::text),
        actor: object(document, "account").and_then(author),
        occurred_at: time(document, "published_at").or_else(|| time(document, "updated_at")),
        source_id,
        ..Note::default()
    };
    let updated = text(document, "updated_at").unwrap_or_default();
    status::fact(format!("announcement:{}:{updated}", note.source_id.as_deref().unwrap_or_default()), Event::System(note), own)
}

/// Something that nobody here knows, kept under its own digest.
pub(crate) fn unknown(name: &str, bytes: &[u8], own: &Own) -> Fact {
    let digest = fingerprint(bytes);
    let size = attribute("bytes", bytes.len().to_string());
    let note = Note { name: name.chars().take(64).collect(), attributes: vec![size], ..Note::default() };
    status::fact(format!("unsupported:{digest}"), Event::Unsupported(note), own)
}

/// What one document may tell; the contract allows 1,000 facts.
const ITEMS_MAX: usize = 200;
