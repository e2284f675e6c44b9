//! Updates: one field beside `update_id` says what happened.

use lenient::{attribute, given, id, list, object, text, time};
use pointsman_plugin::{Event, Fact, Item, Kind, Note, Reaction, Removal, Visibility};
use serde_json::Value;

use crate::message::{self, conversation, fact};
use crate::settings::Settings;
use crate::{note, person, place};

/// Facts of one delivery.
const FACTS_MAX: usize = 1_000;

/// Every kind of update that a bot can ask for.
pub(crate) const KINDS: [&str; 24] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// What a document tells: an update, or the answer of `getUpdates`.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let updates = document.as_array().map_or_else(|| list(document, "result"), Vec::as_slice);
    let updates = if updates.is_empty() { std::slice::from_ref(document) } else { updates };
    updates.iter().flat_map(|update| update_facts(update, settings)).take(FACTS_MAX).collect()
}

fn update_facts(update: &Value, settings: &Settings) -> Vec<Fact> {
    let number = id(update, "update_id");
    let key = |index: usize| number.as_ref().map(|number| format!("update:{number}:{index}"));
    let known = KINDS.into_iter().find_map(|kind| Some((kind, object(update, kind)?)));
    let Some((kind, what)) = known else {
        let fields = update.as_object().map(|fields| fields.keys().find(|name| *name != "update_id").cloned());
        let name = fields.flatten().filter(|name| name.len() <= 64).unwrap_or_else(|| "update".to_owned());
        return vec![fact(None, key(0), Event::Unsupported(Note::new(name)))];
    };
    let events = events(kind, what, settings);
    let account = message::account(what).or_else(|| id(what, "id").filter(|_| kind == "business_connection"));
    // What was said keeps the host's own key, so that it is the same whichever way it comes.
    let keyed = |(index, event)| match event {
        Event::Said(_) | Event::Removed(_) => fact(account.clone(), None, event),
        other => fact(account.clone(), key(index), other),
    };
    events.into_iter().enumerate().map(keyed).collect()
}

fn events(kind: &str, what: &Value, settings: &Settings) -> Vec<Event> {
    match kind {
        "message" | "channel_post" | "business_message" => message::event(what, settings).into_iter().collect(),
        "edited_message" | "edited_channel_post" | "edited_business_message" => message::edited(what, settings).into_iter().collect(),
        "deleted_business_messages" => removed(what),
        "message_reaction" => reacted(what),
        "message_reaction_count" => counted(what),
        "callback_query" => vec![pressed(what)],
        _ => vec![Event::System(note::of(what, kind))],
    }
}

fn removed(what: &Value) -> Vec<Event> {
    let Some(chat) = id(what, "/chat/id") else { return vec![Event::Unsupported(note::of(what, "deleted_business_messages"))] };
    let ids = list(what, "message_ids").iter().take(FACTS_MAX).filter_map(lenient::as_id);
    ids.map(|id| Event::Removed(Removal { source_id: place::message(&chat, &id), ..Removal::default() })).collect()
}

/// The name of a reaction: an emoji, a custom emoji's id, or `paid`.
fn named(reaction: &Value) -> Option<String> {
    ["emoji", "custom_emoji_id", "type"].iter().find_map(|field| text(reaction, field)).map(str::to_owned)
}

fn reacted(what: &Value) -> Vec<Event> {
    let names = |field: &str| -> Vec<String> { list(what, field).iter().take(FACTS_MAX / 4).filter_map(named).collect() };
    let (old, new) = (names("old_reaction"), names("new_reaction"));
    let gone = old.iter().filter(|name| !new.contains(name)).map(|name| (name, false));
    let come = new.iter().filter(|name| !old.contains(name)).map(|name| (name, true));
    let event = |(name, added): (&String, bool)| reaction(what, name.clone(), added);
    let events: Vec<Event> = gone.chain(come).filter_map(event).collect();
    if events.is_empty() { vec![Event::System(note::of(what, "message_reaction"))] } else { events }
}

/// How many have reacted, without saying who.
fn counted(what: &Value) -> Vec<Event> {
    let names = list(what, "reactions").iter().take(FACTS_MAX / 4).filter_map(|reaction| named(object(reaction, "type")?));
    let events: Vec<Event> = names.filter_map(|name| reaction(what, name, true)).collect();
    if events.is_empty() { vec![Event::System(note::of(what, "message_reaction_count"))] } else { events }
}

fn reaction(what: &Value, name: String, added: bool) -> Option<Event> {
    let target = message::source_id(what)?;
    Some(Event::Reacted(Reaction { source_id: None, target, name, added, actor: person::actor(what), occurred_at: time(what, "date") }))
}

/// A button below one of our messages: an answer in a click.
fn pressed(what: &Value) -> Event {
    let (Some(source_id), Some(author)) = (id(what, "id"), person::actor(what)) else {
        return Event::Unsupported(note::of(what, "callback_query"));
    };
    let below = object(what, "message");
    let data = text(what, "data").or_else(|| text(what, "game_short_name"));
    let rows = below.map(|message| list(message, "/reply_markup/inline_keyboard")).unwrap_or_default();
    let buttons = rows.iter().filter_map(Value::as_array).flatten();
    let label = buttons.filter(|button| data.is_some() && text(button, "callback_data") == data).find_map(|button| text(button, "text"));
    let mut attributes: Vec<_> = data.map(|data| attribute("callback-data", data)).into_iter().collect();
    attributes.push(attribute("callback-query-id", source_id.clone()));
    for (name, place) in [("business-connection-id", "/message/business_connection_id"), ("inline-message-id", "inline_message_id")] {
        attributes.extend(id(what, place).map(|value| attribute(name, value)));
    }
    if below.is_some_and(|message| given(message, "is_topic_message")) {
        attributes.extend(id(what, "/message/message_thread_id").map(|thread| attribute("message-thread-id", thread)));
    }
    Event::Said(
        Item {
            kind: Kind::Message,
            visibility: Visibility::Private,
            conversation: below.and_then(conversation).or_else(|| Some(author.id.clone())),
            in_reply_to: below.and_then(message::source_id),
            text: label.or(data).unwrap_or_default().to_owned(),
            author: Some(author),
            attributes,
            source_id,
            ..Item::default()
        }
        .bounded(),
    )
}
