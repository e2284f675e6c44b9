//! Frames of the streaming API: server-sent events, or the JSON frames of its WebSocket.

use pointsman_plugin::{Event, Fact, Note, Refusal};
use serde_json::Value;

use crate::document::{announcement, conversation, facts as document_facts, unknown};
use crate::notification;
use crate::settings::Own;
use crate::status::{self, Via};
use lenient::{as_id, fingerprint};

/// What a frame tells: one event, several, or only signs of life.
///
/// # Errors
/// When it is not text, or nothing in it can be read.
pub(crate) fn facts(frame: &[u8], own: &Own) -> Result<Vec<Fact>, Refusal> {
    let text = std::str::from_utf8(frame).map_err(|_| Refusal::Malformed("the frame is not UTF-8".to_owned()))?;
    let mut facts = Vec::new();
    let mut broken = None;
    for event in events(text.trim_start_matches('\u{feff}')) {
        match read(&event, own) {
            Ok(found) => facts.extend(found),
            Err(why) => {
                facts.push(unknown(&event.name, event.data.as_bytes(), own));
                broken = Some(why);
            }
        }
    }
    match broken {
        Some(why) if facts.len() == 1 => Err(Refusal::Malformed(why)),
        _ => Ok(facts),
    }
}

/// One event of the stream.
#[derive(Debug, Default, PartialEq)]
struct Streamed {
    name: String,
    data: String,
}

fn events(text: &str) -> Vec<Streamed> {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '[']) {
        return vec![web_socket(trimmed)];
    }
    let mut events = Vec::new();
    let mut current = Streamed::default();
    // A line that is neither empty, field nor comment has no colon, and means nothing (HTML standard, 9.2.6).
    for line in text.lines().chain([""]) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" if line.is_empty() => {
                let event = std::mem::take(&mut current);
                if !(event.name.is_empty() && event.data.is_empty()) && events.len() < EVENTS_MAX {
                    events.push(event);
                }
            }
            "event" => value.clone_into(&mut current.name),
            "data" => {
                if !current.data.is_empty() {
                    current.data.push('\n');
                }
                current.data.push_str(value);
            }
            _ => {}
        }
    }
    events
}

/// `{"stream": […], "event": "update", "payload": "{…}"}`; anything else in braces is a document.
fn web_socket(text: &str) -> Streamed {
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    match lenient::text(&frame, "event") {
        Some(name) => {
            let data = match frame.get("payload") {
                Some(Value::String(payload)) => payload.clone(),
                Some(payload) => payload.to_string(),
                None => String::new(),
            };
            Streamed { name: name.to_owned(), data }
        }
        None => Streamed { name: String::new(), data: text.to_owned() },
    }
}

fn read(event: &Streamed, own: &Own) -> Result<Vec<Fact>, String> {
    let data = event.data.trim();
    match event.name.as_str() {
        // The payload is a bare id, no JSON.
        "delete" => Ok(vec![removed(data, own)]),
        "update" => Ok(status::said(&parsed(data)?, Via::Timeline, own).into_iter().collect()),
        "status.update" => Ok(status::edited(&parsed(data)?, own).into_iter().collect()),
        "notification" => Ok(notification::fact(&parsed(data)?, own).into_iter().collect()),
        "conversation" => Ok(conversation(&parsed(data)?, own).into_iter().collect()),
        "announcement" => Ok(vec![announcement(&parsed(data)?, own)]),
        "announcement.reaction" | "announcement.delete" | "filters_changed" | "notifications_merged" => Ok(vec![system(event, own)]),
        "" | "message" => Ok(document_facts(&parsed(data)?, own)),
        _ => Ok(vec![unknown(&event.name, event.data.as_bytes(), own)]),
    }
    .map(|facts| if facts.is_empty() && needs_fact(&event.name) { vec![unknown(&event.name, event.data.as_bytes(), own)] } else { facts })
}

/// Events that always tell something: what cannot be read in them is kept.
fn needs_fact(name: &str) -> bool {
    !matches!(name, "" | "message" | "conversation")
}

fn parsed(data: &str) -> Result<Value, String> {
    serde_json::from_str(data).map_err(|error| format!("the event's data is no JSON: {error}"))
}

fn removed(data: &str, own: &Own) -> Fact {
    let id = serde_json::from_str::<Value>(data).ok().and_then(|value| as_id(&value)).unwrap_or_else(|| data.to_owned());
    let odd = id.is_empty() || id.len() > 64 || id.contains(char::is_whitespace);
    if odd { unknown("delete", data.as_bytes(), own) } else { status::removed(&id, own) }
}

fn system(event: &Streamed, own: &Own) -> Fact {
    let note = Note { name: event.name.clone(), ..Note::default() };
    status::fact(format!("{}:{}", event.name, fingerprint(event.data.as_bytes())), Event::System(note), own)
}

/// What one frame may hold; a host sends one.
const EVENTS_MAX: usize = 500;
