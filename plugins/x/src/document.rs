//! Any document, told apart by its shape.

use lenient::{at, fingerprint, given, id, list, object, text, time};
use pointsman_plugin::{Event, Fact, Note, Removal};
use serde_json::Value;

use crate::settings::Own;
use crate::{activity, direct, modern, tweet};

/// Items of one document.
pub(crate) const ITEMS_MAX: usize = 500;
/// Facts of one document.
const FACTS_MAX: usize = 1_000;

/// What a document tells, in its own order.
pub(crate) fn facts(document: &Value, own: &Own) -> Vec<Fact> {
    let facts = match document {
        Value::Array(items) => items.iter().take(ITEMS_MAX).flat_map(|item| single(item, own)).collect(),
        Value::Object(_) => object_facts(document, own),
        _ => vec![unknown("document", document, own)],
    };
    facts.into_iter().take(FACTS_MAX).collect()
}

fn object_facts(document: &Value, own: &Own) -> Vec<Fact> {
    if activity::is_activity(document) {
        return activity::facts(document, own);
    }
    if given(document, "/data/event_type") && at(document, "/data/payload").is_some() {
        return activity::wrapped(document, own);
    }
    if at(document, "data").is_some() {
        return modern::facts(document, own);
    }
    for place in ["statuses", "events"] {
        if at(document, place).is_some_and(Value::is_array) {
            return list(document, place).iter().take(ITEMS_MAX).flat_map(|item| single(item, own)).collect();
        }
    }
    if let Some(inner) = object(document, "event").or_else(|| object(document, "direct_message")) {
        return single(inner, own);
    }
    if let Some(gone) = object(document, "/delete/status") {
        return removed(gone, time(document, "/delete/timestamp_ms"), own).into_iter().collect();
    }
    // A page without anything in it.
    if at(document, "meta").is_some() && at(document, "errors").is_none() {
        return Vec::new();
    }
    single(document, own)
}

/// One object of the old API.
fn single(item: &Value, own: &Own) -> Vec<Fact> {
    let dated = at(item, "created_at").is_some();
    if text(item, "type") == Some("message_create") || (given(item, "text") && given(item, "sender_id") && given(item, "recipient_id")) {
        direct::fact(item, &Value::Null, own).into_iter().collect()
    } else if (given(item, "id_str") || at(item, "id").is_some()) && tweet::words(item).is_some() && (dated || given(item, "user")) {
        tweet::facts(item, own)
    } else if given(item, "screen_name") {
        // A user: nothing that happened.
        Vec::new()
    } else {
        vec![unknown("document", item, own)]
    }
}

/// A post is gone.
pub(crate) fn removed(gone: &Value, at: Option<u64>, own: &Own) -> Option<Fact> {
    let source_id = crate::account::own_id(gone)?;
    let author = id(gone, "user_id_str").or_else(|| id(gone, "user_id")).or_else(|| id(gone, "author_id"));
    let removal = Removal { source_id, actor: author.map(crate::account::by_id), occurred_at: at };
    Some(fact(Event::Removed(removal), own))
}

/// A fact about the account.
pub(crate) fn fact(event: Event, own: &Own) -> Fact {
    Fact { account: own.account(), dedup_key: None, event }
}

/// Something that is not known.
pub(crate) fn unknown(name: &str, what: &Value, own: &Own) -> Fact {
    let note = Note { name: name.chars().take(64).collect(), text: text(what, "/errors/0/detail").map(str::to_owned), ..Note::default() };
    let key = format!("{name}:{}", fingerprint(what.to_string().as_bytes()));
    Fact { dedup_key: Some(key.chars().take(128).collect()), ..fact(Event::Unsupported(note), own) }
}
