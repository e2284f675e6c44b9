//! Replies in public and in private, posts, edits and hiding.

use graph::{Api, Direct, Limit, Ours, Settings, encoded, place, with};
use lenient::{flag, list, text};
use pointsman_plugin::{Broadcast, Outbound, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::json;

use crate::feed::surface;

/// Sends it; the ids of what was sent.
///
/// # Errors
/// As [`graph::undelivered`].
pub(crate) fn deliver(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Vec<String>, Undelivered> {
    let one = |id: String| vec![id];
    match outbound {
        Outbound::Reply(reply) => match Way::of(reply) {
            Way::Public(target) => comment(api, target, reply, now).map(one),
            Way::Private(target) => {
                sending::window(reply, COMMENT_HOURS, now)?;
                let field = if surface(&reply.attributes) == Some("post") { "post_id" } else { "comment_id" };
                let text = sending::with_links(&reply.text, &reply.attachments)?;
                direct(api, account(settings, reply)).send(&json!({field: target}), &text, &[], None, now)
            }
            Way::Message(customer) => {
                let tag = graph::tag(reply, now)?;
                let recipient = json!({"id": customer});
                direct(api, account(settings, reply)).send(&recipient, &reply.text, &reply.attachments, tag, now)
            }
        },
        Outbound::Post(post) => self::post(api, settings, post, now).map(one),
        Outbound::Edit(edit) => {
            sending::fits(sending::words(&edit.text)?, Unit::Chars, COMMENT_CHARS_MAX)?;
            api.post(&format!("/{}", public(&edit.source_id)?), &json!({"message": edit.text.trim()}), now)
                .map(|_| one(edit.source_id.clone()))
        }
        Outbound::Hide(id) => api.post(&format!("/{}", public(id)?), &json!({"is_hidden": true}), now).map(|_| one(id.clone())),
        Outbound::Template(_) => Err(Undelivered::Never("a page has no approved texts for Messenger".to_owned())),
    }
}

/// Looks for it on the page.
///
/// # Errors
/// When the page does not tell.
pub(crate) fn find(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<String>, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => match Way::of(reply) {
            Way::Public(target) => {
                let fields = encoded("comments?order=reverse_chronological&limit=50&fields=id,message,created_time,from{id}");
                let answer = api.ask(&format!("/{}/{fields}", place(target)?), now)?;
                Ok(Ours::reply(reply, &reply.text, account(settings, reply), now).among(list(&answer, "data"), "message"))
            }
            Way::Private(target) => {
                let fields = encoded("private_reply_conversation{messages.limit(20){id,message,from,created_time}}");
                let answer = api.ask(&format!("/{}?fields={fields}", place(target)?), now)?;
                let messages = list(&answer, "/private_reply_conversation/messages/data");
                let words = sending::with_links(&reply.text, &reply.attachments)?;
                Ok(Ours::reply(reply, &words, account(settings, reply), now).among(messages, "message"))
            }
            Way::Message(customer) => direct(api, account(settings, reply)).find(reply, customer, now),
        },
        Outbound::Post(post) => {
            let answer =
                api.ask(&format!("/{}/feed?limit=25&fields=id,message,created_time", place(&speaker(settings, &post.account))?), now)?;
            Ok(Ours::post(&post.text, now).among(list(&answer, "data"), "message"))
        }
        Outbound::Edit(edit) => {
            let answer = api.ask(&format!("/{}?fields=message", public(&edit.source_id)?), now)?;
            Ok((text(&answer, "message") == Some(edit.text.trim())).then(|| edit.source_id.clone()))
        }
        Outbound::Hide(id) => {
            let answer = api.ask(&format!("/{}?fields=is_hidden", public(id)?), now)?;
            Ok(flag(&answer, "is_hidden").then(|| id.clone()))
        }
        Outbound::Template(_) => Ok(None),
    }
}

/// Where a reply belongs.
enum Way<'a> {
    /// Under this comment, post or review.
    Public(&'a str),
    /// To who wrote this comment or post: once, within seven days.
    Private(&'a str),
    /// To this person.
    Message(&'a str),
}

impl<'a> Way<'a> {
    /// Items tell their surface; without it a public id is told by its form, `{page}_{post}`.
    fn of(reply: &'a Reply) -> Self {
        let target = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
        let is_public = surface(&reply.attributes).is_some() || reply.conversation.contains('_') && !reply.conversation.starts_with("m_");
        match is_public {
            true if reply.private && surface(&reply.attributes) != Some("review") => Self::Private(target),
            true => Self::Public(target),
            false => Self::Message(reply.recipient.as_deref().unwrap_or(&reply.conversation)),
        }
    }
}

fn comment(api: &Api, target: &str, reply: &Reply, now: Timestamp) -> Result<String, Undelivered> {
    if reply.private {
        return Err(Undelivered::Never("a review cannot be answered in private".to_owned()));
    }
    sending::fits(&reply.text, Unit::Chars, COMMENT_CHARS_MAX)?;
    let body = match sending::files(&reply.attachments)?.as_slice() {
        [] => json!({"message": sending::words(&reply.text)?}),
        [(_, url)] => json!({"message": reply.text.trim(), "attachment_url": url}),
        _ => return Err(Undelivered::Never("a comment has at most one picture".to_owned())),
    };
    api.created(&format!("/{}/comments", place(target)?), &body, now)
}

fn post(api: &Api, settings: &Settings, post: &Broadcast, now: Timestamp) -> Result<String, Undelivered> {
    sending::fits(&post.text, Unit::Chars, POST_CHARS_MAX)?;
    let speaker = speaker(settings, &post.account);
    let page = place(&speaker)?;
    match sending::files(&post.attachments)?.as_slice() {
        [] => {
            let body = json!({"message": sending::words(&post.text)?});
            let link = sending::attribute(&post.attributes, "link");
            api.created(&format!("/{page}/feed"), &with(body, "link", link), now)
        }
        [(file, url)] if file.media_type.starts_with("image/") => {
            api.created(&format!("/{page}/photos"), &json!({"message": post.text.trim(), "url": url}), now)
        }
        [(file, url)] if file.media_type.starts_with("video/") => {
            api.created(&format!("/{page}/videos"), &json!({"description": post.text.trim(), "file_url": url}), now)
        }
        _ => Err(Undelivered::Never("a post has at most one picture or one video here".to_owned())),
    }
}

/// Comments and posts; messages can be neither edited nor hidden.
fn public(id: &str) -> Result<&str, Undelivered> {
    let message = id.starts_with("m_") || id.starts_with("mid.");
    if message { Err(Undelivered::Never("a message can be neither changed nor hidden".to_owned())) } else { place(id) }
}

fn direct<'a>(api: &'a Api, account: &'a str) -> Direct<'a> {
    Direct { api, account, platform: "messenger", limit: Limit { unit: Unit::Chars, max: MESSAGE_CHARS_MAX } }
}

/// The page that the item came to.
fn account<'a>(settings: &'a Settings, reply: &'a Reply) -> &'a str {
    settings.account_id.as_deref().or_else(|| sending::attribute(&reply.attributes, "account")).unwrap_or("me")
}

fn speaker(settings: &Settings, account: &str) -> String {
    if account.is_empty() { settings.account().to_owned() } else { account.to_owned() }
}

const COMMENT_HOURS: u64 = 7 * 24;
const COMMENT_CHARS_MAX: u32 = 8_000;
const POST_CHARS_MAX: u32 = 63_206;
const MESSAGE_CHARS_MAX: u32 = 2_000;
