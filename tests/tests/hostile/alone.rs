//! One hostile plugin after the other in one host: each ends as the corpus says, within its limit, and the host is the same afterwards.

use harness::hostile::{End, Entry};
use serde_json::Value;

use super::corpus;
use super::house::{House, SECRET, fault};

/// What measuring and a busy machine may add to a limit.
const SLACK_MS: u64 = 1_000;

/// What came of it, in words, when it is not what the corpus says.
fn check(entry: &Entry, found: Option<&str>, took_ms: u64) -> Option<String> {
    let fits = match found {
        None => entry.ends == End::Host,
        Some(kind) => entry.expected.iter().any(|name| name == kind),
    };
    let within = took_ms <= entry.within_ms + SLACK_MS;
    (!fits || !within)
        .then(|| format!("{}: {found:?} after {took_ms} ms, expected {:?} within {}", entry.id, entry.expected, entry.within_ms))
}

/// The value of its signal `hostile`.
fn told(stored: &Value, plugin: &str) -> Value {
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["plugin"] == plugin).expect("its step");
    let said = step["outcome"]["said"].as_array().cloned().unwrap_or_default();
    said.iter().find(|signal| signal["name"] == "hostile").map_or(Value::Null, |signal| signal["value"].clone())
}

/// Whether it told what it should have found out: a number, one of some numbers, a yes, or a part of a text.
fn tells(expected: &toml::Value, value: &Value) -> bool {
    let number = |expected: &toml::Value| expected.as_float().or_else(|| i32::try_from(expected.as_integer()?).ok().map(f64::from));
    match expected {
        toml::Value::Array(several) => several.iter().any(|one| tells(one, value)),
        toml::Value::String(part) => value.as_str().is_some_and(|text| text.contains(part.as_str())),
        toml::Value::Boolean(flag) => value.as_bool() == Some(*flag),
        other => value.as_f64().is_some() && value.as_f64() == number(other),
    }
}

#[test]
fn each_ends_as_it_must() {
    let corpus = corpus();
    let entries: Vec<&Entry> = corpus.ending(&[End::Run, End::Host]).filter(|entry| entry.role != "webhook").collect();
    let house = House::open(&entries, true);
    let pid = house.desk.host.pid();
    let mut wrong = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let stored = house.provoked(entry, number);
        let (found, cost) = fault(&stored, &entry.id);
        let took_ms = cost["duration_ns"].as_u64().unwrap_or_default() / 1_000_000;
        eprintln!("{}: {} after {took_ms} ms, {} bytes", entry.id, found.as_deref().unwrap_or("goes on"), cost["memory_bytes"]);
        wrong.extend(check(entry, found.as_deref(), took_ms));
        let held = stored["decision"]["routing"]["disposition"]["hold"] == "held";
        let replaced = entry.role == "router" && found.is_none();
        if found.is_some() != held && !replaced {
            wrong.push(format!("{}: {}", entry.id, stored["decision"]["routing"]));
        }
        if let Some(expected) = entry.tells.as_ref().filter(|_| found.is_none()) {
            let value = told(&stored, &entry.id);
            if !tells(expected, &value) {
                wrong.push(format!("{}: told {value}, expected {expected}", entry.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(house.desk.host.pid(), pid);
    house.desk.still_serves();
    nothing_leaked(&house);
}

/// What no plugin may bring about: a secret in an answer or a log, a line of its own in the log, a label of its own in the metrics, a request
/// to an address that was refused.
fn nothing_leaked(house: &House) {
    let log = house.desk.host.log();
    assert!(!log.contains(SECRET) && !log.contains("\u{1b}[31mred") && !log.lines().any(|line| line.starts_with("forged")), "{log}");
    let metrics = harness::get(&format!("{}/metrics", house.desk.host.url())).expect("metrics").body;
    let mut figures = metrics.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(' ').next());
    assert!(!metrics.contains("canary-label") && figures.all(|figure| figure.parse::<f64>().is_ok_and(f64::is_finite)), "{metrics}");
    let decisions = house.desk.list("/decisions?after=0&limit=499");
    let echo = decisions.iter().find(|row| row["excerpt"].as_str().is_some_and(|text| text.starts_with("please http-echo:")));
    let id = echo.and_then(|row| row["decision"]["id"].as_str()).expect("its decision");
    let stored = house.desk.ask(&format!("/decisions/{id}")).to_string();
    assert!(!stored.contains(SECRET), "{stored}");
    let asked = house.peer.asked();
    assert!(asked.iter().any(|line| line.contains("/echo")) && !asked.iter().any(|line| line.contains("meta-data")), "{asked:?}");
}

#[test]
fn a_hostile_connector_loses_nothing() {
    let corpus = corpus();
    let entries: Vec<&Entry> = corpus.ending(&[End::Run, End::Host]).filter(|entry| entry.role == "webhook").collect();
    let house = House::open(&entries, true);
    let mut wrong = Vec::new();
    for entry in &entries {
        let started = std::time::Instant::now();
        let answer = house.desk.post(&entry.id, &[("content-type", "application/json")], b"{}");
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let waiting = house.desk.list("/quarantine");
        let mine = waiting.iter().find(|row| row.to_string().contains(&format!("\"{}\"", entry.id)));
        let found = mine.and_then(|row| row["cause"].as_str()).map(str::to_owned);
        eprintln!("{}: {} {:?} after {took_ms} ms", entry.id, answer.status, found);
        wrong.extend(check(entry, found.as_deref(), took_ms).filter(|_| entry.id != "secrets-probe"));
        if entry.id == "secrets-probe" && !mine.is_some_and(|row| row.to_string().contains("hostile-0")) {
            wrong.push(format!("secrets-probe: {mine:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    house.desk.still_serves();
}
