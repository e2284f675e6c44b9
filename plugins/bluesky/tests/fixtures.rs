//! The labelled payloads outside the repository, each as its transport brings it.

use bluesky::Bluesky;
use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Connection as _, Fact, Feed as _, Response};

const NOW: u64 = 1_800_000_000_000;

fn read(plugin: &Bluesky, transport: &str, payload: &[u8]) -> Result<Vec<Fact>, String> {
    if transport == "stream" {
        return plugin.received(payload, &[], None, NOW).map(|step| step.facts).map_err(|refusal| format!("{refusal:?}"));
    }
    let answer = || Ok(Response { status: 200, headers: Vec::new(), body: payload.to_vec() });
    let _host = (0..8).fold(Host::new(), |host, _| host.answer("GET ", answer()));
    plugin.poll(None, NOW).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
}

#[test]
fn every_payload_is_read() {
    let plugin: Bluesky = configured(serde_json::json!({}));
    let count = labels::run("bluesky", &|_name, transport, payload| {
        cases::mutated(payload, |variant| drop(read(&plugin, transport, variant)));
        read(&plugin, transport, payload)
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}
