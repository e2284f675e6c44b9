//! Calls: a customer rings, or a call ends. Voice itself goes elsewhere.

use graph::about;
use lenient::{attribute, id, text, time};
use pointsman_plugin::{Attribute, Event, Fact, Item, Kind, Note};
use serde_json::Value;

use crate::person::Place;

/// What a call tells: said when a customer calls us, otherwise something that happened.
pub(crate) fn fact(call: &Value, place: &Place<'_>) -> Fact {
    let event = text(call, "event").unwrap_or("event");
    let ours = text(call, "direction") == Some("BUSINESS_INITIATED");
    let at = time(call, "timestamp").or(place.entry.time);
    let author = place.author(call);
    let other = if ours { id(call, "to").or_else(|| id(call, "to_user_id")) } else { author.as_ref().map(|author| author.id.clone()) };
    let mut attributes = vec![attribute("call-event", event)];
    for name in ["status", "direction", "duration", "start_time", "end_time", "biz_opaque_callback_data"] {
        about(&mut attributes, &name.replace('_', "-"), id(call, name));
    }
    match id(call, "id") {
        Some(source_id) if event == "connect" && !ours => {
            let key = format!("said:{source_id}");
            let item = Item { source_id, kind: Kind::Call, conversation: other, author, occurred_at: at, attributes, ..Item::default() };
            place.fact(key, Event::Said(item))
        }
        source_id => {
            let author = author.filter(|_| !ours);
            let note = Note { source_id, actor: author, conversation: other, attributes, ..place.note(&format!("call-{event}"), at) };
            place.entry.system(duration(note), call)
        }
    }
}

/// What people want to know of a call that is over.
fn duration(note: Note) -> Note {
    let seconds = Attribute::find(&note.attributes, "duration").and_then(|seconds| seconds.as_text()).map(|seconds| format!("{seconds} s"));
    Note { text: seconds, ..note }
}
