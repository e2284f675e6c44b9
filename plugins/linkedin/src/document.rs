//! Any document, told apart by its shape.

use lenient::{at, list, text};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::settings::Settings;
use crate::{event, notification};

/// What a document tells, in its own order.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let inner = ["notifications", "elements"].iter().map(|name| list(document, name)).find(|items| !items.is_empty());
    let items = match (document, inner) {
        (Value::Array(items), _) => items.as_slice(),
        (_, Some(items)) => items,
        _ => std::slice::from_ref(document),
    };
    items
        .iter()
        .take(ITEMS_MAX)
        .filter(|item| item.as_object().is_some_and(|fields| !fields.is_empty()))
        .map(|item| fact(item, settings))
        .collect()
}

fn fact(item: &Value, settings: &Settings) -> Fact {
    let known = if text(item, "action").is_some() {
        notification::fact(item, settings)
    } else if text(item, "resourceName").is_some() {
        event::fact(item, settings)
    } else if at(item, "message").is_some() {
        event::comment(item, settings)
    } else {
        None
    };
    known.unwrap_or_else(|| unsupported(item))
}

/// Something else, such as a lead or an invitation, kept under its own digest.
fn unsupported(item: &Value) -> Fact {
    let digest = lenient::fingerprint(item.to_string().as_bytes());
    let name = ["action", "resourceName", "type", "leadAction"].iter().find_map(|name| text(item, name)).unwrap_or("document");
    Fact::unsupported(Note::new(name.chars().take(64).collect::<String>())).dedup_key(format!("unsupported:{digest}"))
}

const ITEMS_MAX: usize = 1_000;
