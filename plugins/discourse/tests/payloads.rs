//! The cases, and the labelled payloads outside the repository, each as its transport brings it.

use discourse::Discourse;
use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Delivery, Feed as _, Response, Webhook as _};

const NOW: u64 = 1_800_000_000_000;

#[test]
fn cases() {
    cases::check_webhook::<Discourse>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Discourse>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    let plugin: Discourse = configured(serde_json::json!({}));
    let poll = |payload: &[u8]| {
        let answer = || Ok(Response { status: 200, headers: Vec::new(), body: payload.to_vec() });
        let _host = (0..8).fold(Host::new(), |host, _| host.answer("GET ", answer()));
        plugin.poll(None, NOW).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
    };
    let receive = |payload: &[u8]| {
        let delivery = Delivery { method: "POST".to_owned(), body: payload.to_vec(), ..Delivery::default() };
        plugin.receive(&delivery, NOW).map(|reception| reception.facts).map_err(|refusal| format!("{refusal:?}"))
    };
    let count = labels::run("discourse", &|_name, transport, payload| {
        cases::mutated(payload, |variant| drop((poll(variant), receive(variant))));
        if transport == "poll" { poll(payload) } else { receive(payload) }
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}
