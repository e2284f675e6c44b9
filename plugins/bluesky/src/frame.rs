//! The stream of the network: frames of Jetstream.

use lenient::{attribute, count, given, id, object, text};
use pointsman_plugin::{Event, Fact, Note, Outgoing, Refusal, Removal, Step, Timestamp, Visibility};
use serde_json::{Value, json};

use crate::document;
use crate::record::{self, Written, keyed};
use crate::settings::Settings;
use crate::{person, uri};

/// How much of the stream may come again after a break, when nothing in it was about us.
const CURSOR_EVERY_US: u64 = 60_000_000;

/// What we want of the stream.
pub(crate) fn opened(settings: &Settings) -> Step {
    // Of some accounts alone only when nothing else is wanted: mentions of us may come from anybody.
    let only = settings.did.is_none() && settings.keywords.is_empty();
    let dids: &[String] = if only { &settings.wanted_dids } else { &[] };
    let payload = json!({"wantedCollections": settings.collections(), "wantedDids": dids, "maxMessageSizeBytes": 0});
    let hello = json!({"type": "options_update", "payload": payload});
    Step { send: vec![Outgoing::Text(hello.to_string())], ..Step::default() }
}

/// What a frame tells; the cursor is its time, in microseconds.
///
/// # Errors
/// When it is no JSON.
pub(crate) fn received(settings: &Settings, frame: &[u8], cursor: Option<&[u8]>) -> Result<Step, Refusal> {
    let frame = lenient::document(frame)?;
    let at = count(&frame, "time_us");
    let facts = if is_wanted(&frame, settings) { facts(&frame, settings) } else { Vec::new() };
    let known: u64 = cursor.and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok()).unwrap_or_default();
    let moved = at > known && (!facts.is_empty() || at - known >= CURSOR_EVERY_US);
    Ok(Step { facts, cursor: moved.then(|| at.to_string().into_bytes()), ..Step::default() })
}

/// Whether a frame is about us: without our DID everything is.
fn is_wanted(frame: &Value, settings: &Settings) -> bool {
    let Some(own) = settings.did.as_deref() else {
        return settings.keywords.is_empty() || has_keyword(frame, settings) || !given(frame, "commit");
    };
    let did = text(frame, "did").unwrap_or_default();
    if did == own || settings.wanted_dids.iter().any(|wanted| wanted == did) {
        return true;
    }
    match (text(frame, "kind"), text(frame, "/commit/operation")) {
        // A deletion carries nothing that says whom it was about.
        (Some("commit"), Some("delete")) => {
            settings.deletions.unwrap_or(true) && text(frame, "/commit/collection") == Some("app.bsky.feed.post")
        }
        (Some("commit"), _) => {
            let record = object(frame, "/commit/record").map(Value::to_string).unwrap_or_default();
            record.contains(own) || has_keyword(frame, settings)
        }
        // Somebody is gone, with all that they said.
        (Some("account"), _) => frame.pointer("/account/active") == Some(&Value::Bool(false)),
        (Some("identity"), _) => false,
        _ => true,
    }
}

fn has_keyword(frame: &Value, settings: &Settings) -> bool {
    let said = text(frame, "/commit/record/text").unwrap_or_default();
    if said.is_empty() || settings.keywords.is_empty() {
        return false;
    }
    let said = said.to_lowercase();
    settings.keywords.iter().any(|word| said.contains(word))
}

/// What a frame of any kind tells.
pub(crate) fn facts(frame: &Value, settings: &Settings) -> Vec<Fact> {
    let at = lenient::time(frame, "time_us");
    match (text(frame, "did"), text(frame, "kind")) {
        (Some(did), Some("commit")) => vec![commit(frame, did, at, settings)],
        (Some(did), Some(kind @ ("identity" | "account"))) => vec![about(frame, did, kind, at, settings)],
        (Some(did), Some(kind)) => {
            let note = Note { name: kind.chars().take(64).collect(), actor: Some(person::by_did(did)), occurred_at: at, ..Note::default() };
            vec![keyed(Event::Unsupported(note), format!("{kind}:{did}:{}", count(frame, "time_us")), settings)]
        }
        _ => document::facts(frame, settings),
    }
}

fn commit(frame: &Value, did: &str, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let place = |field: &str| text(frame, &format!("/commit/{field}")).unwrap_or_default();
    let (collection, operation) = (place("collection"), place("operation"));
    let address = uri::of(did, collection, place("rkey"));
    if let ("create" | "update", Some(written)) = (operation, object(frame, "/commit/record")) {
        let cid = text(frame, "/commit/cid").or_else(|| text(frame, "/commit/rev"));
        let changed = operation == "update";
        return record::fact(
            Written { uri: &address, cid, record: written, author: None, seen_at: at, engagement: None, mention: false, changed },
            settings,
        );
    }
    let actor = Some(person::by_did(did));
    if operation == "delete" && collection == "app.bsky.feed.post" {
        let removal = Removal { source_id: address.clone(), actor, occurred_at: at };
        return keyed(Event::Removed(removal), format!("removed:{address}"), settings);
    }
    // What is no post was not said: a like, a follow is taken back, without telling of what.
    let note = Note {
        source_id: Some(address.clone()),
        name: format!("{operation} {collection}").chars().take(64).collect(),
        actor,
        visibility: Some(Visibility::Public),
        occurred_at: at,
        ..Note::default()
    };
    let known = operation == "delete" && (record::is_known(collection) || collection.starts_with("app.bsky.feed."));
    let event = if known { Event::System(note) } else { Event::Unsupported(note) };
    keyed(event, format!("{operation}:{address}:{}", place("rev")), settings)
}

/// News of an account: a new name, a new state.
fn about(frame: &Value, did: &str, kind: &str, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let inner = object(frame, kind).unwrap_or(&Value::Null);
    let mut actor = person::by_did(did);
    actor.handle = text(inner, "handle").map(str::to_owned);
    actor.display_name = actor.handle.clone();
    let active = inner.get("active").and_then(Value::as_bool);
    let state = text(inner, "status").or(active.map(|active| if active { "active" } else { "inactive" }));
    let mut note = Note {
        name: kind.to_owned(),
        text: state.map(str::to_owned).or_else(|| actor.handle.clone()),
        actor: Some(actor),
        occurred_at: lenient::time(inner, "time").or(at),
        ..Note::default()
    };
    if let Some(state) = state {
        note.attributes.push(attribute("status", state));
    }
    let key = id(inner, "seq").unwrap_or_else(|| count(frame, "time_us").to_string());
    keyed(Event::System(note), format!("{kind}:{did}:{key}"), settings)
}
