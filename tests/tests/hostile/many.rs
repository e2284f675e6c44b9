//! Many at once, a host that stood still, and plugins that change under load.

use std::process::Command;
use std::time::{Duration, Instant};

use harness::hostile::Entry;
use harness::{Host, HostOptions, Ledger, Load, Numbers};

use super::corpus;
use super::house::{House, fault, provocation};
use super::pulse::{Beat, Ear, Rounds, beat};
use crate::setup::{Place, load_body, load_configuration};

/// Hostile calls at once.
const CROWD: usize = 100;
/// What a hundred instances may have, each at its limit.
const CROWD_KIB: u64 = 100 * (64 << 10);

#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn a_hundred_at_once() {
    let corpus = corpus();
    let entries: Vec<&Entry> =
        ["loop-classify", "grow-pages", "recurse", "realloc-loop", "loop-enrich"].map(|id| corpus.get(id).expect("a plugin")).into();
    let house = House::open(&entries, false);
    let ear = Ear::on(&house);
    beat(&house, &ear);
    let (base_kib, mut rounds, mut number) = (house.resident_kib(), Rounds::default(), 0);
    for _ in 0..Rounds::MAX {
        let without = beat(&house, &ear);
        let beside = crowded(&house, &ear, &entries, &mut number);
        beside.must_agree(&without, "a hundred");
        let resident_kib = house.resident_kib();
        assert!(resident_kib <= base_kib + CROWD_KIB, "{resident_kib} KiB, {base_kib} before");
        rounds.add(&without, &beside, &format!("a hundred; {base_kib} KiB before, {resident_kib} KiB now"));
        if rounds.good() {
            break;
        }
    }
    house.desk.still_serves();
    assert!(rounds.good(), "{:.2} times", rounds.ratio());
}

/// A beat with a hundred hostile interactions thrown in at its beginning.
fn crowded(house: &House, ear: &Ear, entries: &[&Entry], number: &mut usize) -> Beat {
    let from = *number;
    *number += CROWD;
    let all: Vec<(&Entry, usize)> = (from..*number).zip(entries.iter().cycle()).map(|(number, entry)| (*entry, number)).collect();
    std::thread::scope(|scope| {
        for part in all.chunks(CROWD / 10) {
            scope.spawn(|| part.iter().for_each(|(entry, number)| house.provoke(entry, *number)));
        }
        let beat = beat(house, ear);
        for (entry, number) in &all {
            let (_, row) = ear.wait(&provocation(entry, *number));
            assert_eq!(row["faulted"], true, "{row}");
        }
        beat
    })
}

#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn deadlines_hold_again_after_the_host_stood_still() {
    let corpus = corpus();
    let entries: Vec<&Entry> = ["loop-classify", "loop-enrich"].map(|id| corpus.get(id).expect("a plugin")).into();
    let house = House::open(&entries, false);
    let pid = house.desk.host.pid().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &pid]).status().expect("kill").success());
    for round in 0..3 {
        entries.iter().for_each(|entry| house.provoke(entry, round));
        signal("-STOP");
        std::thread::sleep(Duration::from_secs(2));
        signal("-CONT");
        for entry in &entries {
            house.decided(&provocation(entry, round));
            let (kind, cost) = fault(&house.provoked(entry, 100 + round), &entry.id);
            let took_ms = cost["duration_ns"].as_u64().unwrap_or_default() / 1_000_000;
            assert!(kind.is_some_and(|kind| entry.expected.contains(&kind)));
            assert!(took_ms <= 500, "{} ran {took_ms} ms", entry.id);
        }
    }
    house.desk.still_serves();
}

/// The engine of this version takes another configuration when it starts: that is where plugins are swapped.
#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn plugins_swapped_under_load_lose_nothing() {
    let (place, numbers) = (Place::new(), Numbers::default());
    let dist = harness::plugins_dir();
    let calm = dist.join("sentiment.wasm");
    let other = place.path("sentiment-2.wasm");
    let mut bytes = std::fs::read(&calm).expect("a plugin");
    // Another component of the same behaviour: a custom section more.
    bytes.extend_from_slice(&[0, 3, 2, b'v', b'2']);
    std::fs::write(&other, bytes).expect("writing");
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    let text = load_configuration(&place.path("pointsman.db"), &cache);
    let swapped = text.replace(&calm.display().to_string(), &other.display().to_string());
    assert_ne!(text, swapped);
    let mut acknowledged = std::collections::BTreeSet::new();
    for round in 0..4 {
        let config = place.configure(if round % 2 == 0 { &text } else { &swapped });
        let host = Host::start(&config, &HostOptions::default()).expect("the host starts");
        let load = Load::start(&format!("{}/hooks/load", host.url()), 4, &numbers, load_body);
        let until = Instant::now() + Duration::from_secs(60);
        while load.count() < 250 {
            assert!(Instant::now() < until, "too slow");
            std::thread::yield_now();
        }
        host.stop().expect("a graceful end");
        acknowledged.extend(load.finish());
    }
    let host = Host::start(&place.configure(&text), &HostOptions::default()).expect("the host starts");
    host.wait_for_totals(crate::desk::PATIENCE, |totals| totals["pending"] == 0).expect("all is decided");
    Ledger::read(&host).expect("the ledger").check(&acknowledged).expect("none lost, none twice");
    let generations = one_version_each(&host);
    assert_eq!(generations.len(), 2, "{generations:?}");
}

/// Every decision names one generation, and the digest of its steps is the one of that generation.
fn one_version_each(host: &Host) -> std::collections::BTreeMap<String, String> {
    let mut digests = std::collections::BTreeMap::new();
    let rows = host.api("/decisions?after=0&limit=499").expect("an answer").json().expect("JSON")["items"].clone();
    for row in rows.as_array().expect("rows").iter().step_by(7) {
        let id = row["decision"]["id"].as_str().expect("an id");
        let stored = host.api(&format!("/decisions/{id}")).expect("an answer").json().expect("JSON");
        let step = stored["trace"]["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .find(|step| step["plugin"] == "sentiment")
            .expect("its step")
            .clone();
        let (generation, digest) = (stored["decision"]["decided_by"].to_string(), step["digest"].to_string());
        assert_eq!(*digests.entry(generation).or_insert_with(|| digest.clone()), digest, "{stored}");
    }
    digests
}
