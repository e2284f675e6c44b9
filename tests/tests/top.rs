//! What a host costs: over the API, in the metrics, and as `pointsman top` shows it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::desk::{CHAIN, Desk, HOOK};
use crate::program::call;
use crate::setup::Place;

fn used() -> Desk {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    for number in 0..5 {
        desk.say("hook", &json!({"id": format!("{number}"), "text": format!("number {number}")}));
    }
    desk.decisions(5);
    desk
}

#[test]
fn costs_are_summed_by_plugin_and_by_chain() {
    let desk = used();
    let costs = desk.ask("/costs");
    let find = |list: &str, name: &str| -> Value {
        let rows = costs[list].as_array().expect("rows");
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {costs}")).clone()
    };
    let calm = find("plugins", "calm");
    assert_eq!((&calm["counters"]["calls"], &calm["breaker"]["state"]), (&json!(5), &json!("closed")), "{calm}");
    for figure in ["fuel", "duration_ns", "cpu_ns", "memory_bytes_high", "bytes_in", "bytes_out"] {
        assert!(calm["counters"][figure].as_u64() > Some(0), "{figure}: {calm}");
    }
    assert_eq!(calm["average"]["fuel"].as_u64(), calm["counters"]["fuel"].as_u64().map(|fuel| fuel / 5), "{calm}");
    let chain = find("chains", "main");
    assert_eq!((&chain["counters"]["interactions"], &chain["counters"]["held"]), (&json!(5), &json!(0)), "{chain}");
    assert_eq!((&chain["counters"]["calls"], &chain["counters"]["fuel"]), (&json!(5), &calm["counters"]["fuel"]), "{chain}");
    // The metrics have the same figures.
    assert_eq!(desk.metric("pointsman_plugin_calls_total{plugin=\"calm\"}"), 5.0);
    assert_eq!(desk.metric("pointsman_chain_interactions_total{chain=\"main\"}"), 5.0);
    for series in ["cpu_seconds_total", "busy_seconds_total", "in_bytes_total", "out_bytes_total", "memory_high_bytes"] {
        assert!(desk.metric(&format!("pointsman_plugin_{series}{{plugin=\"calm\"}}")) > 0.0, "{series}");
    }
}

#[test]
fn top_shows_plugins_and_chains_once() {
    let desk = used();
    let url = desk.host.url();
    let top = |more: &[&str]| call(&[&["top", "--once", "--interval-ms", "100", "--url", &url], more].concat());
    let table = top(&[]).good().out;
    for part in ["PLUGIN", "CPU %", "BREAKER", "calm", "json", "in service", "CHAIN", "main"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(top(&["--lang", "fr"]).good().out.contains("DISJONCTEUR"));
    let rates = top(&["--json"]).good().json();
    let names: Vec<&str> = rates["plugins"].as_array().expect("plugins").iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.contains(&"calm") && names.contains(&"json") && rates["chains"][0]["name"] == "main", "{rates}");
    assert!(rates["interval_ms"].as_u64() >= Some(100) && rates["plugins"][0]["calls_per_s"].is_number(), "{rates}");
}

#[test]
fn top_goes_on_until_nobody_reads() {
    let desk = used();
    let mut command = Command::new(harness::binary().expect("a binary"));
    command.args(["--json", "top", "--interval-ms", "100", "--url", &desk.host.url()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starting");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut at = || {
        let line = lines.next().expect("another line").expect("a line");
        serde_json::from_str::<Value>(&line).expect("JSON")["at"].as_u64()
    };
    let (first, second) = (at(), at());
    assert!(first < second, "{first:?} {second:?}");
    drop(lines);
    assert!(child.wait().expect("its end").success());
}

#[test]
fn top_says_why_it_cannot_look() {
    let place = Place::new();
    let closed = call(&["top", "--once", "--url", "http://127.0.0.1:1"]);
    assert!(closed.code == 5 && closed.err.contains("http://127.0.0.1:1/api/v1/costs does not answer"), "{}", closed.err);
    let text = crate::desk::configuration(&place, &[HOOK, CHAIN].concat()).replace("open_api_on_loopback = true", "");
    let host = place.start(&text);
    let refused = call(&["top", "--once", "--url", &host.url()]);
    insta::assert_snapshot!(refused.refusal(&place), @r"
    exit code 6
    error: the host wants the token of a viewer: give it with `--token` or POINTSMAN_TOKEN
    ");
    assert_eq!(call(&["top", "--interval-ms", "5"]).code, 2);
}
