//! Replies in public and in private, posts and hiding.

use graph::{Api, Direct, Limit, Ours, Settings, place, with};
use lenient::{flag, list};
use pointsman_plugin::{Broadcast, Outbound, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::json;

/// Sends it; the ids of what was sent.
///
/// # Errors
/// As [`graph::undelivered`].
pub(crate) fn deliver(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Vec<String>, Undelivered> {
    let never = |why: &str| Err(Undelivered::Never(why.to_owned()));
    match outbound {
        Outbound::Reply(reply) => match Way::of(reply) {
            Way::Public(target) => comment(api, settings, target, reply, now).map(|id| vec![id]),
            Way::Private(target) => {
                sending::window(reply, COMMENT_HOURS, now)?;
                let text = sending::with_links(&reply.text, &reply.attachments)?;
                direct(api, account(settings, reply)).send(&json!({"comment_id": target}), &text, &[], None, now)
            }
            Way::Message(customer) => {
                let tag = graph::tag(reply, now)?;
                direct(api, account(settings, reply)).send(&json!({"id": customer}), &reply.text, &reply.attachments, tag, now)
            }
        },
        Outbound::Post(post) => publish(api, settings, post, now).map(|id| vec![id]),
        Outbound::Hide(id) => api.post(&format!("/{}", place(id)?), &json!({"hide": true}), now).map(|_| vec![id.clone()]),
        Outbound::Edit(_) => never("a comment or message on Instagram cannot be changed"),
        Outbound::Template(_) => never("Instagram has no approved texts"),
    }
}

/// Looks for it on the channel.
///
/// # Errors
/// When the channel does not tell.
pub(crate) fn find(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<String>, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => match Way::of(reply) {
            Way::Public(target) => {
                let edge = if surface(reply) == Some("post") { "comments" } else { "replies" };
                let answer = api.ask(&format!("/{}/{edge}?limit=50&fields=id,text,timestamp,from", place(target)?), now)?;
                // Comments name us by another id than deliveries do.
                Ok(Ours::reply(reply, &reply.text, "me", now).among(list(&answer, "data"), "text"))
            }
            Way::Private(_) => match reply.recipient.as_deref() {
                Some(customer) => direct(api, account(settings, reply)).find(reply, customer, now),
                None => Err(Undelivered::Never("it is not known to whom the private reply went: a person has to look".to_owned())),
            },
            Way::Message(customer) => direct(api, account(settings, reply)).find(reply, customer, now),
        },
        Outbound::Post(post) => {
            let answer =
                api.ask(&format!("/{}/media?limit=25&fields=id,caption,timestamp", place(speaker(settings, &post.account))?), now)?;
            Ok(Ours::post(&post.text, now).among(list(&answer, "data"), "caption"))
        }
        Outbound::Hide(id) => {
            let answer = api.ask(&format!("/{}?fields=hidden", place(id)?), now)?;
            Ok(flag(&answer, "hidden").then(|| id.clone()))
        }
        Outbound::Edit(_) | Outbound::Template(_) => Ok(None),
    }
}

/// Where a reply belongs.
enum Way<'a> {
    /// Under this comment, or under this post.
    Public(&'a str),
    /// To who wrote this comment: once, within seven days.
    Private(&'a str),
    /// To this person.
    Message(&'a str),
}

impl<'a> Way<'a> {
    fn of(reply: &'a Reply) -> Self {
        let target = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
        match surface(reply) {
            Some(_) if reply.private => Self::Private(target),
            Some(_) => Self::Public(target),
            None => Self::Message(reply.recipient.as_deref().unwrap_or(&reply.conversation)),
        }
    }
}

/// Public items say where they stand: `comment`, `post`, `mention`.
fn surface(reply: &Reply) -> Option<&str> {
    sending::attribute(&reply.attributes, "surface")
}

fn comment(api: &Api, settings: &Settings, target: &str, reply: &Reply, now: Timestamp) -> Result<String, Undelivered> {
    let text = sending::words(&reply.text)?;
    sending::fits(text, Unit::Chars, COMMENT_CHARS_MAX)?;
    if !reply.attachments.is_empty() {
        return Err(Undelivered::Never("a comment on Instagram has no files".to_owned()));
    }
    match surface(reply) {
        Some("post") => api.created(&format!("/{}/comments", place(target)?), &json!({"message": text}), now),
        // Where others name us, we speak through our own account.
        Some("mention") => {
            let media = sending::attribute(&reply.attributes, "media-id").unwrap_or(target);
            let body = with(json!({"media_id": media, "message": text}), "comment_id", Some(target).filter(|target| *target != media));
            api.created(&format!("/{}/mentions", place(account(settings, reply))?), &body, now)
        }
        _ => api.created(&format!("/{}/replies", place(target)?), &json!({"message": text}), now),
    }
}

/// First a container, which nobody sees, then its publication.
fn publish(api: &Api, settings: &Settings, post: &Broadcast, now: Timestamp) -> Result<String, Undelivered> {
    sending::fits(&post.text, Unit::Chars, CAPTION_CHARS_MAX)?;
    let files = sending::files(&post.attachments)?;
    let [(file, url)] = files.as_slice() else {
        return Err(Undelivered::Never("a post on Instagram is made of one picture here".to_owned()));
    };
    if !file.media_type.starts_with("image/") {
        return Err(Undelivered::Never("only pictures can be posted here".to_owned()));
    }
    let account = place(speaker(settings, &post.account))?;
    let container = json!({"image_url": url, "caption": post.text.trim()});
    let container = with(container, "alt_text", file.description.as_deref());
    let container = api.created(&format!("/{account}/media"), &container, now).map_err(unseen)?;
    api.created(&format!("/{account}/media_publish"), &json!({"creation_id": container}), now)
}

/// A container that may have been made is seen by nobody: another can be made.
fn unseen(why: Undelivered) -> Undelivered {
    if let Undelivered::Unknown(why) = why { Undelivered::Later((None, why)) } else { why }
}

fn direct<'a>(api: &'a Api, account: &'a str) -> Direct<'a> {
    Direct { api, account, platform: "instagram", limit: Limit { unit: Unit::Bytes, max: MESSAGE_BYTES_MAX } }
}

fn account<'a>(settings: &'a Settings, reply: &'a Reply) -> &'a str {
    settings.account_id.as_deref().or_else(|| sending::attribute(&reply.attributes, "account")).unwrap_or("me")
}

fn speaker<'a>(settings: &'a Settings, account: &'a str) -> &'a str {
    if account.is_empty() { settings.account() } else { account }
}

const COMMENT_HOURS: u64 = 7 * 24;
const COMMENT_CHARS_MAX: u32 = 2_200;
const CAPTION_CHARS_MAX: u32 = 2_200;
const MESSAGE_BYTES_MAX: u32 = 1_000;
