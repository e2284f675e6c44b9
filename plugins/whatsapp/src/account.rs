//! News of the account, its numbers and templates, of groups, preferences and the app's address book: never anything that a customer says.

use graph::person;
use lenient::{id, text, time};
use pointsman_plugin::{Attribute, Fact, Note, Timestamp};
use serde_json::Value;

use crate::person::Place;

/// A change that holds no list of things said.
pub(crate) fn changed(field: &str, value: &Value, place: &Place<'_>) -> Fact {
    let note = Note { text: words(value), attributes: plain(value), ..place.note(field, when(value).or_else(|| inside(value))) };
    let known = FIELDS.contains(&field) || FAMILIES.iter().any(|family| field.starts_with(family));
    if known { place.entry.system(note, value) } else { place.entry.unsupported(note, value) }
}

/// Lists of things that have a time: changes of a group, people's preferences, entries of the app's address book, and lists to come.
pub(crate) fn lists(value: &Value, place: &Place<'_>) -> Vec<Fact> {
    let lists = value.as_object().into_iter().flatten().filter(|(name, _)| !SAID.contains(&name.as_str()));
    let items = lists.flat_map(|(name, items)| items.as_array().into_iter().flatten().map(move |item| (name, item)));
    items.filter_map(|(name, item)| Some(listed(name, item, when(item)?, place))).collect()
}

fn when(item: &Value) -> Option<Timestamp> {
    time(item, "timestamp").or_else(|| time(item, "/metadata/timestamp"))
}

fn listed(name: &str, item: &Value, at: Timestamp, place: &Place<'_>) -> Fact {
    let name = text(item, "type").filter(|sort| sort.contains('_')).unwrap_or(name);
    let note = Note {
        actor: id(item, "wa_id").or_else(|| id(item, "user_id")).map(person),
        conversation: id(item, "group_id").or_else(|| id(item, "wa_id")).or_else(|| id(item, "user_id")),
        text: text(item, "detail").or_else(|| text(item, "reason")).map(str::to_owned),
        attributes: plain(item),
        ..place.note(name, Some(at))
    };
    place.entry.system(note, item)
}

/// The time of what the value holds, when it tells none itself.
fn inside(value: &Value) -> Option<Timestamp> {
    value.as_object().into_iter().flatten().find_map(|(_, part)| if part.is_object() { when(part) } else { None })
}

/// The channel's words of it.
fn words(value: &Value) -> Option<String> {
    let places = ["reason", "event", "decision", "status", "/errors/0/message", "/errors/0/title", "new_quality_score"];
    places.iter().find_map(|place| text(value, place)).filter(|words| *words != "NONE").map(str::to_owned)
}

/// Texts, numbers and yes or no, by their names.
fn plain(value: &Value) -> Vec<Attribute> {
    let fields = value.as_object().into_iter().flatten().take(FIELDS_MAX);
    let named = fields.filter_map(|(name, value)| {
        let text = match value {
            Value::Bool(flag) => flag.to_string(),
            other => lenient::as_id(other)?,
        };
        Some(lenient::attribute(&name.replace('_', "-").to_lowercase(), text))
    });
    named.filter(|attribute| attribute.name != "messaging-product").collect()
}

const FIELDS_MAX: usize = 32;
/// Lists that are read elsewhere, or that only explain.
const SAID: [&str; 7] = ["messages", "message_echoes", "statuses", "calls", "contacts", "errors", "history"];
const FAMILIES: [&str; 10] =
    ["account_", "business_", "group_", "message_template_", "partner_", "payment_", "phone_number_", "smb_", "template_", "user_"];
const FIELDS: [&str; 12] = [
    "messages",
    "calls",
    "flows",
    "history",
    "security",
    "standby",
    "messaging_handovers",
    "tracking_events",
    "automatic_events",
    "message_echoes",
    "consumer_profile",
    "marketing_messages_link_click",
];
