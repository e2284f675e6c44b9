//! One entry of a delivery: Messenger's events, changes of the page, and everything else that Facebook calls a change.

use graph::{Entry, about, is_messaging, key, note};
use lenient::{id, list, object, text, time};
use pointsman_plugin::{Event, Fact, Item, Kind};
use serde_json::Value;

use crate::feed;

/// What an entry tells.
pub(crate) fn facts(entry: &Entry<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for event in list(entry.value, "messaging") {
        facts.extend(graph::messaging(event, entry, false));
    }
    for event in list(entry.value, "standby") {
        facts.extend(graph::messaging(event, entry, true));
    }
    for change in entry.changes() {
        facts.extend(changed(change, entry));
    }
    // Subscribed without values: only names come.
    for field in list(entry.value, "changed_fields").iter().filter_map(Value::as_str) {
        facts.push(entry.system(note(field, entry.time), entry.value));
    }
    facts
}

fn changed(change: &Value, entry: &Entry<'_>) -> Vec<Fact> {
    let field = text(change, "field").unwrap_or("change");
    match object(change, "value") {
        Some(value) if is_messaging(value) => graph::messaging(value, entry, field == "standby"),
        Some(value) if matches!(field, "feed" | "ratings" | "mention") => vec![feed::fact(field, value, entry)],
        Some(value) if field == "leadgen" => vec![lead(value, entry)],
        value => vec![noted(field, value, change, entry)],
    }
}

/// Somebody filled in a form; what stands in it has to be fetched.
fn lead(value: &Value, entry: &Entry<'_>) -> Fact {
    let Some(source_id) = id(value, "leadgen_id") else { return noted("leadgen", Some(value), value, entry) };
    let mut attributes = Vec::new();
    for (name, field) in [("form-id", "form_id"), ("ad-id", "ad_id"), ("adgroup-id", "adgroup_id")] {
        about(&mut attributes, name, id(value, field));
    }
    let unique = format!("said:{source_id}");
    let occurred_at = time(value, "created_time").or(entry.time);
    let item = Item { source_id, kind: Kind::Lead, occurred_at, attributes, ..Item::default() };
    key(entry.id.as_deref(), unique, Event::Said(item))
}

/// Settings of the page, permissions, live videos, conversations that changed …
fn noted(field: &str, value: Option<&Value>, change: &Value, entry: &Entry<'_>) -> Fact {
    let mut found = note(field, entry.time);
    if let Some(value) = value {
        found.conversation = id(value, "thread_id");
        for name in ["id", "verb", "status", "thread_id", "event", "reason"] {
            about(&mut found.attributes, &name.replace('_', "-"), id(value, name));
        }
        // Kept so that nothing is lost of a form that may change.
        about(&mut found.attributes, "value", Some(value.to_string()).filter(|value| value.len() <= VALUE_BYTES_MAX));
    }
    if KNOWN.contains(&field) { entry.system(found, change) } else { entry.unsupported(found, change) }
}

const VALUE_BYTES_MAX: usize = 4_096;
/// Fields of the objects `page`, `user` and `permissions` whose changes nobody says.
const KNOWN: [&str; 46] = [
    "about",
    "attire",
    "awards",
    "band_interests",
    "bio",
    "birthday",
    "category",
    "checkins",
    "company_overview",
    "connected",
    "conversations",
    "culinary_team",
    "current_location",
    "description",
    "email",
    "founded",
    "general_info",
    "general_manager",
    "hometown",
    "hours",
    "inbox_labels",
    "live_videos",
    "location",
    "members",
    "mission",
    "name",
    "page_change_proposal",
    "page_upcoming_change",
    "parking",
    "payment_options",
    "personal_info",
    "personal_interests",
    "phone",
    "picture",
    "price_range",
    "product_review",
    "products",
    "public_transit",
    "publisher_subscriptions",
    "registration",
    "site",
    "ads",
    "website",
    "work",
    "likes",
    "leadgen",
];
