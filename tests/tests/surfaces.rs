//! What people and programs see of a host: lists, stories, streams, documents and figures; and what facts do to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use harness::{Answer, Ledger, Load, Numbers, request};
use serde_json::{Value, json};

use crate::desk::{CHAIN, Desk, HOOK, PATIENCE};
use crate::program::call;
use crate::setup::{Place, load_body, load_configuration};

fn desk() -> Desk {
    Desk::open(&[HOOK, CHAIN].concat())
}

#[test]
fn the_same_delivery_twice_is_one_interaction() {
    let desk = desk();
    let item = json!({"id": "1", "thread": "t", "text": "Hello?", "at": "2026-05-01T12:00:00Z"});
    desk.say("hook", &item);
    desk.decisions(1);
    desk.say("hook", &item);
    desk.say("hook", &json!({"id": "2", "thread": "t", "text": "Anybody?"}));
    desk.decisions(2);
    assert_eq!(desk.ask("/totals")["interactions"], 2);
    assert_eq!(desk.metric("pointsman_connector_duplicates_total{connector=\"hook\"}"), 1.0);
}

#[test]
fn an_edit_is_decided_again_and_a_removal_marks() {
    let desk = desk();
    let item = |event: &str, text: &str, minute: u32| json!({"event": event, "id": "1", "thread": "t", "text": text, "at": format!("2026-05-01T12:0{minute}:00Z")});
    desk.say("hook", &item("new", "Where is it", 0));
    desk.decisions(1);
    desk.say("hook", &item("changed", "Where is my lamp?", 1));
    let decided = desk.decisions(2);
    assert_eq!(decided[1]["decision"]["trigger"], "edited");
    assert_eq!(decided[1]["excerpt"], "Where is my lamp?");
    assert_eq!(decided[0]["decision"]["interaction"], decided[1]["decision"]["interaction"]);
    let row = desk.list("/interactions").remove(0);
    assert_eq!((&row["edits"], &row["state"]), (&json!(1), &json!("decided")), "{row}");
    // The edit again is a duplicate, and is not decided again.
    desk.say("hook", &item("changed", "Where is my lamp?", 1));
    desk.say("hook", &item("gone", "", 2));
    let state = |desk: &Desk| desk.list("/interactions")[0]["state"].clone();
    desk.host.wait_for_totals(PATIENCE, |totals| totals["facts"]["removed"] == 1).expect("removed");
    assert_eq!(state(&desk), "removed");
    desk.decisions(2);
    desk.still_serves();
}

#[test]
fn a_conversation_is_decided_in_order_under_parallel_load() {
    let place = Place::new();
    let host = place.start(&load_configuration(&place.path("pointsman.db"), &place.path("cache")));
    let load = Load::start(&format!("{}/hooks/load", host.url()), 8, &Numbers::default(), load_body);
    host.wait_for_totals(PATIENCE, |totals| totals["interactions"].as_u64() > Some(400)).expect("a load");
    let acknowledged = load.finish();
    host.wait_for_totals(PATIENCE, |totals| totals["pending"] == 0).expect("all decided");
    let ledger = Ledger::read(&host).expect("the ledger");
    ledger.check(&acknowledged).expect("once each");
    ledger.check_order().expect("in order");
    let keys: BTreeSet<&str> = ledger.interactions.iter().map(|row| row.order_key.as_str()).collect();
    assert!(keys.len() > 50, "{}", keys.len());
}

/// Reads the live stream until it has so many decisions.
fn listen(desk: &Desk, count: usize, then: impl FnOnce()) -> Vec<(String, Value)> {
    let address = desk.host.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).expect("connecting");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    write!(stream, "GET /api/v1/live HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n").expect("asking");
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("a line"));
    assert!(lines.next().expect("a status").contains("200"));
    assert!(lines.by_ref().take_while(|line| !line.is_empty()).any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")));
    then();
    let mut found = Vec::new();
    let mut id = String::new();
    while found.len() < count {
        let line = lines.next().expect("the stream goes on");
        if let Some(value) = line.strip_prefix("id:") {
            value.trim().clone_into(&mut id);
        } else if let Some(data) = line.strip_prefix("data:") {
            found.push((String::new(), serde_json::from_str(data.trim()).expect("JSON")));
        }
        // Fields of one event come in any order, and end with an empty line.
        if line.is_empty()
            && let Some(last) = found.last_mut()
        {
            last.0.clone_from(&id);
        }
    }
    found
}

#[test]
fn the_live_stream_has_every_decision_once_and_in_order() {
    let desk = desk();
    desk.say("hook", &json!({"id": "before", "text": "before"}));
    desk.decisions(1);
    let heard = listen(&desk, 10, || {
        for number in 0..10 {
            desk.say("hook", &json!({"id": format!("{number}"), "text": format!("number {number}")}));
        }
    });
    let seqs: Vec<u64> = heard.iter().filter_map(|(_, row)| row["seq"].as_u64()).collect();
    assert_eq!(seqs, (2..12).collect::<Vec<_>>());
    assert!(heard.iter().all(|(_, row)| row["excerpt"].as_str().is_some_and(|text| text.starts_with("number"))));
}

#[test]
fn a_decision_is_explained_in_both_languages_and_as_json() {
    let place = Place::new();
    let text = load_configuration(&place.path("pointsman.db"), &place.path("cache"));
    let host = place.start(&text);
    let body = br#"{"id":"1","thread":"t","author":"a","text":"This is broken and nobody answers."}"#;
    assert_eq!(request("POST", &format!("{}/hooks/load", host.url()), &[], body).expect("an answer").status, 200);
    host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 1).expect("decided");
    let config = place.path("pointsman.toml").display().to_string();
    let listed = call(&["--json", "decisions", "--config", &config]).good().json();
    let decision = listed["decision"].clone();
    let id = decision["id"].as_str().expect("an id");
    let by_interaction = decision["interaction"].as_str().expect("an id");
    let english = call(&["explain", "--config", &config, id]).good().out;
    let french = call(&["--lang", "fr", "explain", "--config", &config, id]).good().out;
    assert!(["Decision", "sentiment (classifier)", "→ assign care"].iter().all(|part| english.contains(part)), "{english}");
    assert!(["Décision", "messages dans la conversation", "→ assign care"].iter().all(|part| french.contains(part)), "{french}");
    assert_eq!(call(&["explain", "--config", &config, by_interaction]).good().out, english);
    let whole = call(&["--json", "explain", "--config", &config, id]).good().json();
    let answer = host.api(&format!("/decisions/{id}")).expect("an answer").json().expect("JSON");
    assert_eq!(whole, answer, "the command and the API tell the same");
    let sentences = |lang: &str| -> Vec<Value> {
        let explained = host.api(&format!("/decisions/{id}/explain?lang={lang}")).expect("an answer").json().expect("JSON");
        explained["sentences"].as_array().expect("sentences").iter().map(|one| one["text"].clone()).collect()
    };
    let (english, french) = (sentences("en"), sentences("fr"));
    assert_eq!(english.len(), french.len());
    assert!(english.iter().zip(&french).all(|(one, other)| one != other), "{english:?} {french:?}");
    let table = call(&["--lang", "fr", "decisions", "--config", &config]).good().out;
    assert!(table.contains("Pourquoi") && table.contains("négative"), "{table}");
    let unknown = call(&["explain", "--config", &config, "c-unknown"]);
    insta::assert_snapshot!(unknown.refusal(&place), @r#"
    exit code 4
    error: there is no decision and no decided interaction `c-unknown`
    "#);
}

#[test]
fn one_shot_decides_about_stdin_and_leaves_nothing() {
    let place = Place::new();
    let config = place.configure(&crate::desk::configuration(&place, &[HOOK, CHAIN].concat())).display().to_string();
    let run = |stdin: &str, more: &[&str]| crate::program::call_with(&[&["run", "--config", &config], more].concat(), stdin);
    let decided = run(r#"{"id":"1","text":"From a pipe"}"#, &["--connector", "hook"]).good().json();
    assert_eq!((&decided["excerpt"], &decided["decision"]["chain"]), (&json!("From a pipe"), &json!("main")));
    assert!(!place.path("pointsman.db").exists());
    insta::assert_snapshot!(run("{", &["--connector", "hook"]).refusal(&place), @r#"
    exit code 6
    error: stdin: the connector takes it for malformed: the body is cut off: EOF while parsing an object at line 1 column 1
    "#);
    insta::assert_snapshot!(run("{}", &["--connector", "nobody"]).refusal(&place), @r#"
    exit code 4
    error: there is no connector `nobody`; there are: hook
    "#);
}

#[test]
fn a_plugin_is_inspected_without_being_run() {
    let file = harness::plugins_dir().join("probe.wasm").display().to_string();
    let shown = call(&["plugin", "inspect", &file]).good().out;
    for part in [
        "name      probe",
        "roles     ",
        "isolation fresh for each interaction, or warm; batches as webhook;",
        "sink (edge)",
        "pointsman:host/state",
        "secret service",
        "host {/url}",
        "state 65536 bytes",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json = call(&["--json", "plugin", "inspect", &file]).good().json();
    assert_eq!((json["manifest"]["name"].as_str(), json["digest"].as_str().map(str::len)), (Some("probe"), Some(64)), "{json}");
}

#[test]
fn the_template_is_a_good_configuration() {
    let place = Place::new();
    let path = place.path("pointsman.toml").display().to_string();
    call(&["init", &path]).good();
    insta::assert_snapshot!(call(&["init", &path]).refusal(&place), @r#"
    exit code 5
    error: [place]/pointsman.toml is there already: choose another path, or replace it with --force
    "#);
    call(&["init", "--force", &path]).good();
    std::os::unix::fs::symlink(harness::plugins_dir(), place.path("plugins")).expect("the plugins beside it");
    let checked = call(&["check", "--config", &path]).good();
    assert!(checked.out.contains("good."), "{} {}", checked.out, checked.err);
}

fn with_token(desk: &Desk, method: &str, path: &str, token: &str) -> Answer {
    let headers = [("authorization".to_owned(), format!("Bearer {token}"))];
    let headers = if token.is_empty() { &headers[..0] } else { &headers[..] };
    request(method, &format!("{}{path}", desk.host.url()), headers, b"").expect("an answer")
}

#[test]
fn tokens_open_what_their_role_allows() {
    let mut tokens = BTreeMap::new();
    let mut sections = String::new();
    for role in ["viewer", "operator", "admin"] {
        let made = call(&["--json", "token", "new", "--name", role, "--role", role]).good().json();
        let hash = made["sha256"].as_str().expect("a hash");
        sections.push_str(&format!("[[token]]\nname = \"{role}\"\nrole = \"{role}\"\nsha256 = \"{hash}\"\n"));
        tokens.insert(role, made["token"].as_str().expect("a token").to_owned());
    }
    let place = Place::new();
    let text = crate::desk::configuration(&place, &[HOOK, CHAIN, &sections].concat()).replace("open_api_on_loopback = true", "");
    let host = place.start(&text);
    let desk = Desk { place, host };
    assert_eq!(desk.post("hook", &[], b"no json").status, 202);
    let document = request("GET", &format!("{}/api/v1/openapi.json", desk.host.url()), &[], b"").expect("an answer").json().expect("JSON");
    let rank = |role: &str| ["none", "viewer", "operator", "admin"].iter().position(|known| *known == role).expect("a role");
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let needed = operation["x-pointsman-role"].as_str().unwrap_or("none");
            // A stream never ends, and a hook has its own way of proving.
            if path.ends_with("/live") || path.starts_with("/hooks") || needed == "none" {
                continue;
            }
            let path = path.replace("{id}", "unknown").replace("{name}", "unknown");
            let asked = |token: &str| with_token(&desk, &method.to_uppercase(), &path, token).status;
            assert_eq!((asked(""), asked("pm_wrong")), (401, 401), "{method} {path}");
            for (role, token) in &tokens {
                let status = asked(token);
                let open = !matches!(status, 401 | 403);
                assert_eq!(open, rank(role) >= rank(needed), "{method} {path} as {role}: {status}");
            }
        }
    }
    assert!(tokens.values().all(|token| !desk.host.log().contains(token.as_str())));
}

#[test]
fn health_and_the_document_are_open_and_the_figures_are_accepted() {
    let desk = desk();
    desk.still_serves();
    desk.post("hook", &[], b"no json");
    let get = |path: &str| harness::get(&format!("{}{path}", desk.host.url())).expect("an answer");
    assert_eq!([get("/healthz").status, get("/readyz").status], [200, 200]);
    let document = get("/api/v1/openapi.json").json().expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{}", document["openapi"]);
    for path in ["/hooks/{connector}", "/api/v1/decisions", "/api/v1/live", "/api/v1/quarantine/{id}/redrive"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let metrics = get("/metrics").body;
    assert!(metrics.contains("pointsman_connector_quarantined_total{"), "{metrics}");
    promtool(&metrics);
}

fn promtool(metrics: &str) {
    let started =
        Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: there is no promtool on the path");
        return;
    };
    child.stdin.take().expect("a pipe").write_all(metrics.as_bytes()).expect("writing");
    let said = child.wait_with_output().expect("its end");
    assert!(said.status.success(), "{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
}
