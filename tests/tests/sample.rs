//! The sample of `examples/01-first-chain`, played in full: what every interaction becomes.

use std::path::Path;
use std::time::Duration;

use harness::{Host, HostOptions, Sample, StandIn, repository};
use serde_json::Value;

use crate::setup::Place;

/// The sample's configuration with free ports, its store in a folder of its own, and its paths made absolute.
pub(crate) fn configuration(place: &Place, instance_port: u16) -> String {
    let text = std::fs::read_to_string(Sample::new(&example()).config()).expect("the sample's configuration");
    let here = place.dir.path().display().to_string();
    let plugins = repository().join("plugins").display().to_string();
    text.replace("127.0.0.1:8780", "127.0.0.1:0")
        .replace("127.0.0.1:8724", "127.0.0.1:0")
        .replace("127.0.0.1:8781", &format!("127.0.0.1:{instance_port}"))
        .replace("../../var/first-chain", &here)
        .replace("../../plugins", &plugins)
}

fn example() -> std::path::PathBuf {
    repository().join("examples/01-first-chain")
}

fn row(decision: &Value) -> String {
    let text = |pointer: &str| decision.pointer(pointer).and_then(Value::as_str).unwrap_or("-");
    let signals = decision.get("signals").and_then(Value::as_array).cloned().unwrap_or_default();
    let mood =
        signals.iter().find(|signal| signal["name"] == "sentiment").and_then(|signal| signal["value"].as_str()).unwrap_or("-").to_owned();
    let disposition = &decision["decision"]["routing"]["disposition"];
    let place =
        disposition.pointer("/assign/targets/0/queue").and_then(Value::as_str).map_or_else(|| disposition.to_string(), str::to_owned);
    let said: String = text("/excerpt").split_whitespace().collect::<Vec<_>>().join(" ").chars().take(48).collect();
    let rule = text("/decision/routing/reasons/0/params/rule");
    format!("{:<9} {:<19} {said:<48} {mood:<8} {place} ({rule})", text("/channel"), text("/author"))
}

/// Plays the sample; its facts by kind, and its decisions as rows.
fn play(change: impl Fn(String) -> String) -> (Value, String) {
    let place = Place::new();
    let instance = StandIn::start(0).expect("the stand-in");
    let sample = Sample::new(&example());
    sample.prepare(&instance).expect("the instance's documents");
    let config = place.configure(&change(configuration(&place, instance.port())));
    let host = Host::start(Path::new(&config), &HostOptions { env: Sample::env(), loud: false }).expect("the host starts");
    sample.play(&host, &instance).expect("everything is taken and decided");
    // The stream's last event is a deletion, which decides nothing.
    let totals = host.wait_for_totals(Duration::from_secs(60), |totals| totals["facts"]["removed"] == 2).expect("all facts");
    assert!(instance.tokens().iter().all(|token| token == "Bearer lumen-mastodon-token"), "the host adds the credential");

    let decisions = host.api("/decisions?limit=100").expect("decisions").json().expect("JSON");
    let mut rows: Vec<String> = decisions["items"].as_array().expect("items").iter().map(row).collect();
    rows.sort();
    host.stop().expect("a graceful end");
    (totals["facts"].clone(), rows.join("\n"))
}

#[test]
fn every_interaction_of_the_sample_is_decided() {
    let (facts, decisions) = play(|text| text);
    insta::assert_json_snapshot!("facts of the sample", facts);
    insta::assert_snapshot!("decisions of the sample", decisions);
}

/// Plays it with all plugins in a mode of isolation: nothing else may come of it.
pub(crate) fn play_and_compare(isolation: &str) {
    let (facts, decisions) = play(|text| text.replace(".wasm\"\n", &format!(".wasm\"\nisolation = {isolation}\n")));
    insta::assert_json_snapshot!("facts of the sample", facts);
    insta::assert_snapshot!("decisions of the sample", decisions);
}
