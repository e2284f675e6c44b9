//! `kill -9` at random moments under load: what was answered 2xx is decided exactly once.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{Ledger, Load, Numbers};

use crate::setup::{Place, load_body, load_configuration};

/// Kills of one run.
const KILLS: u32 = 50;
/// Of the moments.
const SEED: u64 = 0x5EED_0001;

/// Numbers that look random and are the same each time (SplitMix64).
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    pub(crate) fn next_ms(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        from + (mixed ^ (mixed >> 31)) % (to - from)
    }
}

#[test]
fn crash_loses_and_doubles_nothing() {
    let place = Place::new();
    let text = load_configuration(&place.path("pointsman.db"), &place.path("cache"));
    let numbers = Numbers::default();
    let mut acknowledged = BTreeSet::new();
    let mut moments = Moments(SEED);
    for _ in 0..KILLS {
        let host = place.start(&text);
        let load = Load::start(&format!("{}/hooks/load", host.url()), 8, &numbers, load_body);
        std::thread::sleep(Duration::from_millis(moments.next_ms(20, 400)));
        host.kill().expect("killing");
        acknowledged.extend(load.finish());
    }
    let host = place.start(&text);
    host.wait_for_totals(Duration::from_secs(120), |totals| totals["pending"] == 0).expect("everything is decided");
    let ledger = Ledger::read(&host).expect("the ledger");
    eprintln!("{KILLS} kills, seed {SEED:#x}: {} answered 2xx, {} stored", acknowledged.len(), ledger.interactions.len());
    assert!(acknowledged.len() > 200, "too little load to prove anything: {}", acknowledged.len());
    ledger.check(&acknowledged).expect("exactly once");
    ledger.check_order().expect("in order");
    host.stop().expect("a graceful end");
}

#[test]
fn a_graceful_stop_loses_nothing_either() {
    let place = Place::new();
    let text = load_configuration(&place.path("pointsman.db"), &place.path("cache"));
    let numbers = Numbers::default();
    let mut acknowledged = BTreeSet::new();
    for _ in 0..3 {
        let host = place.start(&text);
        let load = Load::start(&format!("{}/hooks/load", host.url()), 8, &numbers, load_body);
        std::thread::sleep(Duration::from_millis(300));
        host.stop().expect("exit code 0");
        acknowledged.extend(load.finish());
    }
    let host = place.start(&text);
    host.wait_for_totals(Duration::from_secs(60), |totals| totals["pending"] == 0).expect("everything is decided");
    Ledger::read(&host).expect("the ledger").check(&acknowledged).expect("exactly once");
}
