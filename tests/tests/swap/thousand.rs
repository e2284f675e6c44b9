//! Many swaps under load, good, broken and refused ones mixed, by all three triggers: nothing lost, nothing twice, nothing mixed.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use harness::{Ledger, Load, Numbers};
use serde_json::{Value, json};

use super::ground::{Ground, body, queue};
use crate::desk::{Desk, PATIENCE};

/// Swaps, unless `POINTSMAN_SWAPS` says how many. Then memory and the time of publishing are held against their bounds too, which on a machine
/// with other work says little.
const SWAPS: usize = 200;
/// Good configurations that take turns, each with a queue of its own: more than the host keeps compiled.
const GOOD: usize = 8;
/// One swap in so many comes by the file alone, which waits until the file is quiet.
const BY_FILE_EVERY: usize = 25;
/// Swaps until memory is taken for warm.
const WARM_AFTER: usize = 50;
/// How much more memory there may be at the end.
const MORE_PERCENT_MAX: u64 = 10;
/// Conversations of the load.
const THREADS: u64 = 64;

#[test]
fn swaps_under_load_lose_nothing() {
    let told = std::env::var("POINTSMAN_SWAPS").ok().and_then(|text| text.parse().ok());
    let swaps = told.unwrap_or(SWAPS);
    let desk = Desk::open(&good(0));
    let numbers = Numbers::default();
    let load = Load::start(&format!("{}/hooks/hook", desk.host.url()), 2, &numbers, said);
    let (mut queues, mut warm_kib) = (BTreeMap::from([(desk.serving(), queue_of(0))]), 0);
    for number in 1..=swaps {
        if let Some(generation) = swap(&desk, number)["generation"].as_str().filter(|_| is_good(number)) {
            queues.insert(generation.to_owned(), queue_of(number));
        }
        if number == WARM_AFTER {
            warm_kib = resident_kib(&desk);
        }
    }
    let after_kib = resident_kib(&desk);
    let acknowledged = load.finish();
    desk.host.wait_for_totals(PATIENCE, |totals| totals["pending"] == 0).expect("all is decided");
    let ledger = Ledger::read(&desk.host).expect("the ledger");
    ledger.check(&acknowledged).expect("none lost, none twice");
    ledger.check_order().expect("in order");
    let served = each_by_its_own(&desk, &queues);
    let p99_ns = published_p99_ns(&desk);
    eprintln!(
        "{swaps} swaps, {} deliveries, {served} generations decided; p99 of publishing {p99_ns} ns; {warm_kib} KiB after {WARM_AFTER}, {after_kib} KiB now",
        acknowledged.len()
    );
    if told.is_some() {
        assert!(p99_ns < 1_000_000, "{p99_ns} ns");
        assert!(after_kib <= warm_kib + warm_kib * MORE_PERCENT_MAX / 100, "{after_kib} KiB, {warm_kib} after {WARM_AFTER} swaps");
    }
    desk.nothing_is_lost();
}

/// Three are good, the fourth is broken in one way or another.
fn is_good(number: usize) -> bool {
    !number.is_multiple_of(4)
}

/// One swap, and its line in the history. Whoever watches the file may be told of it too, and add a line of its own.
fn swap(desk: &Desk, number: usize) -> Value {
    let before = newest(desk);
    let kind = if is_good(number) { "applied" } else { "refused" };
    desk.rewrite(&if is_good(number) { good(number) } else { bad(number) });
    if !number.is_multiple_of(BY_FILE_EVERY) {
        match number % 2 {
            0 => drop(desk.send("/apply", &json!({}))),
            _ => hang_up(desk),
        }
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let lines = desk.list("/history?limit=8");
        let new = lines.into_iter().take_while(|line| line["seq"] != before["seq"]);
        if let Some(line) = new.into_iter().find(|line| line["kind"] == kind) {
            return line;
        }
        assert!(Instant::now() < until, "swap {number} never ends\n{}", desk.host.log());
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn hang_up(desk: &Desk) {
    let pid = desk.host.pid().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().expect("kill").success());
}

fn newest(desk: &Desk) -> Value {
    desk.list("/history?limit=1").into_iter().next().expect("a line")
}

fn queue_of(number: usize) -> String {
    format!("q{}", number % GOOD)
}

fn good(number: usize) -> String {
    let queues: String = (0..GOOD).map(|number| format!("[[queue]]\nname = \"{}\"\n", queue_of(number))).collect();
    format!("[swap]\nwatch = true\n{queues}{}", body(&queue_of(number), ""))
}

/// No TOML, no component, settings that are refused, a queue that is not there.
fn bad(number: usize) -> String {
    let whole = good(number + 1);
    match number / 4 % 4 {
        0 => whole.replace("[[chain]]", "[[chain]"),
        1 => whole.replace("DIST/fault.wasm", "nowhere.wasm"),
        2 => whole.replace("hold_queue = \"held\"", "hold_queue = \"nowhere\""),
        _ => whole.replace("[plugin.settings]\nqueue", "[plugin.settings]\ncolour = \"red\"\nqueue"),
    }
}

fn said(number: u64) -> String {
    format!(r#"{{"id":"{}","thread":"t-{}","text":"number {number}"}}"#, harness::item_id(number), number % THREADS)
}

/// Every decision was made by a generation that served, and says what that one's settings say; how many generations decided anything.
fn each_by_its_own(desk: &Desk, queues: &BTreeMap<String, String>) -> usize {
    let (mut after, mut seen) = (0, BTreeMap::<String, u64>::new());
    loop {
        let rows = desk.list(&format!("/decisions?after={after}&limit=499"));
        let Some(last) = rows.last() else { return seen.len() };
        after = last["seq"].as_u64().expect("a number");
        for row in &rows {
            let generation = row["decision"]["decided_by"].as_str().expect("an id");
            let expected = queues.get(generation).unwrap_or_else(|| panic!("`{generation}` never served: {row}"));
            assert_eq!(queue(row), *expected, "{row}");
            *seen.entry(generation.to_owned()).or_default() += 1;
        }
    }
}

/// From ready to serving, as the history has it: only one in a hundred took longer.
fn published_p99_ns(desk: &Desk) -> u64 {
    let (mut took, mut before) = (Vec::new(), String::new());
    loop {
        let page = desk.ask(&format!("/history?limit=499{before}"));
        let lines = page["items"].as_array().expect("items").clone();
        let applied = lines.iter().filter(|line| line["kind"] == "applied");
        took.extend(applied.map(|line| line["publishing_ns"].as_u64().expect("a number")));
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    took.sort_unstable();
    took.get(took.len() * 99 / 100).copied().expect("swaps")
}

fn resident_kib(desk: &Desk) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", desk.host.pid())).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
