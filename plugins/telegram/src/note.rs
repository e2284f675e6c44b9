//! What happened in a chat without anybody saying something.

use lenient::{attribute, given, id, object, text, time};
use pointsman_plugin::Note;
use serde_json::Value;

use crate::message::{conversation, source_id, visibility};
use crate::person;

/// The fields of a message that make it a service message.
const SERVICE: [&str; 63] = [
    "new_chat_members",
    "new_chat_member",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "user_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "paid_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway",
    "giveaway_winners",
    "giveaway_completed",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "chat_owner_left",
    "chat_owner_changed",
    "poll_option_added",
    "poll_option_deleted",
    "managed_bot_created",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "voice_chat_scheduled",
    "voice_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "web_app_data",
    "users_invited",
    "screenshot_taken",
    "history_cleared",
];

/// The field that makes a message a service message.
pub(crate) fn service(message: &Value) -> Option<&'static str> {
    // Empty objects count: a closed topic says no more.
    SERVICE.into_iter().find(|field| lenient::at(message, field).is_some_and(|value| *value != Value::Bool(false)))
}

/// A message that says nothing, or nothing that is known.
pub(crate) fn of_message(message: &Value, name: &str) -> Note {
    let mut note = of(message, name);
    note.source_id = source_id(message);
    note.text = words(message, name);
    for field in ["migrate_to_chat_id", "migrate_from_chat_id"] {
        if let Some(chat) = id(message, field) {
            note.attributes.push(attribute(&field.replace('_', "-"), chat));
        }
    }
    note
}

fn words(message: &Value, name: &str) -> Option<String> {
    let inner =
        ["data", "text", "name", "invoice_payload", "title", "caption"].iter().find_map(|field| text(message, &format!("/{name}/{field}")));
    text(message, name).or(inner).map(str::to_owned)
}

/// An update about a chat, a person, a payment.
pub(crate) fn of(what: &Value, name: &str) -> Note {
    let mut note = Note {
        source_id: ["id", "result_id", "boost_id", "/boost/boost_id"].iter().find_map(|place| id(what, place)),
        name: name.to_owned(),
        actor: person::actor(what)
            .or_else(|| object(what, "/boost/source/user").or_else(|| object(what, "/source/user")).and_then(person::user)),
        conversation: conversation(what).or_else(|| id(what, "user_chat_id")),
        visibility: object(what, "chat").filter(|chat| given(chat, "type")).map(visibility),
        occurred_at: ["date", "/boost/add_date", "remove_date"].iter().find_map(|place| time(what, place)).filter(|at| *at > 0),
        ..Note::default()
    };
    for (name, place) in [
        ("old-status", "/old_chat_member/status"),
        ("new-status", "/new_chat_member/status"),
        ("member", "/new_chat_member/user/id"),
        ("invoice-payload", "invoice_payload"),
        ("currency", "currency"),
        ("poll", "poll_id"),
        ("query", "query"),
        ("business-connection-id", "business_connection_id"),
    ] {
        if let Some(value) = id(what, place) {
            note.attributes.push(attribute(name, value));
        }
    }
    if let (Some(old), Some(new)) = (text(what, "/old_chat_member/status"), text(what, "/new_chat_member/status")) {
        note.text = Some(format!("{old} → {new}"));
    }
    note.text = note.text.or_else(|| ["bio", "query", "question"].iter().find_map(|field| text(what, field)).map(str::to_owned));
    note
}
