//! The labelled payloads outside the repository, each as its transport brings it.

use facebook::Facebook;
use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Delivery, Feed as _, Response, Webhook as _};

const NOW: u64 = 1_800_000_000_000;

#[test]
fn every_payload_is_read() {
    let plugin: Facebook = configured(serde_json::json!({}));
    let count = labels::run("facebook", &|_name, transport, payload| {
        let receive = |body: &[u8]| plugin.receive(&Delivery { body: body.to_vec(), ..Delivery::default() }, NOW);
        cases::mutated(payload, |variant| drop(receive(variant)));
        if transport == "webhook" {
            return receive(payload).map(|reception| reception.facts).map_err(|refusal| format!("{refusal:?}"));
        }
        let poll = |body: &[u8]| {
            let answer = || Ok(Response::new(200).body("application/json", body.to_vec()));
            let _host = (0..40).fold(Host::new(), |host, _| host.answer("GET ", answer()));
            plugin.poll(None, NOW)
        };
        cases::mutated(payload, |variant| drop(poll(variant)));
        poll(payload).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}
