//! Replies: posts, and direct messages.

use lenient::{id, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Delivered, Outbound, Reply, Response, Timestamp, Undelivered};
use sending::{Unit, attribute, fits, with_links};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::weight::weight;

/// The weight of a post, of a long one, and the characters of a direct message.
const POST_MAX: u32 = 280;
const LONG_POST_MAX: u32 = 25_000;
const DIRECT_MAX: u32 = 10_000;

/// Sends it.
///
/// # Errors
/// As the channel says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => match Direct::of(reply) {
            Some(direct) => {
                let said = message(&reply.text, &reply.attachments)?;
                let answer = send(settings, "POST", &format!("{}/messages", direct.path()), &json!({"text": said}), now)?;
                sent(id(&answer, "/data/dm_event_id"))
            }
            None if reply.private => Err(Undelivered::Never("it is not known to whom to write".to_owned())),
            None => {
                let answered = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
                if !is_id(answered) {
                    return Err(Undelivered::Never(format!("`{answered}` is no post")));
                }
                let said = post(settings, &reply.text, &reply.attachments)?;
                create(settings, &json!({"text": said, "reply": {"in_reply_to_tweet_id": answered}}), now)
            }
        },
        Outbound::Post(broadcast) => {
            let said = post(settings, &broadcast.text, &broadcast.attachments)?;
            create(settings, &json!({"text": said}), now)
        }
        Outbound::Edit(edit) if is_id(&edit.source_id) => {
            let said = post(settings, &edit.text, &[])?;
            create(settings, &json!({"text": said, "edit_options": {"previous_post_id": edit.source_id}}), now)
        }
        Outbound::Hide(hidden) if is_id(hidden) => {
            send(settings, "PUT", &format!("/2/tweets/{hidden}/hidden"), &json!({"hidden": true}), now)?;
            Ok(Delivered::Sent(vec![hidden.clone()]))
        }
        Outbound::Edit(_) | Outbound::Hide(_) => Err(Undelivered::Never("this is no post".to_owned())),
        Outbound::Template(_) => Err(Undelivered::Never("X knows no templates".to_owned())),
    }
}

/// Where a direct message goes.
pub(crate) enum Direct<'a> {
    With(&'a str),
    Conversation(&'a str),
}

impl<'a> Direct<'a> {
    /// Of a reply to a direct message, or one only for the recipient's eyes; none for a public one.
    pub(crate) fn of(reply: &'a Reply) -> Option<Self> {
        let with = attribute(&reply.attributes, "dm-with");
        let conversation = attribute(&reply.attributes, "dm-conversation-id");
        let pair = reply.conversation.split_once('-').filter(|(one, other)| is_id(one) && is_id(other));
        match (conversation, with) {
            // A conversation of several; that of two has both ids in its name.
            (Some(conversation), _) if is_id(conversation) => Some(Self::Conversation(conversation)),
            (_, Some(with)) if is_id(with) => Some(Self::With(with)),
            _ if pair.is_some() => Some(Self::Conversation(&reply.conversation)),
            _ if reply.private => reply.recipient.as_deref().filter(|id| is_id(id)).map(Self::With),
            _ => None,
        }
    }

    /// Its part of the address.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::With(person) => format!("/2/dm_conversations/with/{person}"),
            Self::Conversation(id) => format!("/2/dm_conversations/{id}"),
        }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text for a direct message. Files by address become links, which people can open.
pub(crate) fn message(said: &str, attachments: &[Attachment]) -> Result<String, Undelivered> {
    let said = with_links(said, attachments)?;
    fits(&said, Unit::Chars, DIRECT_MAX).map(|()| said)
}

/// A text for a post.
pub(crate) fn post(settings: &Settings, said: &str, attachments: &[Attachment]) -> Result<String, Undelivered> {
    let said = with_links(said, attachments)?;
    let max = if settings.long_posts { LONG_POST_MAX } else { POST_MAX };
    if weight(&said) > usize::try_from(max).unwrap_or(usize::MAX) { Err(Undelivered::TooLong(max)) } else { Ok(said) }
}

fn create(settings: &Settings, body: &Value, now: Timestamp) -> Result<Delivered, Undelivered> {
    let answer = send(settings, "POST", "/2/tweets", body, now)?;
    sent(id(&answer, "/data/id"))
}

fn sent(id: Option<String>) -> Result<Delivered, Undelivered> {
    id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer names nothing that was sent".to_owned()))
}

fn send(settings: &Settings, method: &str, path: &str, body: &Value, now: Timestamp) -> Result<Value, Undelivered> {
    let request = Request { body: body.to_string().into_bytes(), ..Request::new(method, settings.url(path)) };
    let request = request.header("content-type", "application/json").credential(settings.credential());
    judged(sending::exchange(&request, true)?, true, now)
}

/// What an answer says.
///
/// # Errors
/// As the channel says; with `changes` what may have been carried out is `Unknown`.
pub(crate) fn judged(answer: Response, changes: bool, now: Timestamp) -> Result<Value, Undelivered> {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = ["detail", "/errors/0/message", "/errors/0/detail", "title"].iter().find_map(|place| text(&document, place));
    let why = why.unwrap_or("no reason was given").to_owned();
    match answer.status {
        429 => Err(Undelivered::Later((reset_at(&answer).or_else(|| answer.retry_at(now)), why))),
        // The same words were posted a moment ago: most likely by a try whose answer was lost.
        403 if changes && why.contains("duplicate content") => Err(Undelivered::Unknown(why)),
        // 403 is about this post or person, unless it says that it is about the app.
        403 if !is_about_app(&document) => Err(Undelivered::Never(why)),
        _ => sending::judged(answer, changes, now).map(|_| document),
    }
}

/// When the rate is full again.
pub(crate) fn reset_at(answer: &Response) -> Option<Timestamp> {
    pointsman_plugin::time::unix(answer.header("x-rate-limit-reset")?)
}

fn is_about_app(document: &Value) -> bool {
    let kind = text(document, "type").unwrap_or_default();
    ["client-forbidden", "oauth1-permissions", "unsupported-authentication", "client-not-enrolled"].iter().any(|word| kind.contains(word))
        || text(document, "reason") == Some("client-not-enrolled")
}
