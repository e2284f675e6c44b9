//! What a shadow costs those who wait: the same host with and without one, in turn.

use serde_json::json;

use super::ground::Ground;
use crate::hostile::house::House;
use crate::hostile::pulse::{Ear, beat, warm_up};

/// Pairs of beats, with the shadow and without.
const PAIRS: usize = 10;
const SAMPLE_PERCENT: u32 = 10;
/// How much longer the wait may be that only one in a hundred exceeds.
const RATIO_MAX: f64 = 1.1;

#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn a_shadow_is_not_felt() {
    let house = House::open(&[], false);
    let ear = Ear::on(&house);
    let text = std::fs::read_to_string(house.desk.config()).expect("the configuration");
    let candidate = text.replace("then = { queue = \"care\" }", "then = { queue = \"held\" }");
    assert_ne!(candidate, text);
    std::fs::write(house.desk.place.path("next.toml"), candidate).expect("writing");
    warm_up(&house, &ear);
    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        // Who is first changes, so that a machine which grows slower does not decide.
        let (with, without) = if pair % 2 == 0 {
            let with = shadowed(&house, &ear);
            (with, beat(&house, &ear).p99())
        } else {
            let without = beat(&house, &ear).p99();
            (shadowed(&house, &ear), without)
        };
        ratios.push(with.as_secs_f64() / without.as_secs_f64());
        eprintln!("pair {pair}: p99 {with:.1?} with the shadow, {without:.1?} without");
    }
    ratios.sort_by(f64::total_cmp);
    let middle = f64::midpoint(ratios[PAIRS / 2 - 1], ratios[PAIRS / 2]);
    eprintln!("{middle:.3} in the middle of {ratios:.2?}");
    assert!(middle <= RATIO_MAX, "{ratios:.2?}");
    house.desk.nothing_is_lost();
}

/// The p99 of a beat beside which a tenth is decided by a candidate too.
fn shadowed(house: &House, ear: &Ear) -> std::time::Duration {
    let answer = house.desk.send("/shadow", &json!({"candidate": "next.toml", "sample_percent": SAMPLE_PERCENT}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let p99 = beat(house, ear).p99();
    let answer = house.desk.send("/shadow/end", &json!({}));
    assert!(answer.json().expect("JSON")["judged"].as_u64() > Some(0), "{}", answer.body);
    p99
}
