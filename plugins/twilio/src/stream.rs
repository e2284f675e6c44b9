//! Event Streams: CloudEvents in a JSON list, each of which says what a form would.
//!
//! Source: Twilio's "Event Streams event types". Messaging events name the forms' fields with a small first letter; voice events carry the
//! form itself.

use lenient::{Form, document, fingerprint, list, object, text};
use pointsman_plugin::{Fact, Note, Refusal, Timestamp, Visibility};
use serde_json::Value;

use crate::settings::Settings;

/// What the events of a delivery tell.
///
/// # Errors
/// When the bytes are no JSON.
pub(crate) fn facts(body: &[u8], settings: &Settings) -> Result<Vec<Fact>, Refusal> {
    let document = document(body)?;
    let events = if document.is_array() { list(&document, "") } else { std::slice::from_ref(&document) };
    Ok(events.iter().take(EVENTS_MAX).map(|event| fact(event, settings)).collect())
}

fn fact(event: &Value, settings: &Settings) -> Fact {
    let at = ["/data/timestamp", "time"].iter().find_map(|place| lenient::time(event, place));
    let fields = object(event, "/data/request/parameters").or_else(|| object(event, "data"));
    let form = fields.map(form).unwrap_or_default();
    crate::fact(&form, at, settings).unwrap_or_else(|| unknown(event, at))
}

fn form(fields: &Value) -> Form {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        let (first, rest) = name.split_at_checked(1).unwrap_or(("", name));
        let value = value.as_str().map(str::to_owned).or_else(|| lenient::as_id(value));
        pairs.append_pair(&format!("{}{rest}", first.to_ascii_uppercase()), &value.unwrap_or_default());
    }
    Form::read(pairs.finish().as_bytes())
}

fn unknown(event: &Value, at: Option<Timestamp>) -> Fact {
    let note = Note {
        source_id: lenient::id(event, "id"),
        visibility: Some(Visibility::Private),
        occurred_at: at,
        ..Note::new(text(event, "type").unwrap_or("document").chars().take(64).collect::<String>())
    };
    Fact::unsupported(note).dedup_key(format!("unsupported:{}", fingerprint(event.to_string().as_bytes())))
}

/// Twilio sends at most 100 in one delivery; the contract allows 1,000 facts.
const EVENTS_MAX: usize = 500;
