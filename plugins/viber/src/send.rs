//! Messages that go out. Source: Viber's "REST bot API", send message.
//!
//! Viber answers 200 whatever happens; the body's `status` says what became of it.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Delivered, Outbound, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::{BASE_URL, Settings};

/// Viber's own limits: of a text, and of the words beside a picture.
const TEXT_CHARS_MAX: u32 = 7_000;
const CAPTION_CHARS_MAX: usize = 768;

/// Sends it; each file is a message of its own.
///
/// # Errors
/// By the status in the answer. When a later part fails, a person has to look: nothing is sent twice.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let reply = match outbound {
        Outbound::Reply(reply) => reply,
        Outbound::Post(_) => return Err(never("a bot has no public place to post to")),
        Outbound::Template(_) => return Err(never("Viber knows no approved texts")),
        Outbound::Edit(_) | Outbound::Hide(_) => return Err(never("what was sent to a chat cannot be changed")),
    };
    let receiver = reply.recipient.as_deref().filter(|id| !id.is_empty()).unwrap_or(&reply.conversation);
    let files = sending::files(&reply.attachments)?;
    let text = reply.text.trim();
    if files.is_empty() {
        sending::words(text)?;
    }
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    let mut parts: Vec<Value> = Vec::new();
    let caption =
        matches!(files.as_slice(), [(file, _)] if file.media_type.starts_with("image/")) && text.chars().count() <= CAPTION_CHARS_MAX;
    if !caption && !text.is_empty() {
        parts.push(json!({"type": "text", "text": text}));
    }
    for (file, url) in files {
        parts.push(media(file, url, if caption { text } else { "" }));
    }
    let (count, mut sent) = (parts.len(), Vec::new());
    for part in parts {
        match one(settings, receiver, part, now) {
            Ok(token) => sent.push(token),
            Err(why) if sent.is_empty() => return Err(why),
            // Another try would repeat what has arrived.
            Err(why) => return Err(never(&format!("{} of {count} parts were sent, then: {why:?}", sent.len()))),
        }
    }
    Ok(Delivered::Sent(sent))
}

fn media(file: &Attachment, url: &str, caption: &str) -> Value {
    match (file.media_type.split('/').next().unwrap_or_default(), file.size_bytes) {
        ("image", _) => json!({"type": "picture", "text": caption, "media": url}),
        ("video", Some(size)) => json!({"type": "video", "media": url, "size": size}),
        (_, Some(size)) => json!({"type": "file", "media": url, "size": size, "file_name": file.name.as_deref().unwrap_or("file")}),
        // Viber wants to know how large a file is.
        (_, None) => json!({"type": "url", "media": url}),
    }
}

fn one(settings: &Settings, receiver: &str, part: Value, now: Timestamp) -> Result<String, Undelivered> {
    let mut body = json!({"receiver": receiver, "min_api_version": 1});
    let mut from = json!({"name": settings.sender_name.as_deref().unwrap_or("Support")});
    if let (Some(from), Some(avatar)) = (from.as_object_mut(), &settings.sender_avatar) {
        from.insert("avatar".to_owned(), Value::from(avatar.as_str()));
    }
    if let (Some(body), Value::Object(part)) = (body.as_object_mut(), part) {
        body.insert("sender".to_owned(), from);
        body.extend(part);
    }
    let url = format!("{}/pa/send_message", settings.base_url.as_deref().unwrap_or(BASE_URL));
    let answer = sending::send(&Request::post_json(url, body.to_string()).credential("auth_token"), now)?;
    outcome(&serde_json::from_slice(&answer.body).unwrap_or_default())
}

fn outcome(answer: &Value) -> Result<String, Undelivered> {
    let why = || format!("status {}: {}", lenient::count(answer, "status"), lenient::text(answer, "status_message").unwrap_or("no words"));
    match answer.get("status").and_then(Value::as_u64) {
        Some(0) => {}
        None => return Err(Undelivered::Unknown("the answer has no status".to_owned())),
        // A wrong token; a bot that is blocked, suspended or not allowed.
        Some(2 | 7 | 8 | 9 | 15) => return Err(Undelivered::Unauthorised(why())),
        Some(12) => return Err(Undelivered::Later((None, why()))),
        // Bad data, people who are not subscribed, devices that cannot show it.
        Some(_) => return Err(Undelivered::Never(why())),
    }
    lenient::id(answer, "message_token").ok_or_else(|| Undelivered::Unknown("the answer names no message".to_owned()))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
