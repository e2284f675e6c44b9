//! Any document, told apart by its shape.

use lenient::{at, given, list, text};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::{appstore, business, play, trustpilot, words};

/// What a document tells, in its own order. `place` is what was asked about, where the reviews do not tell.
pub(crate) fn facts(document: &Value, place: &str) -> Vec<Fact> {
    // A push of Pub/Sub is a pointer, and the connector follows it.
    if business::told(document).is_some() {
        return Vec::new();
    }
    let items = items(document);
    items.iter().take(ITEMS_MAX).flat_map(|item| fact(item, document, place)).take(FACTS_MAX).collect()
}

/// The list that a document is or holds, else the document itself.
fn items(document: &Value) -> Vec<&Value> {
    if let Value::Array(items) = document {
        return items.iter().collect();
    }
    let held = ["reviews", "events", "data", "/reviews/list", "/reviews/items", "/feed/entry", "items", "results"];
    let found = held.iter().find(|name| at(document, name).is_some_and(Value::is_array));
    // A feed of one has an object in place of a list.
    let single = ["/feed/entry", "review", "data"].iter().find_map(|name| at(document, name).filter(|one| one.is_object()));
    match (found, single) {
        (Some(name), _) => list(document, name).iter().collect(),
        (None, Some(one)) => vec![one],
        (None, None) if is_empty(document) => Vec::new(),
        (None, None) => vec![document],
    }
}

/// An answer without reviews.
fn is_empty(document: &Value) -> bool {
    !given(document, "")
        || at(document, "averageRating").is_some()
        || at(document, "feed").is_some()
        || at(document, "tokenPagination").is_some()
}

fn fact(item: &Value, document: &Value, place: &str) -> Vec<Fact> {
    if !item.is_object() {
        return Vec::new();
    }
    if let Some(facts) = trustpilot::event(item, place) {
        return facts;
    }
    let known = play::review(item, place)
        .or_else(|| appstore::review(item, document, place))
        .or_else(|| appstore::entry(item, place))
        .or_else(|| business::review(item))
        .or_else(|| trustpilot::review(item, place))
        .or_else(|| words::message(item))
        .or_else(|| words::object(item, place));
    match known {
        Some(review) => review.said(),
        // The app itself, at the head of the public feed.
        None if at(item, "im:name").is_some() => Vec::new(),
        None => vec![unsupported(item)],
    }
}

fn unsupported(item: &Value) -> Fact {
    let digest = lenient::fingerprint(item.to_string().as_bytes());
    let name = ["eventName", "event", "type"].iter().find_map(|name| text(item, name)).unwrap_or("document");
    Fact::unsupported(Note::new(name.chars().take(64).collect::<String>())).dedup_key(format!("unsupported:{digest}"))
}

const ITEMS_MAX: usize = 500;
const FACTS_MAX: usize = 1_000;
