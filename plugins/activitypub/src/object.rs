//! Objects: what was said.

use pointsman_plugin::{Attachment, Attribute, Content, Direction, Event, Fact, Item, Kind, Removal, Value as Attributed, Visibility};
use serde_json::Value;

use crate::linked::{id, id_of, ids, kind as type_of, several};
use crate::person;
use crate::settings::Settings;
use lenient::{attribute, flag, media_type, text, time};

/// Types of objects that say something.
const SAID: [&str; 10] = ["Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Document", "Event", "ChatMessage"];
const ATTACHMENTS_MAX: usize = 32;
const TAGS_MAX: usize = 64;

/// Whether an object says something.
pub(crate) fn says(object: &Value) -> bool {
    type_of(object).is_some_and(|name| SAID.contains(&name))
}

/// What an object tells, brought by this activity or fetched; none without an id, or when it says nothing.
pub(crate) fn fact(object: &Value, activity: Option<&Value>, edited: bool, settings: &Settings) -> Option<Fact> {
    if type_of(object) == Some("Tombstone") {
        return id_of(object).map(|id| gone(&id));
    }
    if !says(object) {
        return None;
    }
    let mut item = item(object, activity, settings)?;
    let (key, event) = if edited {
        let changed = time(object, "updated").or_else(|| activity.and_then(|activity| time(activity, "published")));
        item.occurred_at = changed.or(item.occurred_at);
        (
            format!(
                "edited:{}:{}",
                item.source_id,
                changed.map_or_else(|| lenient::fingerprint(item.text.as_bytes()), |at| at.to_string())
            ),
            Event::Edited(item),
        )
    } else {
        (format!("said:{}", item.source_id), Event::Said(item))
    };
    Some(Fact { account: settings.actor.clone(), dedup_key: Some(bounded(key)), event })
}

/// An object is gone.
pub(crate) fn gone(id: &str) -> Fact {
    Fact::removed(Removal { source_id: id.to_owned(), ..Removal::default() }).dedup_key(bounded(format!("removed:{id}")))
}

/// A dedup key within the contract's limit.
pub(crate) fn bounded(key: String) -> String {
    if key.len() <= KEY_BYTES_MAX { key } else { lenient::fingerprint(key.as_bytes()) }
}

const KEY_BYTES_MAX: usize = 512;

fn item(object: &Value, activity: Option<&Value>, settings: &Settings) -> Option<Item> {
    let source_id = id_of(object)?;
    let author = person::of(object, activity.and_then(|activity| several(activity, "actor").into_iter().next()));
    let echo = author.as_ref().is_some_and(|author| settings.is_own(&author.id));
    let visibility = visibility(object, activity);
    let in_reply_to = id(object, "inReplyTo");
    let conversation = text(object, "conversation").map(str::to_owned).or_else(|| id(object, "context")).or_else(|| in_reply_to.clone());
    let order_key = match &author {
        Some(author) if visibility != Visibility::Private => {
            Some(bounded(format!("{}/{}", conversation.as_ref().unwrap_or(&source_id), author.id)))
        }
        _ => None,
    };
    let (plain, markup) = words(object);
    let item = Item {
        kind: kind(object, visibility, in_reply_to.is_some(), settings),
        visibility,
        direction: if echo { Direction::Echo } else { Direction::Inbound },
        conversation,
        in_reply_to,
        order_key,
        author,
        subject: text(object, "summary").or_else(|| text(object, "name")).map(markup::text).filter(|subject| *subject != plain),
        text: plain,
        markup,
        language: language(object),
        attachments: attachments(object),
        occurred_at: time(object, "published").or_else(|| activity.and_then(|activity| time(activity, "published"))),
        attributes: attributes(object),
        source_id,
        ..Item::default()
    };
    Some(item.bounded())
}

fn kind(object: &Value, visibility: Visibility, answers: bool, settings: &Settings) -> Kind {
    let mentions: Vec<String> = mentions(object).iter().filter_map(|tag| id(tag, "href")).collect();
    let named = match &settings.actor {
        Some(own) => mentions.contains(own),
        // It came to our inbox: somebody is named, and most likely it is us.
        None => !answers && !mentions.is_empty(),
    };
    match (visibility, named, answers) {
        (Visibility::Private, _, _) => Kind::Message,
        (_, true, _) => Kind::Mention,
        (_, _, true) => Kind::Comment,
        _ => Kind::Post,
    }
}

fn mentions(object: &Value) -> Vec<&Value> {
    several(object, "tag").into_iter().filter(|tag| type_of(tag) == Some("Mention")).take(TAGS_MAX).collect()
}

/// Public when the public collection is addressed, by any of its three names; restricted when somebody's followers are, or when nobody is
/// named; otherwise between those who are addressed.
pub(crate) fn visibility(object: &Value, activity: Option<&Value>) -> Visibility {
    let addressed = |value: &Value| ["to", "cc", "audience"].iter().flat_map(|name| ids(value, name)).collect::<Vec<_>>();
    let mut audience = addressed(object);
    if audience.is_empty() {
        audience = activity.map(addressed).unwrap_or_default();
    }
    let public = |id: &String| id == "https://www.w3.org/ns/activitystreams#Public" || id == "as:Public" || id == "Public";
    let crowd = |id: &String| id.trim_end_matches('/').rsplit('/').next().is_some_and(|last| last.contains("followers"));
    if audience.iter().any(public) {
        Visibility::Public
    } else if audience.is_empty() || audience.iter().any(crowd) {
        Visibility::Restricted
    } else {
        Visibility::Private
    }
}

/// The text, and the HTML where it differs.
fn words(object: &Value) -> (String, Option<String>) {
    let translated = || object.get("contentMap").and_then(Value::as_object).and_then(|map| map.values().find_map(Value::as_str));
    let Some(content) = text(object, "content").or_else(translated) else {
        return (text(object, "name").map(markup::text).unwrap_or_default(), None);
    };
    if text(object, "mediaType").is_some_and(|media_type| !media_type.starts_with("text/html")) {
        return (content.trim().to_owned(), None);
    }
    let plain = markup::text(content);
    let differs = plain != content;
    (plain, differs.then(|| content.to_owned()))
}

fn language(object: &Value) -> Option<String> {
    let map = object.get("contentMap").and_then(Value::as_object).filter(|map| map.len() == 1)?;
    map.keys().next().filter(|tag| tag.len() <= LANGUAGE_BYTES_MAX).cloned()
}

const LANGUAGE_BYTES_MAX: usize = 35;

fn attachments(object: &Value) -> Vec<Attachment> {
    let own = matches!(type_of(object), Some("Video" | "Audio" | "Image" | "Document")).then_some(object);
    let all = several(object, "attachment").into_iter().chain(own);
    all.filter_map(attachment).take(ATTACHMENTS_MAX).collect()
}

fn attachment(value: &Value) -> Option<Attachment> {
    let links = several(value, "url");
    let link = links.iter().find(|link| link.is_object()).or_else(|| links.first()).copied().unwrap_or(value);
    let url = link.as_str().or_else(|| text(link, "href"))?.to_owned();
    let given = text(link, "mediaType").or_else(|| text(value, "mediaType"));
    let by_type = || match type_of(value) {
        Some("Image") => "image/*",
        Some("Video") => "video/*",
        Some("Audio") => "audio/*",
        _ => "application/octet-stream",
    };
    Some(Attachment {
        media_type: given.or_else(|| media_type(&url)).unwrap_or_else(by_type).to_owned(),
        content: Content::Url(url),
        name: None,
        size_bytes: None,
        description: text(value, "name").or_else(|| text(value, "summary")).map(str::to_owned),
    })
}

fn attributes(object: &Value) -> Vec<Attribute> {
    let mut found = Vec::new();
    if let Some(url) = several(object, "url").into_iter().find_map(id_of) {
        found.push(attribute("url", url));
    }
    let names = |wanted: &str| -> Vec<String> {
        let tags = several(object, "tag").into_iter().filter(|tag| type_of(tag) == Some(wanted));
        tags.filter_map(|tag| text(tag, "name")).take(TAGS_MAX).map(|name| name.trim_start_matches(['#', '@']).to_owned()).collect()
    };
    for (name, wanted) in [("tags", "Hashtag"), ("mentions", "Mention")] {
        let values = names(wanted);
        if !values.is_empty() {
            found.push(attribute(name, Attributed::Texts(values)));
        }
    }
    let options = several(object, "oneOf").into_iter().chain(several(object, "anyOf"));
    let options: Vec<String> = options.filter_map(|option| text(option, "name")).take(TAGS_MAX).map(str::to_owned).collect();
    if !options.is_empty() {
        found.push(attribute("poll-options", Attributed::Texts(options)));
    }
    if let Some(quoted) = ["quote", "quoteUrl", "quoteUri", "_misskey_quote"].iter().find_map(|name| id(object, name)) {
        found.push(attribute("quote-of", quoted));
    }
    if flag(object, "sensitive") {
        found.push(attribute("sensitive", true));
    }
    found
}
