//! The labelled payloads outside the repository, each as its transport brings it.

use mastodon::Mastodon;
use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Connection as _, Feed as _, Response};

const NOW: u64 = 1_800_000_000_000;

#[test]
fn every_payload_is_read() {
    let plugin: Mastodon = configured(serde_json::json!({}));
    let count = labels::run("mastodon", &|_name, transport, payload| match transport {
        "stream" => plugin.received(payload, &[], None, NOW).map(|step| step.facts).map_err(|refusal| format!("{refusal:?}")),
        _ => {
            let answer = || Ok(Response { status: 200, headers: Vec::new(), body: payload.to_vec() });
            let _host = (0..40).fold(Host::new(), |host, _| host.answer("GET ", answer()));
            plugin.poll(None, NOW).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
        }
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}
