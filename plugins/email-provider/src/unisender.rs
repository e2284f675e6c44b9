//! Unisender Go: events by project under `events_by_user`.

use lenient::{id, list, text, time};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::news::{News, OURS};

pub(crate) fn facts(object: &Value) -> Vec<Fact> {
    let events = list(object, "events_by_user").iter().flat_map(|project| list(project, "events"));
    events
        .map(|event| match text(event, "/event_data/status") {
            Some(status) => news(event, status).fact(),
            None => {
                let name = text(event, "event_name").unwrap_or("document").chars().take(64).collect::<String>();
                Fact::system(Note::new(name)).dedup_key(format!("note:{}", lenient::fingerprint(event.to_string().as_bytes())))
            }
        })
        .collect()
}

fn news<'a>(event: &'a Value, status: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(event, place));
    News {
        name: status,
        id: None,
        target: id(event, &format!("/event_data/metadata/{OURS}")).or_else(|| id(event, "/event_data/job_id")),
        recipient: text(event, "/event_data/email"),
        // UTC, without saying so: `2015-11-30 15:09:42`.
        at: text(event, "/event_data/event_time")
            .and_then(|at| pointsman_plugin::time::parse(&format!("{}Z", at.replace(' ', "T"))))
            .or_else(|| time(event, "/event_data/event_time")),
        detail: first(&["/event_data/delivery_info/destination_response", "/event_data/delivery_info/delivery_status", "/event_data/url"])
            .map(str::to_owned),
    }
}
