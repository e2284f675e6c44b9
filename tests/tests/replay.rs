//! Decisions made again in another process, after their host has ended: the same, byte for byte.

use std::path::Path;
use std::time::Duration;

use harness::{Host, HostOptions, Load, Numbers, Sample, StandIn, repository};
use serde_json::Value;

use crate::desk::PATIENCE;
use crate::past::Past;
use crate::program::call;
use crate::sample::configuration;
use crate::setup::{Place, load_body, load_configuration};

#[test]
fn the_sample_is_the_same_again_across_restarts() {
    let place = Place::new();
    let instance = StandIn::start(0).expect("the stand-in");
    let sample = Sample::new(&repository().join("examples/01-first-chain"));
    sample.prepare(&instance).expect("the instance's documents");
    let config = place.configure(&configuration(&place, instance.port()));
    let start = || Host::start(Path::new(&config), &HostOptions { env: Sample::env(), loud: false }).expect("the host starts");
    let host = start();
    sample.play(&host, &instance).expect("everything is taken and decided");
    let decisions = host.api("/totals").expect("totals").json().expect("JSON")["decisions"].as_u64().expect("a count");
    host.stop().expect("a graceful end");
    start().stop().expect("a second host, and its end");

    let config = config.display().to_string();
    let told = call(&["replay", "--all", "--json", "--config", &config]).good();
    let summary = &told.json()["summary"];
    assert_eq!((&summary["identical"], &summary["different"]), (&decisions.into(), &0.into()), "{}", told.out);
    assert_eq!(summary["components_missing"], 0);
}

#[test]
fn a_generated_history_is_the_same_again() {
    // One by one and in batches: what was shared was another's too, and is not compared.
    for isolation in ["\"interaction\"", "{ batch = 8 }"] {
        let past = Past::of(300, |text| text.replace("grant = { fields", &format!("isolation = {isolation}\ngrant = {{ fields")));
        let told = past.call(&["replay", "--all", "--json"]).good();
        let summary = &told.json()["summary"];
        assert_eq!((&summary["identical"], &summary["different"]), (&300.into(), &0.into()), "{isolation}: {}", told.out);
    }
}

/// A long history, decided under load: nothing in it hangs on what happened at the same time. `POINTSMAN_HISTORY` says how long. What a backtest
/// of it took is printed beside what the chain alone takes.
#[test]
fn ten_thousand_are_the_same_again() {
    const INTERACTIONS: u64 = 10_000;
    let interactions = std::env::var("POINTSMAN_HISTORY").ok().and_then(|text| text.parse().ok()).unwrap_or(INTERACTIONS);
    let place = Place::new();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    let config = place.configure(&load_configuration(&place.path("pointsman.db"), &cache));
    let host = Host::start(&config, &HostOptions::default()).expect("the host starts");
    let load = Load::start(&format!("{}/hooks/load", host.url()), 16, &Numbers::default(), load_body);
    let enough = |totals: &Value| totals["decisions"].as_u64() >= Some(interactions);
    host.wait_for_totals(Duration::from_secs(240), enough).expect("enough is decided");
    let acknowledged = load.finish();
    let done = |totals: &Value| totals["decisions"].as_u64() >= Some(acknowledged.len() as u64) && totals["pending"] == 0;
    let decisions = host.wait_for_totals(PATIENCE, done).expect("all is decided")["decisions"].clone();
    host.stop().expect("a graceful end");
    let told = call(&["replay", "--all", "--json", "--config", &config.display().to_string()]).good();
    let summary = &told.json()["summary"];
    assert_eq!((&summary["identical"], &summary["different"]), (&decisions, &0.into()), "{summary}");
    let audited = call(&["audit", "--json", "--config", &config.display().to_string()]).good().json();
    assert_eq!(audited["decisions"], decisions, "{audited}");
    let tested = call(&["backtest", "--json", "--measure", "--since", "1d", "--config", &config.display().to_string()]).good().json();
    assert_eq!((&tested["summary"]["judged"], &tested["summary"]["flips"]["count"]), (&decisions, &0.into()), "{tested}");
    eprintln!("backtest {}\nchain    {}\nratio    {}", tested["speed"], tested["chain_speed"], tested["speed_ratio"]);
}

#[test]
fn decisions_and_interactions_by_their_ids() {
    let past = Past::of(8, |text| text);
    let decision = past.decisions[0]["decision"]["id"].as_str().expect("an id");
    let interaction = past.decisions[3]["decision"]["interaction"].as_str().expect("an id");
    let told = past.call(&["replay", decision, interaction]).good();
    assert_eq!(told.out.lines().filter(|line| line.starts_with('✓')).count(), 2, "{}", told.out);
    assert!(told.out.ends_with("2 decisions: 2 identical, 0 different\n"), "{}", told.out);
    assert_eq!(past.call(&["replay", "nobody"]).code, 4);
    assert_eq!(past.call(&["replay"]).code, 2);
}

/// What plugins see of a conversation hangs on the key of the pseudonyms: with another one they see something else, and that is found.
#[test]
fn what_differs_is_told_and_fails() {
    let past = Past::of(8, |text| text);
    let key = past.path("pointsman.db.pseudonym-key");
    std::fs::write(&key, [7_u8; 32]).expect("another key");
    let told = past.call(&["replay", "--all", "--json"]);
    assert_eq!(told.code, 1, "{}", told.err);
    let lines = told.lines();
    let (summary, differing) = lines.split_last().expect("a summary");
    assert_eq!((&summary["summary"]["different"], differing.len()), (&8.into(), 8));
    let place = differing[0]["mismatches"][0]["place"].as_str().expect("a place");
    assert!(place.starts_with("steps.0.saw."), "{place}");
    assert_ne!(differing[0]["mismatches"][0]["recorded"], differing[0]["mismatches"][0]["replayed"]);
    let people = past.call(&["replay", "--all"]).out;
    assert!(people.contains("recorded:") && people.ends_with("8 decisions: 0 identical, 8 different\n"), "{people}");

    std::fs::remove_file(&key).expect("removing it");
    let without = past.call(&["replay", "--all"]);
    assert_eq!((without.code, without.err.contains("pseudonym-key is not there")), (4, true), "{}", without.err);
    assert!(!Path::new(&key).exists(), "a replay makes no key");
}
