//! Messages that go out. Source: LINE's "Messaging API reference", send reply and push message, and "Retrying an API request".
//!
//! A reply token is good for one answer within about a minute and costs nothing; everything else is pushed, with a retry key under which
//! LINE carries a push out once.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Delivered, Outbound, Reply, Response, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::{BASE_URL, Settings};

/// LINE's own limits: of a text, and of the messages in one request.
const TEXT_UTF16_MAX: u32 = 5_000;
const MESSAGES_MAX: usize = 5;
/// LINE says a minute; what is on the way takes time.
const TOKEN_MS: u64 = 50_000;

/// Sends it.
///
/// # Errors
/// As LINE says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let reply = match outbound {
        Outbound::Reply(reply) => reply,
        Outbound::Post(_) => return Err(never("broadcasts go to every follower and are paid for: they are not sent from here")),
        Outbound::Template(_) => return Err(never("LINE knows no approved texts")),
        Outbound::Edit(_) | Outbound::Hide(_) => return Err(never("what was sent to a chat cannot be changed")),
    };
    let messages = messages(reply)?;
    let fresh = reply.last_inbound_at.is_some_and(|at| now < at.saturating_add(TOKEN_MS));
    let token = sending::attribute(&reply.attributes, "reply-token").filter(|_| fresh && !settings.push_only && !reply.private);
    if let Some(token) = token
        && let Some(sent) = answer(settings, token, &messages, now)?
    {
        return Ok(sent);
    }
    push(settings, key, reply, &messages, now)
}

/// Answers with the token. None: the token is not good any more, and nothing was sent.
fn answer(settings: &Settings, token: &str, messages: &[Value], now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let body = json!({"replyToken": token, "messages": messages, "notificationDisabled": settings.silent});
    let request = request(settings, "/v2/bot/message/reply", &body);
    let attempt = || {
        let answer = sending::exchange(&request, true)?;
        if spent(&answer) { Ok(None) } else { sent(answer, now).map(Some) }
    };
    match attempt() {
        // A token is good once: when the second try is refused, the first was carried out.
        Err(Undelivered::Unknown(_)) => match attempt() {
            Err(Undelivered::Unknown(_)) => Err(never("LINE did not say twice what became of it; a person has to look")),
            second => second.map(|sent| sent.or(Some(Delivered::Sent(Vec::new())))),
        },
        first => first,
    }
}

fn spent(answer: &Response) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer.status == 400 && lenient::text(&body, "message").is_some_and(|why| why.contains("reply token"))
}

fn push(settings: &Settings, key: &str, reply: &Reply, messages: &[Value], now: Timestamp) -> Result<Delivered, Undelivered> {
    let person = reply.recipient.as_deref().filter(|id| !id.is_empty());
    let to = person.filter(|_| reply.private).unwrap_or(&reply.conversation);
    let body = json!({"to": to, "messages": messages, "notificationDisabled": settings.silent});
    let request = request(settings, "/v2/bot/message/push", &body).header("x-line-retry-key", uuid(key));
    let answer = sending::exchange(&request, true)?;
    // Carried out before, under the same key.
    if answer.status == 409 {
        return Ok(Delivered::Sent(ids(&answer)));
    }
    sent(answer, now)
}

fn request(settings: &Settings, path: &str, body: &Value) -> Request {
    let url = format!("{}{path}", settings.base_url.as_deref().unwrap_or(BASE_URL));
    Request::post_json(url, body.to_string()).credential("channel_access_token")
}

fn sent(answer: Response, now: Timestamp) -> Result<Delivered, Undelivered> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = lenient::text(&body, "message").unwrap_or_default();
    // The month's messages are used up: no try helps before the next month or another plan.
    if answer.status == 429 && why.contains("monthly limit") {
        return Err(never(why));
    }
    let answer = sending::judged(answer, true, now)?;
    Ok(Delivered::Sent(ids(&answer)))
}

fn ids(answer: &Response) -> Vec<String> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    lenient::list(&body, "sentMessages").iter().filter_map(|message| lenient::id(message, "id")).collect()
}

fn messages(reply: &Reply) -> Result<Vec<Value>, Undelivered> {
    let files = sending::files(&reply.attachments)?;
    let mut messages: Vec<Value> = files.iter().filter_map(|(file, url)| media(file, url)).collect();
    let links: Vec<&str> = files.iter().filter(|(file, url)| media(file, url).is_none()).map(|(_, url)| *url).collect();
    let lines: Vec<&str> = [reply.text.trim()].into_iter().filter(|text| !text.is_empty()).chain(links).collect();
    let text = lines.join("\n");
    sending::fits(&text, sending::Unit::Utf16, TEXT_UTF16_MAX)?;
    if !text.is_empty() {
        let mut message = json!({"type": "text", "text": text});
        if let (Some(fields), Some(quote)) = (message.as_object_mut(), sending::attribute(&reply.attributes, "quote-token")) {
            fields.insert("quoteToken".to_owned(), Value::from(quote));
        }
        messages.insert(0, message);
    }
    if messages.len() > MESSAGES_MAX {
        return Err(never(&format!("more than {MESSAGES_MAX} messages in one answer")));
    }
    if messages.is_empty() {
        sending::words("")?;
    }
    Ok(messages)
}

/// Pictures are shown; LINE wants a preview or a duration of everything else, which we do not have.
fn media(file: &Attachment, url: &str) -> Option<Value> {
    let shown = matches!(file.media_type.as_str(), "image/jpeg" | "image/png") && url.starts_with("https://");
    shown.then(|| json!({"type": "image", "originalContentUrl": url, "previewImageUrl": url}))
}

/// A UUID that is the same for the same key (RFC 9562, version 8).
fn uuid(key: &str) -> String {
    let high = lenient::fingerprint(key.as_bytes());
    let low = lenient::fingerprint(format!("{key}/retry").as_bytes());
    let part = |digits: &str, range: std::ops::Range<usize>| digits.get(range).unwrap_or("0").to_owned();
    format!("{}-{}-8{}-8{}-{}", part(&high, 0..8), part(&high, 8..12), part(&high, 13..16), part(&low, 1..4), part(&low, 4..16))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
