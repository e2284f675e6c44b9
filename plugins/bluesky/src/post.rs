//! Posts: what was said.

use lenient::{attribute, list, object, text, time};
use pointsman_plugin::{
    Attachment, Attribute, Author, Content, Direction, Engagement, Item, Kind, Timestamp, Value as Attributed, Visibility,
};
use serde_json::Value;

use crate::facet::{self, Feature};
use crate::settings::Settings;
use crate::{person, uri};

const FILES_MAX: usize = 16;

/// A post as it comes to us.
pub(crate) struct Posted<'a> {
    /// Its address.
    pub(crate) uri: &'a str,
    pub(crate) cid: Option<&'a str>,
    pub(crate) record: &'a Value,
    /// The author, where more than the DID is told.
    pub(crate) author: Option<Author>,
    /// When the network saw it.
    pub(crate) seen_at: Option<Timestamp>,
    pub(crate) engagement: Option<Engagement>,
    /// It is told to us because it names or quotes us.
    pub(crate) mention: bool,
}

/// The time that a record says of itself, which is what its author's device says, but never later than the network saw it.
pub(crate) fn created_at(record: &Value, seen_at: Option<Timestamp>) -> Option<Timestamp> {
    match (time(record, "createdAt"), seen_at) {
        (Some(created), Some(seen)) => Some(created.min(seen)),
        (created, seen) => created.or(seen),
    }
}

/// A post as an item.
pub(crate) fn item(posted: Posted<'_>, settings: &Settings) -> Item {
    let record = posted.record;
    let did = uri::parts(posted.uri)
        .map(|(did, ..)| did)
        .or(posted.author.as_ref().map(|author| author.id.as_str()))
        .unwrap_or_default()
        .to_owned();
    let plain = text(record, "text").unwrap_or_default();
    let facets = facet::read(plain, record);
    let conversation = text(record, "/reply/root/uri").or_else(|| text(record, "/reply/parent/uri")).map(str::to_owned);
    let in_reply_to = text(record, "/reply/parent/uri").map(str::to_owned);
    let quoted = text(record, "/embed/record/record/uri").or_else(|| text(record, "/embed/record/uri"));
    let named = facets.iter().any(|(_, feature)| matches!(feature, Feature::Mention(named) if settings.is_own(named)));
    let quotes_us = quoted.and_then(uri::parts).is_some_and(|(did, ..)| settings.is_own(did));
    let kind = if posted.mention || named || quotes_us {
        Kind::Mention
    } else if in_reply_to.is_some() {
        Kind::Comment
    } else {
        Kind::Post
    };
    Item {
        source_id: posted.uri.to_owned(),
        kind,
        visibility: Visibility::Public,
        direction: if settings.is_own(&did) { Direction::Echo } else { Direction::Inbound },
        order_key: Some(format!("{}/{did}", conversation.as_deref().unwrap_or(posted.uri))),
        conversation,
        in_reply_to,
        author: Some(posted.author.unwrap_or_else(|| person::by_did(&did))),
        text: plain.to_owned(),
        markup: facet::html(plain, &facets),
        language: list(record, "langs").first().and_then(Value::as_str).map(str::to_owned),
        attachments: attachments(record, &did),
        engagement: posted.engagement,
        occurred_at: created_at(record, posted.seen_at),
        attributes: attributes(record, posted.uri, posted.cid, quoted, &facets),
        ..Item::default()
    }
    .bounded()
}

fn attributes(
    record: &Value,
    address: &str,
    cid: Option<&str>,
    quoted: Option<&str>,
    facets: &[(std::ops::Range<usize>, Feature<'_>)],
) -> Vec<Attribute> {
    let mut found = Vec::new();
    let page = uri::parts(address).filter(|(_, collection, _)| *collection == "app.bsky.feed.post");
    let page = page.map(|(did, _, key)| format!("https://bsky.app/profile/{did}/post/{key}"));
    let named = [
        ("cid", cid),
        ("root-cid", text(record, "/reply/root/cid")),
        ("quote-of", quoted),
        ("card-url", text(record, "/embed/external/uri").or_else(|| text(record, "/embed/media/external/uri"))),
        ("url", page.as_deref()),
    ];
    found.extend(named.into_iter().filter_map(|(name, value)| Some(attribute(name, value?))));
    let (mut links, mut people, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for (_, feature) in facets {
        match feature {
            Feature::Link(uri) => links.push((*uri).to_owned()),
            Feature::Mention(did) => people.push((*did).to_owned()),
            Feature::Tag(tag) => tags.push((*tag).to_owned()),
        }
    }
    tags.extend(list(record, "tags").iter().take(FILES_MAX).filter_map(Value::as_str).map(str::to_owned));
    let labels: Vec<String> =
        list(record, "/labels/values").iter().take(FILES_MAX).filter_map(|label| text(label, "val")).map(str::to_owned).collect();
    for (name, texts) in [("links", links), ("mentions", people), ("tags", tags), ("labels", labels)] {
        if !texts.is_empty() {
            found.push(attribute(name, Attributed::Texts(texts)));
        }
    }
    found
}

/// Pictures and videos: blobs of the author's account.
fn attachments(record: &Value, did: &str) -> Vec<Attachment> {
    let Some(embed) = object(record, "embed") else { return Vec::new() };
    let media = object(embed, "media").unwrap_or(embed);
    let pictures = list(media, "images").iter().filter_map(|one| blob(object(one, "image")?, one, did));
    let video = object(media, "video").and_then(|video| blob(video, media, did));
    pictures.chain(video).take(FILES_MAX).collect()
}

fn blob(blob: &Value, described: &Value, did: &str) -> Option<Attachment> {
    let cid = text(blob, "/ref/$link").or_else(|| text(blob, "cid"))?;
    let media_type = text(blob, "mimeType").unwrap_or("application/octet-stream");
    let content = if media_type.starts_with("image/") {
        Content::Url(format!("https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"))
    } else {
        Content::Reference(format!("{did}/{cid}"))
    };
    Some(Attachment {
        media_type: media_type.to_owned(),
        content,
        name: None,
        size_bytes: Some(lenient::count(blob, "size")).filter(|size| *size > 0),
        description: text(described, "alt").map(str::to_owned),
    })
}
