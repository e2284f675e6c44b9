//! Posts, as webhooks and the API both write them. Source: Discourse's `WebHookPostSerializer` and `PostSerializer`.

use lenient::{attribute, count, flag, given, id, list, number, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Engagement, Fact, Item, Kind, Note, Removal, Visibility};
use serde_json::Value;

use crate::settings::Settings;

/// Whether an object is a post: nothing else is numbered in a topic.
pub(crate) fn is(body: &Value) -> bool {
    given(body, "id") && given(body, "topic_id") && (given(body, "post_number") || body.get("cooked").is_some())
}

/// What a post tells. `event` is the header of a webhook, empty when it has none; none for the API, which brings posts as they are now.
pub(crate) fn fact(post: &Value, event: Option<&str>, settings: &Settings) -> Fact {
    let gone = event == Some("post_destroyed") || given(post, "deleted_at") || flag(post, "user_deleted");
    let Some(source_id) = id(post, "id") else {
        return Fact::unsupported(note(post, "post"));
    };
    if gone {
        let key = format!("removed:{source_id}:{}", text(post, "deleted_at").unwrap_or_default());
        return Fact::removed(Removal { source_id, actor: None, occurred_at: time(post, "deleted_at") }).dedup_key(key);
    }
    match count(post, "post_type") {
        // Closed, pinned, moved: the forum's own notes.
        SMALL_ACTION => return Fact::system(note(post, text(post, "action_code").unwrap_or("small_action"))),
        MODERATOR_ACTION if text(post, "action_code").is_some() => return Fact::system(note(post, "moderator_action")),
        _ => {}
    }
    if matches!(event, Some(name) if !matches!(name, "" | "post_created" | "post_edited" | "post_recovered")) {
        return Fact::system(note(post, event.unwrap_or_default()));
    }
    let version = count(post, "version");
    let item = item(post, source_id, settings);
    if event == Some("post_edited") {
        let key = format!("edited:{}:{version}:{}", item.source_id, text(post, "updated_at").unwrap_or_default());
        let occurred_at = time(post, "updated_at").or(item.occurred_at);
        return Fact::edited(Item { occurred_at, ..item }).dedup_key(key);
    }
    Fact::said(item)
}

fn item(post: &Value, source_id: String, settings: &Settings) -> Item {
    let author = author_of(post);
    let private = text(post, "topic_archetype") == Some("private_message");
    // Staff's whispers are for staff.
    let whisper = count(post, "post_type") == WHISPER;
    let is_own = whisper || text(post, "username").is_some_and(|name| settings.owns(name));
    let topic = id(post, "topic_id");
    let order_key = match (&topic, &author) {
        (Some(topic), Some(author)) if !private && !whisper => Some(format!("{topic}/{}", author.id)),
        _ => None,
    };
    let cooked = text(post, "cooked");
    let raw = text(post, "raw");
    // Markdown is what people write and read here; where it is not told, the page's own text.
    let words = raw.map(|raw| raw.trim().to_owned()).or_else(|| cooked.map(markup::text)).unwrap_or_default();
    let named = settings.username.as_deref().is_some_and(|own| raw.is_some_and(|raw| names(raw, own)));
    let first = count(post, "post_number") == 1;
    Item {
        kind: match (private, named, first) {
            (true, ..) => Kind::Message,
            (false, true, _) => Kind::Mention,
            (false, false, true) => Kind::Post,
            (false, false, false) => Kind::Comment,
        },
        visibility: match (whisper, private) {
            (true, _) => Visibility::Internal,
            (false, true) => Visibility::Private,
            (false, false) => Visibility::Public,
        },
        direction: if is_own { Direction::Echo } else { Direction::Inbound },
        conversation: topic,
        order_key,
        author,
        subject: text(post, "topic_title").map(str::to_owned),
        markup: cooked.filter(|markup| *markup != words).map(str::to_owned),
        engagement: Some(Engagement {
            likes: likes(post),
            replies: count(post, "reply_count"),
            shares: 0,
            views: post.get("reads").and_then(Value::as_u64),
        }),
        occurred_at: time(post, "created_at"),
        attributes: attributes(post),
        ..Item::new(source_id, words)
    }
    .bounded()
}

/// `@desk`, as a word of its own.
fn names(raw: &str, own: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '@');
    raw.split(|character: char| !part(character))
        .any(|word| word.strip_prefix('@').is_some_and(|name| name.trim_end_matches(['.', '-']).eq_ignore_ascii_case(own)))
}

fn likes(post: &Value) -> u64 {
    let like = list(post, "actions_summary").iter().find(|action| count(action, "id") == LIKE);
    like.map_or_else(|| count(post, "like_count"), |like| count(like, "count"))
}

fn author_of(post: &Value) -> Option<Author> {
    let username = text(post, "username");
    let names = text(post, "name").or_else(|| text(post, "display_username")).or(username);
    let user = id(post, "user_id").or_else(|| username.map(str::to_owned))?;
    let levels = [("moderator", flag(post, "moderator")), ("admin", flag(post, "admin")), ("staff", flag(post, "staff"))];
    let mut attributes: Vec<Attribute> = levels.iter().filter(|(_, is)| *is).map(|(name, is)| attribute(name, *is)).collect();
    attributes.extend(number(post, "trust_level").map(|level| attribute("trust-level", level)));
    Some(Author {
        // The forum itself, and its robots, have ids below zero.
        bot: user.starts_with('-'),
        id: user,
        handle: username.map(str::to_owned),
        display_name: names.map(str::to_owned),
        attributes,
        ..Author::default()
    })
}

/// A user object.
pub(crate) fn author(user: &Value) -> Option<Author> {
    let username = text(user, "username");
    let id = id(user, "id").or_else(|| username.map(str::to_owned))?;
    Some(Author {
        bot: id.starts_with('-'),
        id,
        handle: username.map(str::to_owned),
        display_name: text(user, "name").or(username).map(str::to_owned),
        ..Author::default()
    })
}

fn attributes(post: &Value) -> Vec<Attribute> {
    const TEXTS: [(&str, &str); 6] = [
        ("username", "username"),
        ("archetype", "topic_archetype"),
        ("topic-slug", "topic_slug"),
        ("topic-title", "topic_title"),
        ("category", "category_slug"),
        ("url", "post_url"),
    ];
    const IDS: [(&str, &str); 3] =
        [("post-number", "post_number"), ("reply-to-post-number", "reply_to_post_number"), ("category-id", "category_id")];
    let texts = TEXTS.iter().filter_map(|(name, place)| Some(attribute(name, text(post, place)?)));
    let ids = IDS.iter().filter_map(|(name, place)| Some(attribute(name, id(post, place)?)));
    let flags = [("hidden", flag(post, "hidden")), ("accepted-answer", flag(post, "accepted_answer"))];
    texts.chain(ids).chain(flags.into_iter().filter(|(_, is)| *is).map(|(name, is)| attribute(name, is))).collect()
}

fn note(post: &Value, name: &str) -> Note {
    Note {
        source_id: id(post, "id"),
        text: text(post, "cooked").map(markup::text).filter(|words| !words.is_empty()),
        actor: author_of(post),
        conversation: id(post, "topic_id"),
        visibility: Some(if text(post, "topic_archetype") == Some("private_message") { Visibility::Private } else { Visibility::Public }),
        occurred_at: time(post, "created_at"),
        ..Note::new(name.chars().take(64).collect::<String>())
    }
}

const MODERATOR_ACTION: u64 = 2;
const SMALL_ACTION: u64 = 3;
const WHISPER: u64 = 4;
/// The number of the action `like`.
const LIKE: u64 = 2;
