//! Messages that go out. Source: the Matrix specification, client-server API: sending events, redactions, rate limiting.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::settings::Settings;

/// An event has at most 65,536 bytes, all of it counted, and JSON may take six bytes for one.
const TEXT_BYTES_MAX: u32 = 60_000;

/// Sends it.
///
/// # Errors
/// As the homeserver says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => {
            let content = answer(reply)?;
            put(settings, &reply.conversation, "send/m.room.message", key, &content, now)
        }
        Outbound::Post(post) => {
            let room = sending::attribute(&post.attributes, "room").ok_or_else(|| never("name the room in `room`"))?;
            let text = sending::with_links(&post.text, &post.attachments)?;
            put(settings, room, "send/m.room.message", key, &message(&text)?, now)
        }
        Outbound::Edit(edit) => {
            let (room, event) = place(&edit.source_id)?;
            let new = message(&edit.text)?;
            let content = json!({
                "msgtype": "m.text", "body": format!("* {}", edit.text.trim()), "m.new_content": new,
                "m.relates_to": {"rel_type": "m.replace", "event_id": event},
            });
            put(settings, room, "send/m.room.message", key, &content, now)
        }
        Outbound::Hide(id) => {
            let (room, event) = place(id)?;
            put(settings, room, &format!("redact/{}", sending::encoded(event)), key, &json!({}), now)
        }
        Outbound::Template(_) => Err(never("Matrix knows no approved texts")),
    }
}

fn answer(reply: &Reply) -> Result<Value, Undelivered> {
    let mut content = message(&sending::with_links(&reply.text, &reply.attachments)?)?;
    let answered = reply.in_reply_to.as_deref().filter(|id| id.starts_with('$'));
    let thread = sending::attribute(&reply.attributes, "thread-id");
    let relation = match (thread, answered) {
        (Some(thread), answered) => {
            json!({"rel_type": "m.thread", "event_id": thread, "is_falling_back": false, "m.in_reply_to": {"event_id": answered.unwrap_or(thread)}})
        }
        (None, Some(answered)) => json!({"m.in_reply_to": {"event_id": answered}}),
        (None, None) => return Ok(content),
    };
    if let Some(fields) = content.as_object_mut() {
        fields.insert("m.relates_to".to_owned(), relation);
    }
    Ok(content)
}

fn message(text: &str) -> Result<Value, Undelivered> {
    sending::fits(text, sending::Unit::Bytes, TEXT_BYTES_MAX)?;
    Ok(json!({"msgtype": "m.text", "body": sending::words(text)?}))
}

/// Puts an event into a room. The transaction id makes a second try the same event.
fn put(settings: &Settings, room: &str, what: &str, key: &str, content: &Value, now: Timestamp) -> Result<Delivered, Undelivered> {
    let as_whom = settings.user_id.as_deref().filter(|_| settings.application_service).map(|user| ("user_id", user));
    let query = sending::query(as_whom.as_slice());
    let url = format!("{}/_matrix/client/v3/rooms/{}/{what}/{}{query}", settings.base_url(), sending::encoded(room), sending::encoded(key));
    let request = Request { method: "PUT".to_owned(), ..Request::post_json(url, content.to_string()) };
    let answer = sending::exchange(&request.credential("access_token"), true)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why =
        || format!("{}: {}", lenient::text(&body, "errcode").unwrap_or_default(), lenient::text(&body, "error").unwrap_or("no words"));
    match lenient::text(&body, "errcode") {
        Some("M_LIMIT_EXCEEDED") => {
            let wait = body.get("retry_after_ms").and_then(Value::as_u64).map(|wait| now.saturating_add(wait));
            return Err(Undelivered::Later((answer.retry_at(now).or(wait), why())));
        }
        // Not in the room, or not allowed to speak there: the token itself is good.
        Some("M_FORBIDDEN" | "M_TOO_LARGE") => return Err(Undelivered::Never(why())),
        _ => {}
    }
    sending::judged(answer, true, now)?;
    let id = lenient::id(&body, "event_id").ok_or_else(|| Undelivered::Unknown("the answer names no event".to_owned()))?;
    Ok(Delivered::Sent(vec![id]))
}

/// An event by `!room:server/$event`: its own id does not tell where it stands.
fn place(id: &str) -> Result<(&str, &str), Undelivered> {
    let place = id.split_once("/$").filter(|(room, _)| room.starts_with('!'));
    let (room, event) = place.ok_or_else(|| never("write it as `!room:server/$event`: an id alone does not tell where"))?;
    Ok((room, id.get(id.len() - event.len() - 1..).unwrap_or(event)))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
