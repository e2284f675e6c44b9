//! Fetching what a delivery only points at, while the delivery waits to be answered.

use pointsman_plugin::{Event, Fact, Item, Kind, Timestamp, log};
use serde_json::Value;

use crate::Api;

/// Fetches a document and makes of what it says was said the item as it now reads, of this kind when one is given.
///
/// What cannot be fetched (gone, not granted, rate used up) is logged and nothing more: the item itself is known, and what else the
/// delivery brought must not wait for it.
pub fn look(api: &Api, path: &str, kind: Option<Kind>, now: Timestamp, read: impl Fn(&Value) -> Vec<Fact>) -> Vec<Fact> {
    let fuller = |fact: Fact| match fact.event {
        Event::Said(item) => {
            let key = format!("hydrated:{}", item.source_id);
            let kind = kind.unwrap_or(item.kind);
            Fact { event: Event::Edited(Item { kind, ..item }), dedup_key: Some(key), account: fact.account }
        }
        event => Fact { event, ..fact },
    };
    match api.within(TIMEOUT_MS).get(path, now) {
        Ok(answer) => read(&answer.document).into_iter().map(fuller).collect(),
        Err(failure) => {
            log::warn(&format!("{path}: {failure:?}"));
            Vec::new()
        }
    }
}

/// Meta wants to be answered soon.
const TIMEOUT_MS: u32 = 3_000;
