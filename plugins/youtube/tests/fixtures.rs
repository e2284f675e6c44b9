//! The labelled payloads outside the repository, each as the answer of a poll.

use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Feed as _, Response};
use youtube::Youtube;

#[test]
fn every_payload_is_read() {
    const NOW: u64 = 1_800_000_000_000;
    let plugin: Youtube = configured(serde_json::json!({}));
    let poll = |payload: &[u8]| {
        let _host = Host::new().answer("GET ", Ok(Response { status: 200, headers: Vec::new(), body: payload.to_vec() }));
        plugin.poll(None, NOW).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
    };
    let count = labels::run("youtube", &|_name, _transport, payload| {
        if payload.len() < 32 << 10 {
            cases::mutated(payload, |variant| drop(poll(variant)));
        }
        poll(payload)
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}
