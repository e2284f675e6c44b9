//! Messages: what was said in a chat, a group, a topic, a channel, or to a connected business.

use lenient::{attribute, flag, given, id, object, text, time};
use pointsman_plugin::{Attribute, Direction, Event, Fact, Item, Kind, Visibility};
use serde_json::Value;

use crate::content::content;
use crate::settings::Settings;
use crate::{entity, note, person, place};

/// What a message tells: something said, something that happened in the chat, or something unknown.
pub(crate) fn event(message: &Value, settings: &Settings) -> Option<Event> {
    match note::service(message) {
        Some(name) => Some(Event::System(note::of_message(message, name))),
        None => match item(message, settings) {
            Some(item) => Some(Event::Said(item)),
            None => Some(Event::Unsupported(note::of_message(message, "message"))),
        },
    }
}

/// What a changed message tells: the item as it now reads.
pub(crate) fn edited(message: &Value, settings: &Settings) -> Option<Event> {
    Some(match item(message, settings) {
        Some(item) => Event::Edited(Item { occurred_at: time(message, "edit_date").or(item.occurred_at), ..item }),
        None => Event::Unsupported(note::of_message(message, "edited_message")),
    })
}

/// The account that a message came to, when it tells: a connected business account, whose ids of messages are its own.
pub(crate) fn account(what: &Value) -> Option<String> {
    id(what, "business_connection_id")
}

/// The conversation of a chat's message: the topic where there is one.
pub(crate) fn conversation(message: &Value) -> Option<String> {
    let chat = id(message, "/chat/id")?;
    let topic = topic(message).or_else(|| id(message, "/direct_messages_topic/topic_id"));
    Some(topic.map_or_else(|| chat.clone(), |topic| place::message(&chat, &topic)))
}

/// The forum topic. In other groups the field names the first message of a chain of replies, which is no place to write to.
fn topic(message: &Value) -> Option<String> {
    (flag(message, "is_topic_message") || flag(message, "/chat/is_forum")).then(|| id(message, "message_thread_id"))?
}

/// Who can read a chat.
pub(crate) fn visibility(chat: &Value) -> Visibility {
    match text(chat, "type") {
        Some("private" | "sender") => Visibility::Private,
        Some("channel") => Visibility::Public,
        _ if flag(chat, "is_direct_messages") => Visibility::Private,
        _ if given(chat, "username") => Visibility::Public,
        _ => Visibility::Restricted,
    }
}

/// The message's own id; none when it has none.
pub(crate) fn source_id(message: &Value) -> Option<String> {
    Some(place::message(&id(message, "/chat/id")?, &id(message, "message_id")?))
}

fn item(message: &Value, settings: &Settings) -> Option<Item> {
    let chat = object(message, "chat")?;
    let content = content(message)?;
    let visibility = visibility(chat);
    let author = person::actor(message).or_else(|| person::chat(chat));
    let private = text(chat, "type") == Some("private");
    let conversation = conversation(message);
    // In a chat of two, who is not the other one is the bot, or the business whose chat it is.
    let own = private && author.as_ref().is_some_and(|author| id(chat, "id").as_ref() != Some(&author.id));
    let order_key = match (&conversation, &author) {
        (Some(conversation), Some(author)) if !private => Some(format!("{conversation}/{}", author.id)),
        _ => None,
    };
    Some(
        Item {
            source_id: source_id(message)?,
            kind: kind(message, chat, settings),
            visibility,
            direction: if own { Direction::Echo } else { Direction::Inbound },
            in_reply_to: in_reply_to(message),
            conversation,
            order_key,
            author,
            text: content.text,
            markup: content.markup,
            attachments: content.attachments,
            occurred_at: time(message, "date"),
            attributes: attributes(message, content.attributes),
            ..Item::default()
        }
        .bounded(),
    )
}

fn kind(message: &Value, chat: &Value, settings: &Settings) -> Kind {
    let named = |username: &String| {
        let (said, entities) = if given(message, "text") { ("text", "entities") } else { ("caption", "caption_entities") };
        entity::names(text(message, said).unwrap_or_default(), lenient::list(message, entities), username)
    };
    match text(chat, "type") {
        Some("channel") => Kind::Post,
        Some("private") => Kind::Message,
        _ if settings.username.as_ref().is_some_and(named) => Kind::Mention,
        _ => Kind::Message,
    }
}

/// What it answers. A topic's first message is a service message, which everything in it seems to answer.
fn in_reply_to(message: &Value) -> Option<String> {
    let answered = object(message, "reply_to_message").filter(|answered| !given(answered, "forum_topic_created"));
    answered.and_then(source_id).or_else(|| object(message, "external_reply").and_then(source_id))
}

fn attributes(message: &Value, mut found: Vec<Attribute>) -> Vec<Attribute> {
    let named = [
        ("business-connection-id", id(message, "business_connection_id")),
        ("message-thread-id", topic(message)),
        ("direct-messages-topic-id", id(message, "/direct_messages_topic/topic_id")),
        ("media-group-id", id(message, "media_group_id")),
        ("chat-title", text(message, "/chat/title").map(str::to_owned)),
        ("signature", text(message, "author_signature").map(str::to_owned)),
        ("via-bot", text(message, "/via_bot/username").map(str::to_owned)),
        ("quote", text(message, "/quote/text").map(str::to_owned)),
        ("forwarded-from", forwarded(message)),
        ("story", object(message, "story").and_then(|story| Some(place::message(&id(story, "/chat/id")?, &id(story, "id")?)))),
    ];
    found.extend(named.into_iter().filter_map(|(name, value)| Some(attribute(name, value?))));
    if flag(message, "is_automatic_forward") {
        found.push(attribute("automatic-forward", true));
    }
    found
}

/// The name of whom it was forwarded from.
fn forwarded(message: &Value) -> Option<String> {
    let origin = object(message, "forward_origin")?;
    let users = object(origin, "sender_user").and_then(person::user);
    let chats = ["sender_chat", "chat"].iter().find_map(|field| object(origin, field)).and_then(person::chat);
    users.or(chats).and_then(|author| author.display_name).or_else(|| text(origin, "sender_user_name").map(str::to_owned))
}

/// A fact of one update; what has no time of its own is told apart by the update.
pub(crate) fn fact(account: Option<String>, key: Option<String>, event: Event) -> Fact {
    Fact { account, dedup_key: key, event }
}
