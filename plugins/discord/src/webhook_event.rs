//! Webhook events: what happens to the application, and what is said in lobbies and games. Source: Discord's "Webhook events".

use lenient::{fingerprint, id, object, text, time};
use pointsman_plugin::{Author, Fact, Note};
use serde_json::Value;

use crate::author::author;
use crate::message;
use crate::settings::Settings;

/// What an event tells.
pub(crate) fn facts(body: &Value, settings: &Settings) -> Vec<Fact> {
    let name = text(body, "/event/type").unwrap_or("event");
    let data = body.pointer("/event/data").cloned().unwrap_or_default();
    let at = time(body, "/event/timestamp");
    let fact = match name {
        "LOBBY_MESSAGE_CREATE" | "GAME_DIRECT_MESSAGE_CREATE" => message::said(&dated(&data, at), settings.own_id(), settings),
        "LOBBY_MESSAGE_UPDATE" | "GAME_DIRECT_MESSAGE_UPDATE" => message::edited(&dated(&data, at), settings.own_id(), settings),
        "LOBBY_MESSAGE_DELETE" | "GAME_DIRECT_MESSAGE_DELETE" => id(&data, "id").map(|id| message::removed(id, at, settings)),
        _ => None,
    };
    vec![fact.unwrap_or_else(|| happened(name, body, &data, settings))]
}

/// Messages of games have no time of their own.
fn dated(data: &Value, at: Option<u64>) -> Value {
    let mut message = data.clone();
    if let (Some(fields), Some(at)) = (message.as_object_mut(), at) {
        fields.entry("timestamp").or_insert_with(|| Value::from(at));
    }
    message
}

fn happened(name: &str, body: &Value, data: &Value, settings: &Settings) -> Fact {
    let user = object(data, "user").and_then(|user| author(user, None));
    let note = Note {
        source_id: id(data, "id"),
        actor: user.or_else(|| Some(Author { id: id(data, "user_id")?, ..Author::default() })),
        occurred_at: time(body, "/event/timestamp"),
        ..Note::new(name.chars().take(64).collect::<String>())
    };
    let known = ["APPLICATION_", "ENTITLEMENT_", "QUEST_", "LOBBY_", "GAME_"].iter().any(|start| name.starts_with(start));
    let fact = if known { Fact::system(note) } else { Fact::unsupported(note) };
    let fact = message::about(fact.dedup_key(format!("event:{}", fingerprint(body.to_string().as_bytes()))), settings);
    Fact { account: fact.account.or_else(|| id(body, "application_id")), ..fact }
}
