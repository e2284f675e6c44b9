//! Every role and every host function that no other plugin uses, through the probe: called by hand, and as steps of a chain.

use harness::{StandIn, plugins_dir};
use serde_json::{Value, json};

use crate::desk::{CHAIN, Desk, HOOK};
use crate::program::{Told, call_with};
use crate::setup::Place;

/// `pointsman plugin call probe.wasm …`
fn probe(place: &Place, function: &str, more: &[&str], stdin: &Value) -> Told {
    let file = plugins_dir().join("probe.wasm").display().to_string();
    let settings = place.path("settings.json");
    std::fs::write(&settings, json!({"url": "https://probe.example", "text_chars_max": 10}).to_string()).expect("writing");
    let settings = settings.display().to_string();
    call_with(&[&["plugin", "call", &file, function, "--now", "200000000", "--settings", &settings], more].concat(), &stdin.to_string())
}

fn respond(place: &Place, lines: &str) -> String {
    std::fs::write(place.path("answer.txt"), lines).expect("writing");
    place.path("answer.txt").display().to_string()
}

#[test]
fn a_sender_delivers_finds_and_says_why_not() {
    let place = Place::new();
    let answer = respond(&place, "m1\nm2\n");
    let reply =
        |text: &str, last: u64| json!({"key": "k", "outbound": {"reply": {"conversation": "c", "text": text, "last_inbound_at": last}}});
    let sent = probe(&place, "sender.deliver", &["--respond", &answer], &reply("hello", 199_999_000)).good();
    assert_eq!(sent.json(), json!({"sent": ["m1", "m2"]}));
    assert_eq!(
        probe(&place, "sender.find", &["--respond", &answer], &reply("hello", 199_999_000)).good().json(),
        json!({"sent": ["m1", "m2"]})
    );
    let approved = json!({"key": "k", "outbound": {"template": {"recipient": "r", "name": "n", "language": "en", "params": ["x"]}}});
    assert!(probe(&place, "sender.deliver", &[], &approved).good().json()["hand_over"].is_array());
    let said = [
        probe(&place, "sender.deliver", &["--respond", &answer], &reply("much too long for it", 199_999_000)).refusal(&place),
        probe(&place, "sender.deliver", &["--respond", &answer], &reply("late", 1)).refusal(&place),
        probe(&place, "sender.deliver", &[], &reply("hello", 199_999_000)).refusal(&place),
        probe(&place, "sender.deliver", &[], &json!({"key": "k"})).refusal(&place),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    exit code 6
    error: the plugin says no: {"too_long":10}
    exit code 6
    error: the plugin says no: {"window_closed":"the customer's last words are more than 24 hours old"}
    exit code 6
    error: the plugin says no: {"unknown":"the service did not answer"}
    exit code 3
    error: stdin: this function needs `outbound`
    "#);
}

#[test]
fn a_responder_suggests() {
    let place = Place::new();
    let answer = respond(&place, "On its way.\nSorry!\n");
    let asked = json!({"interaction": {"text": "Where is it?"}, "routing": {"disposition": {"hold": "care"}}});
    let said = probe(&place, "responder.suggest", &["--respond", &answer], &asked).good().json();
    assert_eq!((said[0]["text"].as_str(), said[1]["text"].as_str()), (Some("On its way."), Some("Sorry!")));
    assert_eq!(said[0]["source"], "https://probe.example/replies/care");
}

#[test]
fn what_is_not_granted_by_hand_is_refused_in_the_plugins_words() {
    let place = Place::new();
    let answer = respond(&place, "gold\n");
    let enriched = probe(&place, "enricher.enrich", &["--respond", &answer], &json!({"text": "x", "author": {"id": "a1"}}));
    let batch = json!({"batch": [{"interaction": {"text": "x"}, "routing": {"disposition": "file"}, "generation": "g"}]});
    let exported = probe(&place, "sink.deliver", &["--respond", &answer], &batch);
    let erased = probe(&place, "sink.erase", &["--respond", &answer], &json!({"subject": "a1"}));
    let said = [enriched, exported, erased].map(|told| told.refusal(&place));
    insta::assert_snapshot!(said.join("\n"), @r#"
    exit code 6
    error: the plugin says no: {"never":"the plugin was not granted state"}
    exit code 6
    error: the plugin says no: {"never":"the plugin was not granted state"}
    exit code 6
    error: the plugin says no: {"never":"the plugin was not granted state"}
    "#);
    // Nobody spoke, so there is nothing to look up; and a batch of nothing is done.
    assert_eq!(probe(&place, "enricher.enrich", &[], &json!({"text": "x"})).good().json(), json!([]));
    assert_eq!(probe(&place, "sink.deliver", &[], &json!({"batch": []})).good().code, 0);
    let unknown = probe(&place, "sink.erase_all", &[], &json!({"subject": "a1"}));
    insta::assert_snapshot!(unknown.refusal(&place), @r#"
    exit code 3
    error: role `sink` has no function `erase_all`; wit/README.md lists them
    "#);
    let other = probe(&place, "classifier.classify", &[], &json!({"text": "x"}));
    insta::assert_snapshot!(other.refusal(&place), @r#"
    exit code 3
    error: [dist]/probe.wasm has no role `classifier`; it has webhook, sender, enricher, responder, sink
    "#);
}

/// The probe with everything that it asks for, as a connector, an enricher and a responder.
fn probing(port: u16, grant: &str) -> String {
    let chain =
        CHAIN.replace("[[chain.step]]", "[[chain.step]]\nplugin = \"probe\"\nrole = \"enricher\"\non_fault = \"skip\"\n[[chain.step]]");
    format!(
        "[secrets]\ndesk = {{ env = \"DESK_TOKEN\" }}\nkey = {{ env = \"DESK_KEY\" }}\n\
         [[plugin]]\nname = \"probe\"\nfile = \"DIST/probe.wasm\"\n[plugin.grant]\n{grant}\n\
         [plugin.settings]\nurl = \"http://127.0.0.1:{port}\"\ncredential = \"service\"\n\
         [[connector]]\nname = \"probe\"\nplugin = \"probe\"\n{HOOK}{chain}\
         [[chain.step]]\nplugin = \"probe\"\nrole = \"responder\"\non_fault = \"skip\"\n"
    )
}

const ENV: [(&str, &str); 2] = [("DESK_TOKEN", "token-canary"), ("DESK_KEY", "key-canary")];

fn everything(port: u16) -> String {
    format!(
        "fields = [\"text\", \"author\"]\nhosts = [\"127.0.0.1:{port}\"]\nprivate_network = true\nstate_bytes_max = 65536\n\
         secrets = {{ service = \"desk\", signing = \"key\" }}"
    )
}

fn said(text: &str, number: u32) -> Value {
    let author = json!({"id": "author-canary", "handle": "handle-canary", "name": "name-canary"});
    json!({"id": format!("source-canary-{number}"), "thread": "thread-canary", "text": text, "author": author})
}

fn step<'a>(stored: &'a Value, role: &str) -> &'a Value {
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["role"] == role).unwrap_or_else(|| panic!("no {role}: {stored}"))
}

#[test]
fn granted_plugins_reach_the_network_state_and_keys_and_everything_is_recorded() {
    let service = StandIn::start(0).expect("a service");
    service.serve("/people/author-canary", json!("gold"));
    service.serve("/replies/front", json!("We are on it."));
    let desk = Desk::with_env(&probing(service.port(), &everything(service.port())), &ENV);
    desk.say("hook", &said("first", 1));
    desk.decisions(1);
    desk.say("hook", &said("second", 2));
    desk.decisions(2);
    let stored = desk.decision_about("second");
    let enriched = step(&stored, "enricher");
    let signals = &enriched["outcome"]["said"];
    assert_eq!((&signals[0]["name"], &signals[0]["value"]), (&json!("probe-seen"), &json!(2.0)), "{enriched}");
    assert_eq!((&signals[1]["name"], &signals[1]["value"]), (&json!("probe-known"), &json!("\"gold\"")), "{enriched}");
    let calls: Vec<&str> =
        enriched["cost"]["host_calls"].as_array().expect("calls").iter().filter_map(|call| call["function"].as_str()).collect();
    assert_eq!(calls, ["state.get", "state.put", "http.send"], "{enriched}");
    let suggested = step(&stored, "responder");
    assert_eq!(suggested["outcome"]["said"][0]["text"], "\"We are on it.\"", "{suggested}");
    // The secret went out, and into no trace.
    assert!(service.tokens().iter().all(|token| token == "Bearer token-canary") && service.tokens().len() == 4, "{:?}", service.tokens());
    assert!(!stored.to_string().contains("token-canary"), "{stored}");
    keys(&desk);
    desk.still_serves();
}

/// A code over the body, made with a key that the plugin never sees.
fn keys(desk: &Desk) {
    assert_eq!(desk.post("probe", &[], b"to be signed").status, 200);
    assert_eq!(desk.post("probe", &[("x-probe-algorithm", "rot13")], b"x").status, 202);
    let facts = desk.ask("/totals")["facts"]["system"].clone();
    assert_eq!(facts, 1, "{facts}");
    assert!(!desk.host.log().contains("canary"), "{}", desk.host.log());
}

#[test]
fn a_key_computes_for_a_plugin_by_hand_only_where_it_is_granted() {
    let place = Place::new();
    let body = place.path("body");
    std::fs::write(&body, "to be signed").expect("writing");
    let body = body.display().to_string();
    let answer = probe(&place, "webhook.receive", &["--body", &body, "--header", "x-probe-key: signing"], &json!("")).good().json();
    assert_eq!(answer["facts"][0]["event"]["system"]["attributes"], json!({"mac-error": "not-granted"}));
}

#[test]
fn without_the_author_grant_there_is_a_pseudonym_and_no_canary() {
    let service = StandIn::start(0).expect("a service");
    let grant = everything(service.port()).replace("\"text\", \"author\"", "\"text\"");
    let desk = Desk::with_env(&probing(service.port(), &grant), &ENV);
    desk.say("hook", &said("one", 1));
    desk.say("hook", &said("two", 2));
    desk.decisions(2);
    let seen: Vec<Value> = ["one", "two"].map(|text| step(&desk.decision_about(text), "enricher")["saw"].clone()).into();
    for saw in &seen {
        assert!(!saw.to_string().contains("canary"), "{saw}");
        assert!(saw["withheld"].as_array().is_some_and(|withheld| withheld.contains(&json!("author"))), "{saw}");
        assert_eq!(saw["author"].as_object().expect("an author").keys().filter(|key| *key != "id").count(), 0, "{saw}");
    }
    // Stable for the plugin: the same person, the same conversation.
    assert_eq!((&seen[0]["author"], &seen[0]["conversation"]), (&seen[1]["author"], &seen[1]["conversation"]));
    // Nothing that the plugin said or asked has one either: it cannot tell what it does not know.
    let stored = desk.decision_about("two");
    for step in stored["trace"]["steps"].as_array().expect("steps") {
        assert!(!step.to_string().contains("canary"), "{step}");
    }
}

#[test]
fn without_text_there_is_no_text() {
    let service = StandIn::start(0).expect("a service");
    let desk = Desk::with_env(&probing(service.port(), &everything(service.port()).replace("\"text\", ", "")), &ENV);
    desk.say("hook", &said("text-canary", 1));
    desk.decisions(1);
    let saw = step(&desk.decision_about("text-canary"), "enricher")["saw"].clone();
    assert!(!saw.to_string().contains("text-canary") && saw["withheld"] == json!(["text"]), "{saw}");
    assert_eq!(saw["author"]["id"], "author-canary");
}

#[test]
fn what_is_not_granted_is_denied_in_the_chain_and_the_decision_is_made_all_the_same() {
    let service = StandIn::start(0).expect("a service");
    let all = everything(service.port());
    let mut asked = 0;
    for (grant, outcome) in [
        (all.replace("state_bytes_max = 65536\n", ""), "state"),
        (all.replace("private_network = true\n", ""), "http"),
        (all.replace("service = \"desk\", ", ""), "http"),
        (all.replace(&format!("hosts = [\"127.0.0.1:{}\"]\n", service.port()), ""), "http"),
    ] {
        let desk = Desk::with_env(&probing(service.port(), &grant), &ENV);
        desk.say("hook", &said("denied", 1));
        desk.decisions(1);
        let stored = desk.decision_about("denied");
        assert_eq!(stored["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"], "front", "{stored}");
        let enriched = step(&stored, "enricher");
        let why = enriched["outcome"]["faulted"]["failed"].as_str().unwrap_or_else(|| panic!("{enriched}"));
        assert!(why.contains("grant"), "{grant}: {why}");
        let last = enriched["cost"]["host_calls"].as_array().expect("calls").last().expect("a call").clone();
        assert!(last["function"].as_str().expect("a name").starts_with(outcome), "{last}");
        // Without state the responder still may ask the service; without one of the others nobody may.
        asked += usize::from(outcome == "state");
        assert_eq!(service.tokens().len(), asked, "{grant}");
    }
}

#[test]
fn with_redacted_text_addresses_and_numbers_are_masked_and_the_words_are_not() {
    let service = StandIn::start(0).expect("a service");
    let grant = everything(service.port()).replace("\"text\", ", "\"redacted-text\", ");
    let desk = Desk::with_env(&probing(service.port(), &grant), &ENV);
    let text = "Write to ada@canary.example or call +44 20 7946 0958, my card is 4111 1111 1111 1111.";
    desk.say("hook", &said(text, 1));
    desk.decisions(1);
    let saw = step(&desk.decision_about(text), "enricher")["saw"]["text"].clone();
    let saw = saw.as_str().expect("a text");
    assert!(saw.contains("Write to") && saw.contains("or call"), "{saw}");
    assert!(["canary", "7946", "1111"].iter().all(|part| !saw.contains(part)), "{saw}");
}
