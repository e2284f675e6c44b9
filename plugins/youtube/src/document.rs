//! Any document of the API, told apart by its `kind`.

use lenient::{at, attribute, count, flag, id, list, text, time};
use pointsman_plugin::{Author, Direction, Engagement, Fact, Item, Kind, Note, Visibility};
use serde_json::Value;

use crate::settings::Settings;

/// What a document tells, in its own order: threads, each with the replies that it holds, comments, activities.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let mut found = Vec::new();
    match document {
        Value::Array(documents) => documents.iter().for_each(|document| read(document, settings, &mut found)),
        document => read(document, settings, &mut found),
    }
    found.truncate(FACTS_MAX);
    found
}

fn read(document: &Value, settings: &Settings, found: &mut Vec<Fact>) {
    let kind = text(document, "kind").unwrap_or_default();
    match kind.strip_prefix("youtube#").unwrap_or(kind) {
        "commentThread" => thread(document, settings, found),
        "comment" => found.extend(comment(document, document, settings)),
        "activity" => found.extend(activity(document)),
        list_of if list_of.ends_with("ListResponse") => list(document, "items").iter().for_each(|item| read(item, settings, found)),
        // Videos, channels, playlists, search results, captions: nothing that somebody said.
        "video" | "channel" | "playlist" | "playlistItem" | "searchResult" | "subscription" | "channelSection" | "videoCategory"
        | "caption" => {}
        // An error, or an answer without words.
        "" => {}
        other => found.push(unknown(other, document)),
    }
}

fn thread(thread: &Value, settings: &Settings, found: &mut Vec<Fact>) {
    if let Some(first) = at(thread, "/snippet/topLevelComment") {
        found.extend(comment(first, thread, settings));
    }
    found.extend(list(thread, "/replies/comments").iter().filter_map(|reply| comment(reply, thread, settings)));
}

/// A comment; what it does not say of itself its thread does.
fn comment(comment: &Value, thread: &Value, settings: &Settings) -> Option<Fact> {
    let name = id(comment, "id")?;
    let told = |place: &str| {
        let found = text(comment, &format!("/snippet/{place}")).or_else(|| text(thread, &format!("/snippet/{place}")));
        found.filter(|found| found.len() <= 256)
    };
    let parent = id(comment, "/snippet/parentId");
    // A reply's id is its thread's, a dot and its own.
    let of = parent.clone().or_else(|| name.split_once('.').map(|(first, _)| first.to_owned()));
    let author = author(comment);
    let who = author.as_ref().map(|author| author.id.clone()).unwrap_or_default();
    let conversation = of.clone().unwrap_or_else(|| name.clone());
    let shown = text(comment, "/snippet/textDisplay");
    let words = text(comment, "/snippet/textOriginal").map(str::to_owned).or_else(|| shown.map(markup::text));
    let (published, updated) = (time(comment, "/snippet/publishedAt"), text(comment, "/snippet/updatedAt"));
    let mut attributes = Vec::new();
    attributes.extend(told("videoId").map(|video| attribute("video-id", video)));
    attributes.extend(told("videoId").map(|video| attribute("url", format!("https://www.youtube.com/watch?v={video}&lc={name}"))));
    attributes.extend(updated.filter(|_| time(comment, "/snippet/updatedAt") != published).map(|updated| attribute("edited-at", updated)));
    attributes.extend(told("moderationStatus").map(|status| attribute("moderation-status", status)));
    let item = Item {
        source_id: name.clone(),
        kind: Kind::Comment,
        visibility: if is_public(comment, thread) { Visibility::Public } else { Visibility::Restricted },
        direction: if settings.is_own(&who) { Direction::Echo } else { Direction::Inbound },
        in_reply_to: of,
        order_key: Some(format!("{conversation}/{who}")),
        conversation: Some(conversation),
        author,
        text: words.unwrap_or_default(),
        markup: shown.map(str::to_owned),
        engagement: Some(Engagement {
            likes: count(comment, "/snippet/likeCount"),
            replies: if parent.is_none() { count(thread, "/snippet/totalReplyCount") } else { 0 },
            ..Engagement::default()
        }),
        occurred_at: published,
        attributes,
        ..Item::default()
    };
    Some(Fact { account: told("channelId").map(str::to_owned), ..Fact::said(item.bounded()) }.dedup_key(format!("said:{name}")))
}

/// Held for review or likely spam: only the channel's owner sees it.
fn is_public(comment: &Value, thread: &Value) -> bool {
    let held = text(comment, "/snippet/moderationStatus").is_some_and(|status| status != "published");
    let hidden = at(thread, "/snippet/isPublic").is_some() && !flag(thread, "/snippet/isPublic");
    !held && !hidden
}

fn author(comment: &Value) -> Option<Author> {
    let name = text(comment, "/snippet/authorDisplayName");
    let address = text(comment, "/snippet/authorChannelUrl");
    // Google+ accounts of old had no channel.
    let known =
        id(comment, "/snippet/authorChannelId/value").or_else(|| address.or(name).filter(|known| known.len() <= 256).map(str::to_owned))?;
    Some(Author {
        id: known,
        handle: name.filter(|name| name.starts_with('@')).map(str::to_owned),
        display_name: name.map(str::to_owned),
        profile_url: address.map(str::to_owned),
        ..Author::default()
    })
}

/// What a channel did, such as an upload.
fn activity(activity: &Value) -> Option<Fact> {
    let name = id(activity, "id")?;
    let kind = text(activity, "/snippet/type").unwrap_or("activity");
    let actor = id(activity, "/snippet/channelId").map(|id| Author {
        id,
        display_name: text(activity, "/snippet/channelTitle").map(str::to_owned),
        ..Author::default()
    });
    let video =
        ["/contentDetails/upload/videoId", "/contentDetails/playlistItem/resourceId/videoId", "/contentDetails/like/resourceId/videoId"];
    let video = video.iter().find_map(|place| text(activity, place));
    let note = Note {
        source_id: Some(name),
        text: text(activity, "/snippet/title").map(str::to_owned),
        actor,
        visibility: Some(Visibility::Public),
        occurred_at: time(activity, "/snippet/publishedAt"),
        attributes: video.map(|video| attribute("video-id", video)).into_iter().collect(),
        ..Note::new(kind.chars().take(64).collect::<String>())
    };
    Some(Fact::system(note))
}

fn unknown(kind: &str, document: &Value) -> Fact {
    let digest = lenient::fingerprint(document.to_string().as_bytes());
    Fact::unsupported(Note::new(kind.chars().take(64).collect::<String>())).dedup_key(format!("unsupported:{digest}"))
}

const FACTS_MAX: usize = 1_000;
