//! Posts of the old API, which the Account Activity API still speaks.

use lenient::{attribute, count, flag, id, list, object, text, time};
use pointsman_plugin::{
    Attachment, Attribute, Content, Direction, Engagement, Event, Fact, Item, Kind, Reaction, Value as Attributed, Visibility,
};
use serde_json::Value;

use crate::account::{author, is_protected, own_id};
use crate::document::fact;
use crate::settings::Own;

const ENTITIES_MAX: usize = 64;

/// The whole text, escaped as it comes.
pub(crate) fn words(tweet: &Value) -> Option<&str> {
    ["/extended_tweet/full_text", "full_text", "text"].iter().find_map(|place| text(tweet, place))
}

/// What a post tells: something said, or, when it repeats another one, a reaction.
pub(crate) fn facts(tweet: &Value, own: &Own) -> Vec<Fact> {
    if let Some(repeated) = object(tweet, "retweeted_status") {
        return retweet(tweet, repeated).map(|reaction| fact(Event::Reacted(reaction), own)).into_iter().collect();
    }
    item(tweet, own).map(|item| fact(Event::Said(item), own)).into_iter().collect()
}

fn retweet(tweet: &Value, repeated: &Value) -> Option<Reaction> {
    Some(Reaction {
        source_id: own_id(tweet),
        target: own_id(repeated)?,
        name: "retweet".to_owned(),
        added: true,
        actor: object(tweet, "user").and_then(author),
        occurred_at: happened_at(tweet),
    })
}

/// The post's own time: milliseconds where they are told.
fn happened_at(tweet: &Value) -> Option<u64> {
    time(tweet, "timestamp_ms").or_else(|| time(tweet, "created_at")).or_else(|| old_date(text(tweet, "created_at")?))
}

/// `Mon Oct 03 00:23:22 +0000 2016`
pub(crate) fn old_date(date: &str) -> Option<u64> {
    let mut parts = date.split_whitespace().skip(1);
    let (month, day, clock, zone, year) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    pointsman_plugin::time::rfc2822(&format!("{day} {month} {year} {clock} {zone}"))
}

fn item(tweet: &Value, own: &Own) -> Option<Item> {
    let source_id = own_id(tweet)?;
    let user = object(tweet, "user");
    let author = user.and_then(author);
    let in_reply_to = id(tweet, "in_reply_to_status_id_str").or_else(|| id(tweet, "in_reply_to_status_id"));
    let raw = words(tweet).unwrap_or_default();
    let plain = markup::unescape(raw);
    let thread = in_reply_to.as_deref().unwrap_or(&source_id);
    let order_key = author.as_ref().map(|author| format!("{thread}/{}", author.id));
    let named = entities(tweet, "user_mentions").any(|mention| own.is(mention));
    Some(
        Item {
            kind: match (&in_reply_to, named) {
                (_, true) => Kind::Mention,
                (Some(_), _) => Kind::Comment,
                _ => Kind::Post,
            },
            visibility: if user.is_some_and(is_protected) { Visibility::Restricted } else { Visibility::Public },
            direction: if user.is_some_and(|user| own.is(user)) { Direction::Echo } else { Direction::Inbound },
            // Of the thread the old API tells only what is answered.
            conversation: in_reply_to.clone(),
            in_reply_to,
            order_key,
            text: plain,
            language: text(tweet, "lang").filter(|code| *code != "und").map(str::to_owned),
            attachments: attachments(tweet),
            engagement: Some(Engagement {
                likes: count(tweet, "favorite_count"),
                replies: count(tweet, "reply_count"),
                shares: count(tweet, "retweet_count").saturating_add(count(tweet, "quote_count")),
                views: None,
            }),
            occurred_at: happened_at(tweet),
            attributes: attributes(tweet, author.as_ref().and_then(|author| author.handle.as_deref()), &source_id),
            author,
            source_id,
            ..Item::default()
        }
        .bounded(),
    )
}

/// Entities stand beside the text that they belong to.
fn entities<'a>(tweet: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let extended = list(tweet, &format!("/extended_tweet/entities/{name}"));
    let own = if extended.is_empty() { list(tweet, &format!("/entities/{name}")) } else { extended };
    own.iter().take(ENTITIES_MAX)
}

fn attributes(tweet: &Value, handle: Option<&str>, id_text: &str) -> Vec<Attribute> {
    let texts =
        |name: &str, field: &str| -> Vec<String> { entities(tweet, name).filter_map(|one| text(one, field)).map(str::to_owned).collect() };
    let lists = [
        ("links", texts("urls", "expanded_url")),
        ("tags", texts("hashtags", "text")),
        ("mentions", texts("user_mentions", "screen_name")),
    ];
    let mut found: Vec<Attribute> =
        lists.into_iter().filter(|(_, texts)| !texts.is_empty()).map(|(name, texts)| attribute(name, Attributed::Texts(texts))).collect();
    found.push(attribute("url", format!("https://x.com/{}/status/{id_text}", handle.unwrap_or("i"))));
    if let Some(quoted) = id(tweet, "quoted_status_id_str").or_else(|| id(tweet, "quoted_status_id")) {
        found.push(attribute("quote-of", quoted));
    }
    if flag(tweet, "truncated") && object(tweet, "extended_tweet").is_none() {
        found.push(attribute("truncated", true));
    }
    if flag(tweet, "possibly_sensitive") {
        found.push(attribute("sensitive", true));
    }
    found
}

fn attachments(tweet: &Value) -> Vec<Attachment> {
    const PLACES: [&str; 4] =
        ["/extended_tweet/extended_entities/media", "/extended_entities/media", "/extended_tweet/entities/media", "/entities/media"];
    let media = PLACES.iter().map(|place| list(tweet, place)).find(|media| !media.is_empty()).unwrap_or_default();
    media.iter().take(ENTITIES_MAX).filter_map(medium).collect()
}

/// A picture, or the best of a video's variants.
pub(crate) fn medium(medium: &Value) -> Option<Attachment> {
    let variants = list(medium, "/video_info/variants").iter().chain(list(medium, "variants"));
    let best = variants
        .filter(|one| text(one, "content_type") == Some("video/mp4"))
        .max_by_key(|one| count(one, "bitrate").max(count(one, "bit_rate")));
    let video = best.and_then(|one| text(one, "url"));
    let url =
        video.or_else(|| ["media_url_https", "media_url", "url", "preview_image_url"].iter().find_map(|field| text(medium, field)))?;
    let media_type = if video.is_some() { "video/mp4" } else { lenient::media_type(url).unwrap_or("image/*") };
    Some(Attachment {
        media_type: media_type.to_owned(),
        content: Content::Url(url.to_owned()),
        name: None,
        size_bytes: None,
        description: text(medium, "ext_alt_text").or_else(|| text(medium, "alt_text")).map(str::to_owned),
    })
}
