//! What a delivery tells. Source: Discourse's "Configure webhooks that trigger on Discourse events", and its event names.

use lenient::{attribute, fingerprint, id, list, object, text, time};
use pointsman_plugin::{Author, Direction, Fact, Item, Kind, Note, Reaction, Visibility};
use serde_json::Value;

use crate::post;
use crate::settings::Settings;

/// What a delivery or an answer of the API tells; nothing for the look at our address. `event` is from the header.
pub(crate) fn facts(body: &Value, event: Option<&str>, settings: &Settings) -> Vec<Fact> {
    if let Some(posts) = ["latest_posts", "/post_stream/posts", "latest_private_posts", "private_posts", "posts"]
        .iter()
        .find_map(|place| body.pointer(&if place.starts_with('/') { (*place).to_owned() } else { format!("/{place}") })?.as_array())
    {
        return posts.iter().take(POSTS_MAX).map(|one| post::fact(one, None, settings)).collect();
    }
    let event = event.unwrap_or_default();
    let fact = if let Some(one) = object(body, "post") {
        post::fact(one, Some(event), settings)
    } else if post::is(body) {
        post::fact(body, Some(event), settings)
    } else if given(body, "ping") {
        return Vec::new();
    } else if let Some(liked) = object(body, "like") {
        like(liked).unwrap_or_else(|| happened(body, event))
    } else if let Some(chat) = object(body, "chat_message") {
        said_in_chat(chat, event, settings).unwrap_or_else(|| happened(body, event))
    } else {
        happened(body, event)
    };
    vec![fact]
}

fn given(body: &Value, name: &str) -> bool {
    body.get(name).is_some()
}

fn like(liked: &Value) -> Option<Fact> {
    let actor = object(liked, "user").and_then(post::author);
    let target = id(liked, "/post/id")?;
    let key = format!("like:{target}:{}", actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default());
    let reaction =
        Reaction { target, name: "like".to_owned(), added: true, actor, occurred_at: time(liked, "created_at"), source_id: None };
    Some(Fact::reacted(reaction).dedup_key(key))
}

/// A message of the chat plugin: in a channel, or to one another.
fn said_in_chat(chat: &Value, event: &str, settings: &Settings) -> Option<Fact> {
    let message = object(chat, "message").unwrap_or(chat);
    let channel = object(chat, "channel");
    let direct = channel.is_some_and(|channel| text(channel, "chatable_type") == Some("DirectMessage"));
    let author = object(message, "user").and_then(post::author);
    let is_own = author.as_ref().and_then(|author| author.handle.as_deref()).is_some_and(|name| settings.owns(name));
    let source_id = format!("chat:{}", id(message, "id")?);
    if event.ends_with("trashed") || event.ends_with("deleted") {
        let key = format!("removed:{source_id}");
        return Some(Fact::removed(pointsman_plugin::Removal { source_id, ..Default::default() }).dedup_key(key));
    }
    let item = Item {
        kind: if direct { Kind::Message } else { Kind::Post },
        visibility: if direct { Visibility::Private } else { Visibility::Restricted },
        direction: if is_own { Direction::Echo } else { Direction::Inbound },
        conversation: channel.and_then(|channel| id(channel, "id")).map(|id| format!("chat:{id}")),
        in_reply_to: id(message, "/in_reply_to/id").map(|id| format!("chat:{id}")),
        author,
        occurred_at: time(message, "created_at"),
        ..Item::new(
            source_id,
            text(message, "cooked").map(markup::text).or_else(|| text(message, "message").map(str::to_owned)).unwrap_or_default(),
        )
    };
    let item = item.bounded();
    if event.ends_with("edited") {
        let key = format!("edited:{}:{}", item.source_id, fingerprint(item.text.as_bytes()));
        return Some(Fact::edited(item).dedup_key(key));
    }
    Some(Fact::said(item))
}

/// Topics, users, groups, notifications; and what nobody here knows.
fn happened(body: &Value, event: &str) -> Fact {
    const THINGS: [&str; 12] = [
        "topic",
        "user",
        "group",
        "category",
        "tag",
        "notification",
        "reviewable",
        "group_user",
        "badge",
        "user_badge",
        "user_promoted",
        "solved",
    ];
    let thing = THINGS.iter().find(|thing| object(body, thing).is_some());
    let inner = thing.and_then(|thing| object(body, thing)).unwrap_or(body);
    let person = [object(inner, "created_by"), object(inner, "user"), Some(inner).filter(|_| thing == Some(&"user"))];
    let actor: Option<Author> = person.into_iter().flatten().find_map(post::author);
    let name = if event.is_empty() { thing.copied().unwrap_or("document") } else { event };
    let note = Note {
        source_id: None,
        text: text(inner, "title").or_else(|| text(inner, "name")).map(str::to_owned),
        actor,
        conversation: id(inner, "topic_id").or_else(|| id(inner, "id").filter(|_| thing == Some(&"topic"))),
        visibility: (text(inner, "archetype") == Some("private_message")).then_some(Visibility::Private),
        occurred_at: time(inner, "updated_at").or_else(|| time(inner, "created_at")),
        attributes: list(inner, "tags").first().and_then(Value::as_str).map(|tag| attribute("tag", tag)).into_iter().collect(),
        ..Note::new(name.chars().take(64).collect::<String>())
    };
    let known = thing.is_some() || !event.is_empty();
    let fact = if known { Fact::system(note) } else { Fact::unsupported(note) };
    fact.dedup_key(format!("{name}:{}", fingerprint(body.to_string().as_bytes())))
}

const POSTS_MAX: usize = 200;
