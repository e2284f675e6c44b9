//! Answers, posts and hiding. A post is first a container, which nobody sees, then published.

use graph::{Api, Ours, Settings, place, with};
use lenient::{list, text};
use pointsman_plugin::{Attachment, Outbound, Timestamp, Undelivered};
use serde_json::{Value, json};

/// Sends it; the id of what was sent.
///
/// # Errors
/// As [`graph::undelivered`].
pub(crate) fn deliver(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<String, Undelivered> {
    let never = |why: &str| Err(Undelivered::Never(why.to_owned()));
    match outbound {
        Outbound::Reply(reply) if reply.private => never("Threads has no private messages"),
        Outbound::Reply(reply) => {
            let target = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
            let container = with(container(&reply.text, &reply.attachments)?, "reply_to_id", Some(place(target)?));
            let account = settings.account_id.as_deref().or_else(|| sending::attribute(&reply.attributes, "account"));
            publish(api, account.unwrap_or("me"), &container, now)
        }
        Outbound::Post(post) => {
            let account = if post.account.is_empty() { settings.account() } else { &post.account };
            publish(api, account, &container(&post.text, &post.attachments)?, now)
        }
        Outbound::Hide(id) => api.post(&format!("/{}/manage_reply", place(id)?), &json!({"hide": true}), now).map(|_| id.clone()),
        Outbound::Edit(_) => never("a post on Threads cannot be changed by an app"),
        Outbound::Template(_) => never("Threads has no approved texts"),
    }
}

/// Looks for it on the channel.
///
/// # Errors
/// When the channel does not tell.
pub(crate) fn find(api: &Api, settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<String>, Undelivered> {
    match outbound {
        // Our own latest replies, to whom they answer included.
        Outbound::Reply(reply) => {
            let target = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
            let answer = api.ask(&format!("/{}/replies?limit=50&fields=id,text,timestamp,replied_to", place(settings.account())?), now)?;
            let answers = |one: &&Value| lenient::id(one, "/replied_to/id").is_none_or(|id| id == target);
            let replies = list(&answer, "data").iter().filter(|one| answers(one));
            Ok(Ours::reply(reply, &reply.text, "me", now).among(replies, "text"))
        }
        Outbound::Post(post) => {
            let answer = api.ask(&format!("/{}/threads?limit=25&fields=id,text,timestamp", place(settings.account())?), now)?;
            Ok(Ours::post(&post.text, now).among(list(&answer, "data"), "text"))
        }
        Outbound::Hide(id) => {
            let answer = api.ask(&format!("/{}?fields=hide_status", place(id)?), now)?;
            Ok((text(&answer, "hide_status") == Some("HIDDEN")).then(|| id.clone()))
        }
        Outbound::Edit(_) | Outbound::Template(_) => Ok(None),
    }
}

fn container(text: &str, attachments: &[Attachment]) -> Result<Value, Undelivered> {
    let text = text.trim();
    if length(text) > TEXT_MAX {
        return Err(Undelivered::TooLong(TEXT_MAX));
    }
    match sending::files(attachments)?.as_slice() {
        [] => Ok(json!({"media_type": "TEXT", "text": sending::words(text)?})),
        [(file, url)] if file.media_type.starts_with("image/") => {
            let container = json!({"media_type": "IMAGE", "image_url": url, "text": text});
            Ok(with(container, "alt_text", file.description.as_deref()))
        }
        _ => Err(Undelivered::Never("a post has at most one picture here".to_owned())),
    }
}

/// The channel counts characters, but emoji by their bytes of UTF-8.
fn length(text: &str) -> u32 {
    let count = |character: char| if is_emoji(character) { character.len_utf8() } else { 1 };
    u32::try_from(text.chars().map(count).sum::<usize>()).unwrap_or(u32::MAX)
}

/// The blocks of pictographs, and the symbols and joiners that take part in them.
fn is_emoji(character: char) -> bool {
    matches!(u32::from(character), 0x200D | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE0F | 0x1_F000..=0x1_FAFF | 0xE_0020..=0xE_007F)
}

fn publish(api: &Api, account: &str, container: &Value, now: Timestamp) -> Result<String, Undelivered> {
    let account = place(account)?;
    // A container that may have been made is seen by nobody: another can be made.
    let unseen = |why| if let Undelivered::Unknown(why) = why { Undelivered::Later((None, why)) } else { why };
    let container = api.created(&format!("/{account}/threads"), container, now).map_err(unseen)?;
    api.created(&format!("/{account}/threads_publish"), &json!({"creation_id": container}), now)
}

const TEXT_MAX: u32 = 500;
