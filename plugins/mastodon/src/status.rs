//! Statuses: what was said.

use std::collections::BTreeSet;

use pointsman_plugin::{
    Attachment, Attribute, Content, Direction, Engagement, Event, Fact, Item, Kind, Reaction, Removal, Value as Attributed, Visibility,
};
use serde_json::Value;

use crate::account::author;
use crate::settings::Own;
use lenient::{attribute, count, flag, id, list, object, text, time};

/// How a status came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// From a timeline, a context, a thread.
    Timeline,
    /// The instance says that it names us.
    Mention,
}

/// What a status tells: something said, or, when it boosts another one, a reaction. None without an id.
pub(crate) fn said(status: &Value, via: Via, own: &Own) -> Option<Fact> {
    if let Some(boosted) = object(status, "reblog") {
        return boost(status, boosted, own);
    }
    let item = item(status, via, own)?;
    Some(fact(format!("said:{}", item.source_id), Event::Said(item), own))
}

/// What a status tells that was changed: the item as it now reads.
pub(crate) fn edited(status: &Value, own: &Own) -> Option<Fact> {
    let mut item = item(status, Via::Timeline, own)?;
    let edited_at = text(status, "edited_at").unwrap_or_default();
    let key = format!("edited:{}:{edited_at}", item.source_id);
    item.occurred_at = time(status, "edited_at").or(item.occurred_at);
    Some(fact(key, Event::Edited(item), own))
}

/// A status is gone.
pub(crate) fn removed(id: &str, own: &Own) -> Fact {
    let removal = Removal { source_id: id.to_owned(), ..Removal::default() };
    fact(format!("removed:{id}"), Event::Removed(removal), own)
}

/// A fact about our account.
pub(crate) fn fact(dedup_key: String, event: Event, own: &Own) -> Fact {
    Fact { account: own.account.clone(), dedup_key: Some(dedup_key), event }
}

/// A status as an item.
pub(crate) fn item(status: &Value, via: Via, own: &Own) -> Option<Item> {
    let source_id = id(status, "id")?;
    let account = object(status, "account");
    let spoke = account.and_then(author);
    let visibility = visibility(text(status, "visibility"));
    let in_reply_to = id(status, "in_reply_to_id");
    let content = text(status, "content").unwrap_or_default();
    let mut plain = if content.is_empty() { text(status, "text").unwrap_or_default().to_owned() } else { markup::text(content) };
    let mut attributes = attributes(status);
    if cut(&mut plain) {
        attributes.push(attribute("text-cut", true));
    }
    let direct = visibility == Visibility::Private;
    let conversation = if direct { direct_conversation(status, own) } else { in_reply_to.clone() };
    let order_key = match &spoke {
        Some(author) if !direct => Some(format!("{}/{}", conversation.as_ref().unwrap_or(&source_id), author.id)),
        _ => None,
    };
    let differs = !content.is_empty() && content != plain && content.len() <= TEXT_BYTES_MAX;
    Some(Item {
        kind: kind(status, via, direct, own),
        visibility,
        direction: if account.is_some_and(|account| own.is(account)) { Direction::Echo } else { Direction::Inbound },
        conversation,
        in_reply_to,
        order_key,
        author: spoke,
        subject: text(status, "spoiler_text").map(markup::unescape),
        text: plain,
        markup: differs.then(|| content.to_owned()),
        language: text(status, "language").map(str::to_owned),
        attachments: attachments(status),
        engagement: Some(Engagement {
            likes: count(status, "favourites_count"),
            replies: count(status, "replies_count"),
            shares: count(status, "reblogs_count").saturating_add(count(status, "quotes_count")),
            views: None,
        }),
        rating: None,
        occurred_at: time(status, "created_at"),
        attributes,
        source_id,
    })
}

fn kind(status: &Value, via: Via, direct: bool, own: &Own) -> Kind {
    if direct {
        Kind::Message
    } else if via == Via::Mention || list(status, "mentions").iter().any(|mention| own.is(mention)) {
        Kind::Mention
    } else if id(status, "in_reply_to_id").is_some() {
        Kind::Comment
    } else {
        Kind::Post
    }
}

fn visibility(name: Option<&str>) -> Visibility {
    match name {
        None | Some("public" | "unlisted") => Visibility::Public,
        Some("direct") => Visibility::Private,
        // `private` is followers only; forks have `local`, `limited`, `mutuals_only`.
        Some(_) => Visibility::Restricted,
    }
}

/// Direct statuses have no thread that everybody sees, so all that the same people say to each other belongs together.
fn direct_conversation(status: &Value, own: &Own) -> Option<String> {
    let account = object(status, "account").into_iter();
    let people = account.chain(list(status, "mentions")).filter(|person| !own.is(person)).filter_map(|person| id(person, "id"));
    let people: BTreeSet<String> = people.take(PEOPLE_MAX).collect();
    (!people.is_empty()).then(|| format!("direct:{}", people.into_iter().collect::<Vec<_>>().join("-")))
}

fn boost(status: &Value, boosted: &Value, own: &Own) -> Option<Fact> {
    let source_id = id(status, "id")?;
    let reaction = Reaction {
        target: id(boosted, "id")?,
        name: "reblog".to_owned(),
        added: true,
        actor: object(status, "account").and_then(author),
        occurred_at: time(status, "created_at"),
        source_id: Some(source_id),
    };
    let actor = reaction.actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default();
    Some(fact(format!("reblog:{}:{actor}", reaction.target), Event::Reacted(reaction), own))
}

fn attachments(status: &Value) -> Vec<Attachment> {
    let media = list(status, "media_attachments").iter().filter_map(|media| {
        let url = text(media, "url").or_else(|| text(media, "remote_url")).or_else(|| text(media, "preview_url"))?;
        Some(Attachment {
            media_type: media_type(media, url),
            content: Content::Url(url.to_owned()),
            name: None,
            size_bytes: None,
            description: text(media, "description").map(str::to_owned),
        })
    });
    media.take(ATTACHMENTS_MAX).collect()
}

/// Mastodon says only what sort of file it is; the address mostly says the rest.
fn media_type(media: &Value, url: &str) -> String {
    if let Some(exact) = object(media, "pleroma").and_then(|more| text(more, "mime_type")) {
        return exact.to_owned();
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit('/').next().unwrap_or_default().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let known = match extension.as_deref().unwrap_or_default() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" => "audio/ogg",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        _ => match text(media, "type") {
            Some("image") => "image/*",
            Some("video" | "gifv") => "video/*",
            Some("audio") => "audio/*",
            _ => "application/octet-stream",
        },
    };
    known.to_owned()
}

fn attributes(status: &Value) -> Vec<Attribute> {
    let mut found = Vec::new();
    for (name, field) in [("url", "url"), ("uri", "uri"), ("edited-at", "edited_at")] {
        if let Some(value) = text(status, field) {
            found.push(attribute(name, value));
        }
    }
    // What an answer needs: whom to name, and how many may read it.
    if let Some(acct) = text(status, "/account/acct") {
        found.push(attribute("acct", acct));
    }
    if let Some(visibility) = text(status, "visibility").filter(|name| *name != "public") {
        found.push(attribute("visibility", visibility));
    }
    let tags: Vec<String> = list(status, "tags").iter().filter_map(|tag| text(tag, "name")).take(TAGS_MAX).map(str::to_owned).collect();
    if !tags.is_empty() {
        found.push(attribute("tags", Attributed::Texts(tags)));
    }
    let mentions: Vec<String> =
        list(status, "mentions").iter().filter_map(|one| text(one, "acct")).take(PEOPLE_MAX).map(str::to_owned).collect();
    if !mentions.is_empty() {
        found.push(attribute("mentions", Attributed::Texts(mentions)));
    }
    if let Some(options) = object(status, "poll").map(|poll| list(poll, "options")) {
        let titles = options.iter().filter_map(|option| text(option, "title")).take(TAGS_MAX).map(str::to_owned).collect();
        found.push(attribute("poll-options", Attributed::Texts(titles)));
    }
    if let Some(link) = object(status, "card").and_then(|card| text(card, "url")) {
        found.push(attribute("card-url", link));
    }
    let quoted = object(status, "quote")
        .and_then(|quote| object(quote, "quoted_status").and_then(|quoted| id(quoted, "id")).or_else(|| id(quote, "quoted_status_id")));
    if let Some(quoted) = quoted {
        found.push(attribute("quote-of", quoted));
    }
    if flag(status, "sensitive") {
        found.push(attribute("sensitive", true));
    }
    found
}

/// Cuts to the contract's limit, on a character; true when something was cut.
fn cut(text: &mut String) -> bool {
    if text.len() <= TEXT_BYTES_MAX {
        return false;
    }
    let end = (0..=TEXT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.truncate(end);
    true
}

const TEXT_BYTES_MAX: usize = 256 << 10;
const ATTACHMENTS_MAX: usize = 32;
const TAGS_MAX: usize = 64;
const PEOPLE_MAX: usize = 16;
