//! Records: what accounts write into their repositories, read by its type.

use lenient::{attribute, text};
use pointsman_plugin::{Author, Engagement, Event, Fact, Note, Reaction, Timestamp, Visibility};
use serde_json::Value;

use crate::post::{self, Posted, created_at};
use crate::settings::Settings;
use crate::{person, uri};

/// A record as it comes to us.
pub(crate) struct Written<'a> {
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
    /// It has been there before, and reads otherwise now.
    pub(crate) changed: bool,
}

/// What a record tells.
pub(crate) fn fact(written: Written<'_>, settings: &Settings) -> Fact {
    let parts = uri::parts(written.uri);
    let collection = parts.map(|(_, collection, _)| collection);
    let kind = text(written.record, "$type").or(collection).unwrap_or_default();
    let event = match kind {
        "app.bsky.feed.post" => {
            let (changed, posted) = (written.changed, posted(written));
            let key =
                if changed { format!("edited:{}:{}", posted.uri, posted.cid.unwrap_or_default()) } else { format!("said:{}", posted.uri) };
            let item = post::item(posted, settings);
            return keyed(if changed { Event::Edited(item) } else { Event::Said(item) }, key, settings);
        }
        "app.bsky.feed.like" | "app.bsky.feed.repost" => match text(written.record, "/subject/uri") {
            Some(target) => Event::Reacted(Reaction {
                source_id: Some(written.uri.to_owned()),
                target: target.to_owned(),
                name: kind.trim_start_matches("app.bsky.feed.").to_owned(),
                added: true,
                actor: actor(&written),
                occurred_at: created_at(written.record, written.seen_at),
            }),
            None => Event::Unsupported(note(&written, kind)),
        },
        _ if is_known(kind) => Event::System(note(&written, kind)),
        _ => Event::Unsupported(note(&written, kind)),
    };
    let version = if written.changed { written.cid.unwrap_or_default() } else { "" };
    keyed(event, format!("record:{}:{version}", written.uri), settings)
}

/// A fact about our account.
pub(crate) fn keyed(event: Event, key: String, settings: &Settings) -> Fact {
    Fact { account: settings.did.clone(), dedup_key: Some(key), event }
}

/// The collections of Bluesky itself that nobody reads as something said.
pub(crate) fn is_known(collection: &str) -> bool {
    const FEED: [&str; 4] = ["app.bsky.feed.generator", "app.bsky.feed.postgate", "app.bsky.feed.threadgate", "app.bsky.labeler.service"];
    const WHOLE: [&str; 4] = ["app.bsky.graph.", "app.bsky.actor.", "app.bsky.notification.", "chat.bsky."];
    FEED.contains(&collection) || WHOLE.iter().any(|start| collection.starts_with(start))
}

fn posted(written: Written<'_>) -> Posted<'_> {
    let Written { uri, cid, record, author, seen_at, engagement, mention, .. } = written;
    Posted { uri, cid, record, author, seen_at, engagement, mention }
}

fn actor(written: &Written<'_>) -> Option<Author> {
    written.author.clone().or_else(|| uri::parts(written.uri).map(|(did, ..)| person::by_did(did)))
}

fn note(written: &Written<'_>, kind: &str) -> Note {
    let subject = text(written.record, "subject").or_else(|| text(written.record, "/subject/uri"));
    let said = ["text", "displayName", "description", "name"].iter().find_map(|field| text(written.record, field));
    let mut note = Note {
        source_id: Some(written.uri.to_owned()),
        name: kind.chars().take(64).collect(),
        text: said.map(|said| said.chars().take(2_000).collect()),
        actor: actor(written),
        visibility: Some(Visibility::Public),
        occurred_at: if written.changed { written.seen_at } else { created_at(written.record, written.seen_at) },
        ..Note::default()
    };
    if let Some(subject) = subject {
        note.attributes.push(attribute("subject", subject));
    }
    note
}
