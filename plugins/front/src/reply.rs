//! Replies and comments (`POST /conversations/{id}/messages`).

use pointsman_plugin::http::Request;
use pointsman_plugin::{Attribute, Delivered, Outbound, Reply, Timestamp, Undelivered};
use sending::words;
use serde_json::{Value, json};

use crate::Settings;
use lenient::{flag, id, list, text};

const API: &str = "https://api2.frontapp.com";
const CREDENTIAL: &str = "token";
const CHARS_MAX: u32 = 65_000;

pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let reply = reply(outbound)?;
    let words = words(&reply.text)?;
    sending::fits(words, sending::Unit::Chars, CHARS_MAX)?;
    if !reply.attachments.is_empty() {
        return Err(Undelivered::Never("this connector sends no files to Front".to_owned()));
    }
    let url = conversation(settings, reply)?;
    let author = settings.author_id.as_deref();
    if is_note(reply) {
        let answer = sending::post(format!("{url}/comments"), CREDENTIAL, &with_author(json!({"body": words}), author), now)?;
        return sent(id(&answer, "id"));
    }
    let body = json!({"body": html(words), "text": words, "options": {"archive": false}});
    let answer = sending::post(format!("{url}/messages"), CREDENTIAL, &with_author(body, author), now)?;
    let uid = id(&answer, "message_uid").ok_or_else(|| Undelivered::Unknown("the answer has no `message_uid`".to_owned()))?;
    // Front takes it first and sends it later; what it tells afterwards names the message's own id, when there is one already.
    let known = Request::get(format!("{}/messages/alt:uid:{}", base(settings), lenient::escaped(&uid))).credential(CREDENTIAL);
    let known = sending::ask(&known, now).ok().and_then(|answer| id(&serde_json::from_slice(&answer.body).unwrap_or_default(), "id"));
    sent(known.or(Some(uid)))
}

/// Looks for the same words among the conversation's newest messages.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let reply = reply(outbound)?;
    let (list_of, field) = if is_note(reply) { ("comments", "body") } else { ("messages", "text") };
    let request = Request::get(format!("{}/{list_of}?limit=50", conversation(settings, reply)?)).credential(CREDENTIAL);
    let answer = sending::ask(&request, now)?;
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = folded(words(&reply.text)?);
    let ours = |message: &&Value| {
        let at = lenient::time(message, "created_at").or_else(|| lenient::time(message, "posted_at"));
        let after = at.is_none_or(|at| reply.last_inbound_at.is_none_or(|last| at >= last));
        !flag(message, "is_inbound") && after && text(message, field).is_some_and(|text| folded(text) == words)
    };
    let found = list(&document, "_results").iter().find(ours).and_then(|message| id(message, "id"));
    Ok(found.map(|id| Delivered::Sent(vec![id])))
}

fn reply(outbound: &Outbound) -> Result<&Reply, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => Ok(reply),
        _ => Err(Undelivered::Never("Front's conversations know replies and comments only".to_owned())),
    }
}

/// `note = true`: a comment, for colleagues only.
fn is_note(reply: &Reply) -> bool {
    Attribute::find(&reply.attributes, "note").and_then(|value| value.as_flag()).unwrap_or_default()
}

fn base(settings: &Settings) -> &str {
    settings.base_url.as_deref().unwrap_or(API).trim_end_matches('/')
}

fn conversation(settings: &Settings, reply: &Reply) -> Result<String, Undelivered> {
    let id = &reply.conversation;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(Undelivered::Never(format!("`{id}` is no conversation")));
    }
    Ok(format!("{}/conversations/{id}", base(settings)))
}

fn with_author(mut body: Value, author: Option<&str>) -> Value {
    if let (Some(fields), Some(author)) = (body.as_object_mut(), author) {
        fields.insert("author_id".to_owned(), Value::String(author.to_owned()));
    }
    body
}

fn sent(id: Option<String>) -> Result<Delivered, Undelivered> {
    id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer has no id".to_owned()))
}

fn html(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
