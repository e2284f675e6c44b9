//! How long an instance lives decides what a call costs, never what it says.

use std::collections::BTreeMap;

use harness::{Load, Numbers};
use serde_json::{Value, json};

use crate::desk::{Desk, PATIENCE};
use crate::sample;
use crate::setup::{Place, load_body, load_configuration};

#[test]
fn batches_decide_the_sample_as_fresh_instances_do() {
    sample::play_and_compare("{ batch = 32 }");
}

#[test]
fn warm_instances_decide_the_sample_as_fresh_instances_do() {
    sample::play_and_compare("{ warm = 100 }");
}

/// What was decided about each of the load's texts: queue, score, signals and fuel, and how large the batches were.
#[derive(Debug, Default)]
struct Decided {
    answers: BTreeMap<String, Value>,
    largest_batch: u64,
}

/// Plays a load in a mode of isolation; every text must always get one answer.
fn decided(isolation: &str) -> Decided {
    let place = Place::new();
    let text = load_configuration(&place.path("pointsman.db"), &place.path("cache"));
    let text = text.replace("grant = { fields", &format!("isolation = {isolation}\ngrant = {{ fields"));
    let host = place.start(&text);
    let desk = Desk { place, host };
    let load = Load::start(&format!("{}/hooks/load", desk.host.url()), 8, &Numbers::default(), load_body);
    desk.host.wait_for_totals(PATIENCE, |totals| totals["interactions"].as_u64() > Some(300)).expect("a load");
    let _sent = load.finish();
    desk.host.wait_for_totals(PATIENCE, |totals| totals["pending"] == 0).expect("all decided");
    let mut found = Decided::default();
    for row in desk.list("/decisions?limit=300") {
        let stored = desk.ask(&format!("/decisions/{}", row["decision"]["id"].as_str().expect("an id")));
        // What depends on how much was said in a conversation before is not compared.
        let answer = json!([row["decision"]["routing"]["disposition"], row["signals"]]);
        let text = row["excerpt"].as_str().expect("a text").to_owned();
        let first = found.answers.entry(text).or_insert_with(|| answer.clone());
        assert_eq!(*first, answer, "{isolation}: {row}");
        for step in stored["trace"]["steps"].as_array().expect("steps") {
            assert!(step["outcome"]["said"].is_object() || step["outcome"]["said"].is_array(), "{step}");
            let share = &step["cost"]["share"];
            found.largest_batch = found.largest_batch.max(share["size"].as_u64().unwrap_or(1));
        }
    }
    found
}

#[test]
fn under_load_every_mode_gives_the_same_answers() {
    let fresh = decided("\"interaction\"");
    assert_eq!((fresh.answers.len(), fresh.largest_batch), (4, 1), "{fresh:?}");
    for isolation in ["{ batch = 8 }", "{ warm = 50 }"] {
        let other = decided(isolation);
        assert_eq!(other.answers, fresh.answers, "{isolation}");
        assert!(other.largest_batch <= 8, "{isolation}: {}", other.largest_batch);
    }
}
