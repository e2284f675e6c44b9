//! Replies and private notes (API v2: `POST /tickets/{id}/reply`).

use pointsman_plugin::http::Request;
use pointsman_plugin::{Attribute, Delivered, Outbound, Reply, Timestamp, Undelivered};
use sending::words;
use serde_json::{Value, json};

use crate::Settings;
use lenient::{flag, id, text};

/// What the API says of its own limit is only that there is one; this is what a reply may reasonably have, in characters.
const CHARS_MAX: u32 = 65_000;
const CREDENTIAL: &str = "api-key";
const PER_PAGE: usize = 100;
const PAGES_MAX: usize = 3;

pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let reply = reply(outbound)?;
    let words = words(&reply.text)?;
    sending::fits(words, sending::Unit::Chars, CHARS_MAX)?;
    if !reply.attachments.is_empty() {
        return Err(Undelivered::Never("this connector sends no files to Freshdesk".to_owned()));
    }
    let (action, mut body) = if is_note(reply) { ("notes", json!({"private": true})) } else { ("reply", json!({})) };
    if let Some(fields) = body.as_object_mut() {
        fields.insert("body".to_owned(), Value::String(html(words)));
        fields.extend(settings.agent_id.map(|agent| ("user_id".to_owned(), json!(agent))));
    }
    let answer = sending::post(format!("{}/{action}", ticket(settings, reply)?), CREDENTIAL, &body, now)?;
    let id = id(&answer, "id").ok_or_else(|| Undelivered::Unknown("the answer has no id".to_owned()))?;
    Ok(Delivered::Sent(vec![id]))
}

/// Looks for the same words among what was written in the ticket since the customer spoke last.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let reply = reply(outbound)?;
    let words = folded(words(&reply.text)?);
    let url = ticket(settings, reply)?;
    for page in 1..=PAGES_MAX {
        let request = Request::get(format!("{url}/conversations?per_page={PER_PAGE}&page={page}")).credential(CREDENTIAL);
        let answer = sending::ask(&request, now)?;
        let entries: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let entries = lenient::list(&entries, "");
        let ours = |entry: &&Value| {
            let after = lenient::time(entry, "created_at").is_none_or(|at| reply.last_inbound_at.is_none_or(|last| at >= last));
            let note = flag(entry, "private");
            !flag(entry, "incoming")
                && after
                && note == is_note(reply)
                && text(entry, "body_text").is_some_and(|text| folded(text) == words)
        };
        if let Some(id) = entries.iter().find(ours).and_then(|entry| id(entry, "id")) {
            return Ok(Some(Delivered::Sent(vec![id])));
        }
        if entries.len() < PER_PAGE {
            break;
        }
    }
    Ok(None)
}

fn reply(outbound: &Outbound) -> Result<&Reply, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => Ok(reply),
        _ => Err(Undelivered::Never("Freshdesk's tickets know replies and notes only".to_owned())),
    }
}

/// `note = true`: for colleagues only.
fn is_note(reply: &Reply) -> bool {
    Attribute::find(&reply.attributes, "note").and_then(|value| value.as_flag()).unwrap_or_default()
}

fn ticket(settings: &Settings, reply: &Reply) -> Result<String, Undelivered> {
    let base = settings.base_url.as_deref().ok_or_else(|| Undelivered::Never("`base_url` is not set".to_owned()))?;
    let id = &reply.conversation;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Undelivered::Never(format!("`{id}` is no ticket")));
    }
    Ok(format!("{}/api/v2/tickets/{id}", base.trim_end_matches('/')))
}

fn html(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
