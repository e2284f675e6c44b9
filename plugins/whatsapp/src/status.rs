//! What became of a message of ours. Statuses come out of order and more than once.

use graph::person;
use lenient::{id, list, text, time};
use pointsman_plugin::{Event, Fact, Note, Progress, Receipt};
use serde_json::Value;

use crate::person::Place;

/// What a status tells.
pub(crate) fn fact(status: &Value, place: &Place<'_>) -> Fact {
    let word = text(status, "status").unwrap_or_default();
    let at = time(status, "timestamp").or(place.entry.time);
    let to = id(status, "recipient_id").or_else(|| id(status, "recipient_user_id"));
    let who = id(status, "recipient_participant_id").or_else(|| id(status, "recipient_participant_user_id")).or_else(|| to.clone());
    let Some(target) = id(status, "id") else {
        return place.entry.unsupported(Note { conversation: to, ..place.note("status", at) }, status);
    };
    let progress = match word {
        "sent" | "accepted" => Progress::Sent,
        // Deleted by the customer: it had arrived.
        "delivered" | "deleted" => Progress::Delivered,
        "read" | "played" => Progress::Read,
        "failed" => Progress::Failed,
        _ if text(status, "type") != Some("call") => Progress::Sent,
        // Ringing, accepted, rejected.
        _ => {
            let name = format!("call-{word}");
            let note = Note { source_id: Some(target), actor: who.map(person), conversation: to, ..place.note(&name, at) };
            return place.entry.system(note, status);
        }
    };
    let key = format!("receipt:{word}:{target}:{}", who.as_deref().unwrap_or_default());
    let receipt = Receipt {
        source_id: None,
        target: Some(target),
        progress,
        detail: error(status).or_else(|| (!matches!(word, "sent" | "delivered" | "read")).then(|| word.to_owned())),
        actor: who.map(person),
        conversation: to,
        occurred_at: at,
    };
    place.fact(key, Event::Receipt(receipt))
}

fn error(status: &Value) -> Option<String> {
    let error = list(status, "errors").first()?;
    let why = text(error, "/error_data/details").or_else(|| text(error, "message")).or_else(|| text(error, "title")).unwrap_or("failed");
    Some(format!("{}: {why}", id(error, "code").unwrap_or_default()))
}
