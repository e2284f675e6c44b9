//! The gateway: who we are is said once, a heartbeat keeps the connection, and after a break it goes on where it stopped.
//!
//! Source: Discord's "Gateway". What lasts is in the cursor: session, sequence and the heartbeat's interval. The token never comes here:
//! the host puts it where `{secret}` stands. A session is resumed at the usual address, not at the one that Discord recommends for it,
//! because the address is fixed when the connection is configured; Discord allows it.

use lenient::{fingerprint, id, list, text};
use pointsman_plugin::{Fact, Note, Outgoing, Refusal, Step, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message;
use crate::settings::Settings;

/// Where to resume.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Cursor {
    session: Option<String>,
    sequence: Option<u64>,
    interval_ms: u64,
    /// Our own user's id.
    own: Option<String>,
    /// A new session has to be asked for when we are woken: Discord wants a pause before.
    afresh: bool,
}

/// What a frame tells, and what is answered.
///
/// # Errors
/// Never; the signature is the role's.
pub(crate) fn received(frame: &Value, cursor: Option<&[u8]>, now: Timestamp, settings: &Settings) -> Result<Step, Refusal> {
    let mut cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let mut step = Step::default();
    match frame.get("op").and_then(Value::as_u64) {
        Some(DISPATCH) => {
            cursor.sequence = frame.get("s").and_then(Value::as_u64).or(cursor.sequence);
            if text(frame, "t") == Some("READY") {
                cursor.session = id(frame, "/d/session_id");
                cursor.own = id(frame, "/d/user/id");
            }
            let own = cursor.own.as_deref().or(settings.own_id());
            step.facts = dispatched(frame, own, settings);
        }
        Some(HEARTBEAT) => step.send.push(heartbeat(&cursor)),
        Some(INVALID_SESSION) => {
            if frame.get("d").and_then(Value::as_bool) == Some(true) {
                step.send.push(hello(&cursor, settings));
            } else {
                cursor = Cursor { interval_ms: cursor.interval_ms, own: cursor.own, afresh: true, ..Cursor::default() };
                step.wake_at = Some(now.saturating_add(PAUSE_MS));
            }
        }
        Some(HELLO) => {
            let interval = frame.pointer("/d/heartbeat_interval").and_then(Value::as_u64).unwrap_or(INTERVAL_MS);
            cursor.interval_ms = interval.clamp(INTERVAL_MS_MIN, INTERVAL_MS_MAX);
            cursor.afresh = false;
            step.send.push(hello(&cursor, settings));
            // Not all connections at once: the first beat comes at a moment that differs from one to the next.
            step.wake_at = Some(now.saturating_add(cursor.interval_ms.saturating_mul(now % 100) / 100));
        }
        // An acknowledged beat; or we are asked to come again, and the connection is closed by the other side.
        Some(ACKNOWLEDGED | RECONNECT) => return Ok(step),
        _ => step.facts.push(crate::unknown("frame", frame)),
    }
    step.cursor = serde_json::to_vec(&cursor).ok();
    Ok(step)
}

/// A heartbeat is due.
pub(crate) fn woken(cursor: Option<&[u8]>, now: Timestamp, settings: &Settings) -> Step {
    let mut cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let interval = if cursor.interval_ms == 0 { INTERVAL_MS } else { cursor.interval_ms };
    let send = if cursor.afresh { hello(&cursor, settings) } else { heartbeat(&cursor) };
    cursor.afresh = false;
    Step { send: vec![send], wake_at: Some(now.saturating_add(interval)), cursor: serde_json::to_vec(&cursor).ok(), ..Step::default() }
}

/// What a frame tells that came another way.
pub(crate) fn facts(frame: &Value, settings: &Settings) -> Vec<Fact> {
    match frame.get("op").and_then(Value::as_u64) {
        Some(DISPATCH) => dispatched(frame, settings.own_id(), settings),
        Some(HEARTBEAT..=ACKNOWLEDGED) => Vec::new(),
        _ => vec![crate::unknown("frame", frame)],
    }
}

fn heartbeat(cursor: &Cursor) -> Outgoing {
    Outgoing::Text(json!({"op": HEARTBEAT, "d": cursor.sequence}).to_string())
}

/// Who we are: the session that broke off, or a new one.
fn hello(cursor: &Cursor, settings: &Settings) -> Outgoing {
    let frame = match (&cursor.session, cursor.sequence) {
        (Some(session), Some(sequence)) => json!({"op": RESUME, "d": {"token": "{secret}", "session_id": session, "seq": sequence}}),
        _ => {
            let us = json!({"os": "linux", "browser": "pointsman", "device": "pointsman"});
            json!({"op": IDENTIFY, "d": {"token": "{secret}", "intents": settings.intents(), "properties": us}})
        }
    };
    Outgoing::Text(frame.to_string())
}

fn dispatched(frame: &Value, own: Option<&str>, settings: &Settings) -> Vec<Fact> {
    let data = frame.get("d").cloned().unwrap_or_default();
    let name = text(frame, "t").unwrap_or_default();
    let one = |fact: Option<Fact>| fact.into_iter().collect();
    match name {
        "MESSAGE_CREATE" => one(message::said(&data, own, settings)),
        "MESSAGE_UPDATE" => one(message::edited(&data, own, settings)),
        "MESSAGE_DELETE" => one(id(&data, "id").map(|id| message::removed(id, None, settings))),
        "MESSAGE_DELETE_BULK" => {
            list(&data, "ids").iter().take(BULK_MAX).filter_map(lenient::as_id).map(|id| message::removed(id, None, settings)).collect()
        }
        "MESSAGE_REACTION_ADD" => one(message::reacted(&data, true, settings)),
        "MESSAGE_REACTION_REMOVE" => one(message::reacted(&data, false, settings)),
        "INTERACTION_CREATE" => crate::interaction::reception(&data, settings).facts,
        // The state of servers and people, which says nothing to us.
        "READY" | "RESUMED" | "TYPING_START" | "PRESENCE_UPDATE" | "VOICE_STATE_UPDATE" | "GUILD_CREATE" | "CHANNEL_PINS_UPDATE" => {
            Vec::new()
        }
        _ => {
            let state =
                ["GUILD_", "CHANNEL_", "THREAD_", "USER_", "MESSAGE_", "ENTITLEMENT_", "INTEGRATION_", "WEBHOOKS_", "AUTO_MODERATION_"];
            let note = Note {
                actor: crate::author::actor(&data),
                conversation: id(&data, "channel_id"),
                ..Note::new(name.chars().take(64).collect::<String>())
            };
            let fact = if state.iter().any(|start| name.starts_with(start)) { Fact::system(note) } else { Fact::unsupported(note) };
            vec![message::about(fact.dedup_key(format!("dispatch:{}", fingerprint(frame.to_string().as_bytes()))), settings)]
        }
    }
}

const DISPATCH: u64 = 0;
const HEARTBEAT: u64 = 1;
const IDENTIFY: u64 = 2;
const RESUME: u64 = 6;
const RECONNECT: u64 = 7;
const INVALID_SESSION: u64 = 9;
const HELLO: u64 = 10;
const ACKNOWLEDGED: u64 = 11;
const INTERVAL_MS: u64 = 41_250;
const INTERVAL_MS_MIN: u64 = 1_000;
const INTERVAL_MS_MAX: u64 = 600_000;
const PAUSE_MS: u64 = 3_000;
const BULK_MAX: usize = 100;
