//! Read receipts: which event each person has read up to.

use lenient::{id, time};
use pointsman_plugin::{Author, Fact, Progress, Receipt};
use serde_json::Value;

use crate::event::Event;

/// One fact for each event and person.
pub(crate) fn facts(event: &Event<'_>) -> Vec<Fact> {
    let content = event.json.get("content").and_then(Value::as_object).into_iter().flatten();
    let facts = content.flat_map(|(target, kinds)| {
        let kinds = kinds.as_object().into_iter().flatten();
        let people = kinds.flat_map(|(_, people)| people.as_object().into_iter().flatten());
        people.map(move |(person, read)| {
            let thread = id(read, "thread_id").unwrap_or_default();
            let receipt = Receipt {
                target: Some(target.clone()).filter(|target| target.starts_with('$')),
                progress: Progress::Read,
                actor: Some(Author { id: person.clone(), ..Author::default() }),
                conversation: event.room.clone(),
                occurred_at: time(read, "ts"),
                ..Receipt::default()
            };
            Fact::receipt(receipt).dedup_key(format!("read:{target}:{person}:{thread}").chars().take(KEY_CHARS_MAX).collect::<String>())
        })
    });
    // Our own reading is no news.
    let others = facts.filter(|fact| match &fact.event {
        pointsman_plugin::Event::Receipt(receipt) => receipt.actor.as_ref().is_none_or(|actor| !event.settings.is_own(&actor.id)),
        _ => true,
    });
    others.take(RECEIPTS_MAX).collect()
}

const RECEIPTS_MAX: usize = 200;
const KEY_CHARS_MAX: usize = 128;
