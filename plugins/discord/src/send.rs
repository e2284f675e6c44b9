//! Answers. Sources: Discord's "Message resource", "Receiving and responding to interactions", "Rate limits".
//!
//! Under an interaction's token the answer takes the place of the promise that was made, and only who asked sees it unless the settings say
//! otherwise. After fifteen minutes, and to messages, the bot answers in the channel, or, in private, in a direct message.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Response, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::author::time_of;
use crate::interaction::EPHEMERAL;
use crate::settings::Settings;

/// Discord's own limit.
const TEXT_CHARS_MAX: u32 = 2_000;
/// Discord says fifteen minutes; what is on the way takes time.
const TOKEN_MS: u64 = 14 * 60_000 + 30_000;

/// Sends it.
///
/// # Errors
/// As Discord says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => answer(settings, key, reply, now),
        Outbound::Post(post) => {
            let channel = sending::attribute(&post.attributes, "channel").ok_or_else(|| never("name the channel in `channel`"))?;
            let text = fitting(&sending::with_links(&post.text, &post.attachments)?)?;
            in_channel(settings, key, channel, message(&text), now)
        }
        Outbound::Edit(edit) => {
            let body = json!({"content": fitting(&edit.text)?, "allowed_mentions": {"parse": []}});
            let request = Request { method: "PATCH".to_owned(), ..Request::post_json(place(settings, &edit.source_id)?, body.to_string()) };
            limited(sending::exchange(&request.credential("bot_token"), true)?, now)?;
            Ok(Delivered::Sent(vec![edit.source_id.clone()]))
        }
        Outbound::Hide(id) => {
            let answer = sending::exchange(&Request::new("DELETE", place(settings, id)?).credential("bot_token"), true)?;
            // Gone already.
            if answer.status != 404 {
                limited(answer, now)?;
            }
            Ok(Delivered::Sent(vec![id.clone()]))
        }
        Outbound::Template(_) => Err(never("Discord knows no approved texts")),
    }
}

fn answer(settings: &Settings, key: &str, reply: &Reply, now: Timestamp) -> Result<Delivered, Undelivered> {
    let text = fitting(&sending::with_links(&reply.text, &reply.attachments)?)?;
    if let Some(hook) = hook(settings, reply, now) {
        let mut body = json!({"content": text, "allowed_mentions": {"parse": []}});
        if reply.private || !settings.public_answers {
            put(&mut body, "flags", Value::from(EPHEMERAL));
        }
        // The token in the address is all that is asked for.
        return sent(&sending::exchange(&Request::post_json(hook, body.to_string()), true)?, now);
    }
    let in_server = sending::attribute(&reply.attributes, "guild-id").is_some();
    if reply.private && in_server {
        let channel = direct(settings, reply, now)?;
        return in_channel(settings, key, &channel, message(&text), now);
    }
    let mut body = message(&text);
    // An interaction is no message, so nothing can refer to it.
    if sending::attribute(&reply.attributes, "interaction-token").is_none()
        && let Some(answered) = &reply.in_reply_to
    {
        put(&mut body, "message_reference", json!({"message_id": answered, "fail_if_not_exists": false}));
        put(&mut body, "allowed_mentions", json!({"parse": [], "replied_user": true}));
    }
    in_channel(settings, key, &reply.conversation, body, now)
}

/// Where an interaction is answered, while its token is good.
fn hook(settings: &Settings, reply: &Reply, now: Timestamp) -> Option<String> {
    let token = sending::attribute(&reply.attributes, "interaction-token")?;
    let application = sending::attribute(&reply.attributes, "application-id").or(settings.own_id())?;
    let asked_at = reply.in_reply_to.as_deref().and_then(time_of).or(reply.last_inbound_at)?;
    let good = now < asked_at.saturating_add(TOKEN_MS);
    good.then(|| format!("{}/webhooks/{}/{}", settings.base_url(), sending::encoded(application), sending::encoded(token)))
}

/// The channel with the person alone; there is one for each, however often it is asked for.
fn direct(settings: &Settings, reply: &Reply, now: Timestamp) -> Result<String, Undelivered> {
    let person = reply.recipient.as_deref().ok_or_else(|| never("nobody is named to whom a private answer could go"))?;
    let request = Request::post_json(format!("{}/users/@me/channels", settings.base_url()), json!({"recipient_id": person}).to_string());
    let answer = limited(sending::exchange(&request.credential("bot_token"), false)?, now)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    lenient::id(&body, "id").ok_or_else(|| never("no channel with the person could be opened"))
}

/// A message by the bot. Under the same nonce Discord gives back what it has, for some minutes.
fn in_channel(settings: &Settings, key: &str, channel: &str, mut body: Value, now: Timestamp) -> Result<Delivered, Undelivered> {
    put(&mut body, "nonce", Value::from(lenient::fingerprint(key.as_bytes())));
    put(&mut body, "enforce_nonce", Value::from(true));
    let url = format!("{}/channels/{}/messages", settings.base_url(), sending::encoded(channel));
    sent(&sending::exchange(&Request::post_json(url, body.to_string()).credential("bot_token"), true)?, now)
}

fn message(text: &str) -> Value {
    // Words of ours must not ring everybody.
    json!({"content": text, "allowed_mentions": {"parse": []}})
}

fn sent(answer: &Response, now: Timestamp) -> Result<Delivered, Undelivered> {
    let answer = limited(answer.clone(), now)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let id = lenient::id(&body, "id").ok_or_else(|| Undelivered::Unknown("the answer names no message".to_owned()))?;
    Ok(Delivered::Sent(vec![id]))
}

/// The answer, or what its code means. A used-up rate says in its body, to the millisecond, when it is full again.
fn limited(answer: Response, now: Timestamp) -> Result<Response, Undelivered> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = || format!("{}: {}", lenient::count(&body, "code"), lenient::text(&body, "message").unwrap_or("no words"));
    let wait = lenient::number(&body, "retry_after").filter(|wait| (0.0..86_400.0).contains(wait));
    let wait = wait.and_then(|wait| std::time::Duration::try_from_secs_f64(wait).ok());
    match (answer.status, lenient::count(&body, "code")) {
        (429, _) => {
            let at = wait.map(|wait| now.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)).saturating_add(1));
            Err(Undelivered::Later((at.or(answer.retry_at(now)), why())))
        }
        // The person takes no direct messages; the bot is not let into the channel. The token itself is good.
        (403, 50_001 | 50_007 | 50_013) => Err(Undelivered::Never(why())),
        // The interaction's token is over.
        (_, 10_015 | 50_027) => Err(Undelivered::WindowClosed(why())),
        _ => sending::judged(answer, true, now),
    }
}

/// Looks for the same words by us: in the channel since the customer's own, or in the place of the promise.
///
/// # Errors
/// When Discord does not tell.
pub(crate) fn find(settings: &Settings, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let (channel, text, since, hook) = match outbound {
        Outbound::Reply(reply) => {
            let in_server = sending::attribute(&reply.attributes, "guild-id").is_some();
            let text = sending::with_links(&reply.text, &reply.attachments)?;
            let hook = hook(settings, reply, now);
            if reply.private && in_server && hook.is_none() {
                // The nonce keeps a second try from being a second message.
                return Ok(None);
            }
            (reply.conversation.as_str(), text, reply.last_inbound_at.unwrap_or_default(), hook)
        }
        // A change or a removal made twice is made; a post is kept single by its nonce.
        _ => return Ok(None),
    };
    if let Some(hook) = hook {
        return promised(&format!("{hook}/messages/@original"), &text, now);
    }
    let url = format!("{}/channels/{}/messages?limit=50", settings.base_url(), sending::encoded(channel));
    let found = sending::fetch(url, "bot_token", now)?;
    let ours = |message: &&Value| {
        let own = settings.own_id().is_none_or(|own| lenient::text(message, "/author/id") == Some(own));
        own && lenient::flag(message, "/author/bot")
            && lenient::text(message, "content").is_some_and(|content| content.trim() == text)
            && lenient::time(message, "timestamp").is_some_and(|at| at >= since)
    };
    let found = lenient::list(&found, "").iter().find(ours).and_then(|message| lenient::id(message, "id"));
    Ok(found.map(|id| Delivered::Sent(vec![id])))
}

/// What stands where the promise stood. Later answers under the same token cannot be listed.
fn promised(url: &str, text: &str, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let answer = sending::exchange(&Request::get(url), false)?;
    if answer.status == 404 {
        return Ok(None);
    }
    let answer = sending::judged(answer, false, now)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match lenient::text(&body, "content").map(str::trim) {
        None => Ok(None),
        Some(content) if content == text => Ok(lenient::id(&body, "id").map(|id| Delivered::Sent(vec![id]))),
        Some(_) => Err(never("Discord does not list later answers to an interaction; a person has to look")),
    }
}

/// A message by `channel/message`: its own id does not tell where it stands.
fn place(settings: &Settings, id: &str) -> Result<String, Undelivered> {
    let (channel, message) = id.split_once('/').ok_or_else(|| never("write it as `channel/message`: an id alone does not tell where"))?;
    Ok(format!("{}/channels/{}/messages/{}", settings.base_url(), sending::encoded(channel), sending::encoded(message)))
}

fn put(body: &mut Value, name: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

fn fitting(text: &str) -> Result<String, Undelivered> {
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    sending::words(text).map(str::to_owned)
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
