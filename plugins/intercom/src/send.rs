//! Answers. Source: Intercom's API reference, "Reply to a conversation", "Redact a conversation" and "Retrieve a conversation".

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::{BASE_URL, Settings};

/// The form of the API that this was written against.
const VERSION: &str = "2.11";
/// Intercom's own limit.
const FILES_MAX: usize = 10;
/// Larger than anything that a person reads; Intercom names no limit.
const TEXT_CHARS_MAX: u32 = 65_000;

/// Sends it.
///
/// # Errors
/// As Intercom says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => answer(settings, reply, now),
        Outbound::Hide(id) => redact(settings, id, now),
        Outbound::Edit(_) => Err(never("Intercom lets nobody change what was sent")),
        Outbound::Post(_) => Err(never("Intercom has no public place to post to")),
        Outbound::Template(_) => Err(never("Intercom's macros are not sent by the API")),
    }
}

fn answer(settings: &Settings, reply: &Reply, now: Timestamp) -> Result<Delivered, Undelivered> {
    let admin = settings.admin_id.as_deref().ok_or_else(|| never("no `admin_id` is configured"))?;
    let files: Vec<&str> = sending::files(&reply.attachments)?.into_iter().map(|(_, url)| url).collect();
    if files.len() > FILES_MAX {
        return Err(never(&format!("more than {FILES_MAX} files in one answer")));
    }
    let text = reply.text.trim();
    if files.is_empty() {
        sending::words(text)?;
    }
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    let body = json!({"message_type": "comment", "type": "admin", "admin_id": admin, "body": text, "attachment_urls": files});
    let url = format!("{}/reply", conversation(settings, &reply.conversation));
    let request = Request::post_json(url, body.to_string()).header("intercom-version", VERSION).credential("access_token");
    let answer = limited(sending::exchange(&request, true)?, now)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    Ok(Delivered::Sent(newest(&body, admin).into_iter().collect()))
}

/// Looks for the same words by that teammate since the customer's own.
///
/// # Errors
/// As Intercom says.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let (Outbound::Reply(reply), Some(admin)) = (outbound, settings.admin_id.as_deref()) else {
        return Err(never("only answers can be looked for; a person has to look"));
    };
    let url = format!("{}?display_as=plaintext", conversation(settings, &reply.conversation));
    let request = Request::get(url).header("intercom-version", VERSION).credential("access_token");
    let answer = sending::ask(&request, now)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let since = reply.last_inbound_at.unwrap_or_default();
    let ours = |part: &&Value| {
        by(part, admin)
            && lenient::text(part, "body").is_some_and(|words| folded(words) == folded(&reply.text))
            // Intercom's times are whole seconds.
            && lenient::time(part, "created_at").is_some_and(|at| at + 999 >= since)
    };
    let part = lenient::list(&body, "/conversation_parts/conversation_parts").iter().rev().find(ours);
    Ok(part.and_then(|part| lenient::id(part, "id")).map(|id| Delivered::Sent(vec![id])))
}

/// Blanks a part, `conversation/part`: an id alone does not tell where it stands.
fn redact(settings: &Settings, id: &str, now: Timestamp) -> Result<Delivered, Undelivered> {
    let (conversation, part) =
        id.split_once('/').ok_or_else(|| never("write it as `conversation/part`: an id alone does not tell where"))?;
    let body = json!({"type": "conversation_part", "conversation_id": conversation, "conversation_part_id": part});
    let url = format!("{}/conversations/redact", settings.base_url.as_deref().unwrap_or(BASE_URL));
    let request = Request::post_json(url, body.to_string()).header("intercom-version", VERSION).credential("access_token");
    sending::send(&request, now)?;
    Ok(Delivered::Sent(vec![id.to_owned()]))
}

/// The answer, or when the rate is full again: Intercom says it in a header of its own.
fn limited(answer: pointsman_plugin::Response, now: Timestamp) -> Result<pointsman_plugin::Response, Undelivered> {
    let reset = answer.header("x-ratelimit-reset").and_then(pointsman_plugin::time::unix);
    sending::judged(answer, true, now).map_err(|why| match why {
        Undelivered::Later((None, why)) => Undelivered::Later((reset, why)),
        other => other,
    })
}

/// The id of the newest part by this teammate.
fn newest(conversation: &Value, admin: &str) -> Option<String> {
    let parts = lenient::list(conversation, "/conversation_parts/conversation_parts");
    parts.iter().rev().find(|part| by(part, admin)).and_then(|part| lenient::id(part, "id"))
}

fn by(part: &Value, admin: &str) -> bool {
    lenient::id(part, "/author/id").as_deref() == Some(admin)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn conversation(settings: &Settings, id: &str) -> String {
    format!("{}/conversations/{}", settings.base_url.as_deref().unwrap_or(BASE_URL), sending::encoded(id))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
