//! The Events API: what happened in a workspace.

use lenient::{attribute, flag, given, id, list, object, text, time};
use pointsman_plugin::{Event, Fact, Note, Reaction, Removal};
use serde_json::Value;

use crate::message::{self, Context, source_id};
use crate::person;
use crate::settings::Settings;

/// Messages of these kinds were said by somebody.
const SAID: [&str; 8] =
    ["bot_message", "file_share", "me_message", "thread_broadcast", "reply_broadcast", "file_comment", "file_mention", "document_mention"];

/// How the names of the documented event types begin.
const KNOWN: [&str; 37] = [
    "app_",
    "assistant_",
    "call_",
    "channel_",
    "dnd_",
    "email_",
    "emoji_",
    "entity_",
    "file_",
    "function_",
    "grid_",
    "group_",
    "im_",
    "invite_",
    "link_",
    "member_",
    "message_metadata_",
    "pin_",
    "resources_",
    "scope_",
    "shared_channel_",
    "star_",
    "subteam_",
    "team_",
    "tokens_",
    "url_",
    "user_",
    "workflow_",
    "mpim_",
    "steps_",
    "huddle_",
    "agent_",
    "apps_",
    "bot_",
    "commands_",
    "reaction_",
    "workspace_",
];

/// Subtypes of `message` that tell what happened in a channel.
const HAPPENED: [&str; 12] = [
    "message_replied",
    "ekm_access_denied",
    "pinned_item",
    "unpinned_item",
    "reminder_add",
    "tombstone",
    "huddle_thread",
    "sh_room_created",
    "joiner_notification",
    "joiner_notification_for_inviter",
    "assistant_app_thread",
    "bot_enable",
];

/// What a delivery of the Events API tells.
pub(crate) fn facts(delivery: &Value, settings: &Settings) -> Vec<Fact> {
    let Some(event) = object(delivery, "event") else {
        return vec![fact(delivery, outer(delivery))];
    };
    vec![fact(delivery, read(event, delivery, settings))]
}

fn fact(delivery: &Value, event: Event) -> Fact {
    // What was said keeps the host's own key: the same post comes as `message` and as `app_mention`, with two ids.
    let dedup_key = match &event {
        Event::Said(_) | Event::Removed(_) => None,
        _ => text(delivery, "event_id").map(|id| format!("event:{id}")),
    };
    Fact { account: account(delivery), dedup_key, event }
}

/// The workspace.
pub(crate) fn account(delivery: &Value) -> Option<String> {
    ["team_id", "/team/id"].iter().find_map(|place| text(delivery, place)).map(str::to_owned)
}

/// A delivery without an event.
fn outer(delivery: &Value) -> Event {
    let name = text(delivery, "type").unwrap_or("delivery");
    let note = Note { name: name.to_owned(), occurred_at: time(delivery, "minute_rate_limited"), ..Note::default() };
    if name == "app_rate_limited" { Event::System(note) } else { Event::Unsupported(note) }
}

fn read(event: &Value, delivery: &Value, settings: &Settings) -> Event {
    let kind = text(event, "type").unwrap_or_default();
    match kind {
        "message" | "app_mention" => message(event, delivery, settings).unwrap_or_else(|| Event::Unsupported(note(event, kind))),
        "reaction_added" | "reaction_removed" => reaction(event, kind == "reaction_added"),
        _ if KNOWN.iter().any(|start| kind.starts_with(start)) => Event::System(note(event, kind)),
        _ => Event::Unsupported(note(event, kind)),
    }
}

fn message(event: &Value, delivery: &Value, settings: &Settings) -> Option<Event> {
    let subtype = text(event, "subtype");
    let context = Context {
        delivery,
        channel: text(event, "channel").unwrap_or_default(),
        channel_type: text(event, "channel_type"),
        settings,
        mention: text(event, "type") == Some("app_mention"),
    };
    Some(match subtype {
        Some("message_changed") => changed(event, &context)?,
        Some("message_deleted") => removed(event, context.channel, "deleted_ts")?,
        Some(name) if HAPPENED.contains(&name) || KNOWN.iter().any(|start| name.starts_with(start)) && !SAID.contains(&name) => {
            Event::System(note(event, name))
        }
        // Slash and shortcut posts of other apps, and whatever comes new, as long as somebody says something.
        _ if subtype.is_none_or(|name| SAID.contains(&name)) || given(event, "text") && given(event, "user") => {
            Event::Said(message::item(event, &context)?)
        }
        _ => return None,
    })
}

/// A message that reads otherwise now. One that leaves a tombstone, because others have answered it, is gone.
fn changed(event: &Value, context: &Context<'_>) -> Option<Event> {
    let now = object(event, "message")?;
    if text(now, "subtype") == Some("tombstone") {
        return removed(event, context.channel, "/message/ts");
    }
    let item = message::item(now, context)?;
    let at = time(now, "/edited/ts").or_else(|| time(event, "event_ts")).or(item.occurred_at);
    Some(Event::Edited(pointsman_plugin::Item { occurred_at: at, ..item }))
}

fn removed(event: &Value, channel: &str, place: &str) -> Option<Event> {
    let ts = text(event, place).or_else(|| text(event, "/previous_message/ts"))?;
    let occurred_at = time(event, "event_ts").or_else(|| time(event, "ts"));
    Some(Event::Removed(Removal { source_id: source_id(channel, ts), occurred_at, ..Removal::default() }))
}

fn reaction(event: &Value, added: bool) -> Event {
    let place = |pointer: &str| text(event, pointer).unwrap_or_default();
    let message = text(event, "/item/ts").map(|ts| source_id(place("/item/channel"), ts));
    let target = message.or_else(|| ["/item/file", "/item/file_comment"].iter().find_map(|pointer| id(event, pointer)));
    let Some(target) = target else { return Event::Unsupported(note(event, "reaction")) };
    Event::Reacted(Reaction {
        source_id: None,
        target,
        name: place("reaction").to_owned(),
        added,
        actor: text(event, "user").map(person::by_id),
        occurred_at: time(event, "event_ts"),
    })
}

fn note(event: &Value, name: &str) -> Note {
    let channel = ["channel", "/channel/id", "channel_id", "/item/channel"].iter().find_map(|place| text(event, place));
    let actor = ["user", "/user/id", "user_id", "/message/user"].iter().find_map(|place| text(event, place)).map(person::by_id);
    let mut note = Note {
        name: if name.is_empty() { "event".to_owned() } else { name.to_owned() },
        source_id: channel.and_then(|channel| text(event, "ts").map(|ts| source_id(channel, ts))),
        text: text(event, "text").map(|said| crate::mrkdwn::plain(said).0),
        actor,
        conversation: channel.map(str::to_owned),
        occurred_at: time(event, "event_ts").filter(|at| *at > 0),
        ..Note::default()
    };
    if let Some(inviter) = text(event, "inviter") {
        note.attributes.push(attribute("inviter", inviter));
    }
    if flag(event, "is_archived") {
        note.attributes.push(attribute("archived", true));
    }
    let links: Vec<String> = list(event, "links").iter().filter_map(|link| text(link, "url")).map(str::to_owned).collect();
    if !links.is_empty() {
        note.attributes.push(attribute("links", pointsman_plugin::Value::Texts(links)));
    }
    note
}
