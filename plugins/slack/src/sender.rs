//! Replies: messages of the app.

use lenient::text;
use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Delivered, Edit, Outbound, Reply, Response, Timestamp, Undelivered};
use sending::{Unit, attribute, files, fits};
use serde_json::{Map, Value, json};

use crate::message::{halves, source_id};
use crate::mrkdwn::escaped;
use crate::settings::Settings;

/// What a message holds, in characters; more would be cut.
const TEXT_MAX: u32 = 40_000;
/// The type under which a message remembers what it was sent for.
pub(crate) const METADATA: &str = "pointsman_delivery";

/// Sends it.
///
/// # Errors
/// As the channel says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => {
            let place = Place::of(reply)?;
            let mut body = said(&reply.text, &reply.attachments)?;
            body.insert("channel".to_owned(), json!(place.channel));
            body.extend(place.thread.map(|thread| ("thread_ts".to_owned(), json!(thread))));
            match place.only_for {
                Some(user) => only_for(settings, key, (place.channel, user), body, now),
                None => post(settings, key, body, now),
            }
        }
        Outbound::Post(broadcast) => {
            let channel = attribute(&broadcast.attributes, "channel").or(settings.channel.as_deref());
            let channel = channel.ok_or_else(|| Undelivered::Never("there is no `channel` in the settings to post to".to_owned()))?;
            let mut body = said(&broadcast.text, &broadcast.attachments)?;
            body.insert("channel".to_owned(), json!(channel));
            post(settings, key, body, now)
        }
        Outbound::Edit(edit) => update(settings, edit, now),
        Outbound::Template(_) => Err(Undelivered::Never("Slack knows no templates".to_owned())),
        Outbound::Hide(_) => Err(Undelivered::Never("an app cannot hide other people's messages".to_owned())),
    }
}

/// Where a reply goes.
pub(crate) struct Place<'a> {
    pub(crate) channel: &'a str,
    pub(crate) thread: Option<&'a str>,
    /// The person who alone sees it in a channel.
    pub(crate) only_for: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The channel and thread of the conversation.
    pub(crate) fn of(reply: &'a Reply) -> Result<Self, Undelivered> {
        let (channel, thread) = halves(&reply.conversation);
        if channel.is_empty() {
            return Err(Undelivered::Never("the conversation names no channel".to_owned()));
        }
        let direct = channel.starts_with(['D', 'U', 'W']);
        let only_for = reply.recipient.as_deref().filter(|_| reply.private && !direct);
        if reply.private && !direct && only_for.is_none() {
            return Err(Undelivered::Never("it is not known to whom to write".to_owned()));
        }
        Ok(Self { channel, thread, only_for })
    }
}

/// The text, and files as attachments that Slack shows.
fn said(words: &str, attachments: &[Attachment]) -> Result<Map<String, Value>, Undelivered> {
    let files = files(attachments)?;
    if files.is_empty() {
        sending::words(words)?;
    }
    fits(words.trim(), Unit::Chars, TEXT_MAX)?;
    let shown = files.iter().map(|(file, url)| {
        let name = file.name.as_deref().or(file.description.as_deref()).unwrap_or(url);
        let image = file.media_type.starts_with("image/").then_some(url);
        json!({"fallback": escaped(name), "title": escaped(name), "title_link": url, "image_url": image})
    });
    let shown: Vec<Value> = shown.collect();
    let mut body = Map::new();
    body.insert("text".to_owned(), json!(escaped(words.trim())));
    if !shown.is_empty() {
        body.insert("attachments".to_owned(), json!(shown));
    }
    Ok(body)
}

/// A message to all in the channel. It carries the key, by which it can be found again.
fn post(settings: &Settings, key: &str, mut body: Map<String, Value>, now: Timestamp) -> Result<Delivered, Undelivered> {
    body.insert("client_msg_id".to_owned(), json!(uuid(key)));
    body.insert("metadata".to_owned(), json!({"event_type": METADATA, "event_payload": {"key": key}}));
    let answer = call(settings, "chat.postMessage", body, now)?;
    let channel = text(&answer, "channel").unwrap_or_default().to_owned();
    Ok(sent(&channel, text(&answer, "ts")))
}

/// A message that one person sees in the channel; where the app is not in it, a direct message.
fn only_for(
    settings: &Settings,
    key: &str,
    (channel, user): (&str, &str),
    body: Map<String, Value>,
    now: Timestamp,
) -> Result<Delivered, Undelivered> {
    let mut shown = body.clone();
    shown.insert("user".to_owned(), json!(user));
    match call(settings, "chat.postEphemeral", shown, now) {
        Ok(answer) => Ok(sent(channel, text(&answer, "message_ts"))),
        Err(Undelivered::Never(why)) if matches!(why.as_str(), "not_in_channel" | "channel_not_found" | "user_not_in_channel") => {
            let mut direct = body;
            direct.remove("thread_ts");
            direct.insert("channel".to_owned(), json!(user));
            post(settings, key, direct, now)
        }
        Err(why) => Err(why),
    }
}

fn update(settings: &Settings, edit: &Edit, now: Timestamp) -> Result<Delivered, Undelivered> {
    let (channel, Some(ts)) = halves(&edit.source_id) else {
        return Err(Undelivered::Never(format!("`{}` is no message", edit.source_id)));
    };
    let mut body = said(&edit.text, &[])?;
    body.insert("channel".to_owned(), json!(channel));
    body.insert("ts".to_owned(), json!(ts));
    call(settings, "chat.update", body, now)?;
    Ok(Delivered::Sent(vec![edit.source_id.clone()]))
}

fn sent(channel: &str, ts: Option<&str>) -> Delivered {
    Delivered::Sent(ts.map(|ts| source_id(channel, ts)).into_iter().collect())
}

fn call(settings: &Settings, method: &str, body: Map<String, Value>, now: Timestamp) -> Result<Value, Undelivered> {
    let request = Request { body: Value::Object(body).to_string().into_bytes(), ..Request::new("POST", settings.method(method)) };
    let request = request.header("content-type", "application/json; charset=utf-8").credential("token");
    judged(sending::exchange(&request, true)?, true, now)
}

/// What an answer says: mostly its status is 200, and the body tells.
///
/// # Errors
/// As the channel says; with `changes` what may have been carried out is `Unknown`.
pub(crate) fn judged(answer: Response, changes: bool, now: Timestamp) -> Result<Value, Undelivered> {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let retry_at = answer.retry_at(now);
    if answer.status != 200 {
        sending::judged(answer, changes, now)?;
    }
    if lenient::flag(&document, "ok") {
        return Ok(document);
    }
    let unknown = |why: String| if changes { Undelivered::Unknown(why) } else { Undelivered::Later((None, why)) };
    let Some(error) = text(&document, "error") else {
        return Err(unknown("the answer is not Slack's".to_owned()));
    };
    let why = error.to_owned();
    Err(match error {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => Undelivered::Later((retry_at, why)),
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "team_added_to_org" => unknown(why),
        "msg_too_long" => Undelivered::TooLong(TEXT_MAX),
        "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "missing_scope"
        | "no_permission"
        | "not_allowed_token_type"
        | "access_denied"
        | "org_login_required"
        | "two_factor_setup_required"
        | "enterprise_is_restricted"
        | "team_access_not_granted" => Undelivered::Unauthorised(why),
        "edit_window_closed" => Undelivered::WindowClosed(why),
        _ => Undelivered::Never(why),
    })
}

/// A UUID (RFC 9562, version 8) that is always the same for a key.
fn uuid(key: &str) -> String {
    let digits = lenient::fingerprint(key.as_bytes()) + &lenient::fingerprint(format!("{key}/").as_bytes());
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
