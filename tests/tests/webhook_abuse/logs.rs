//! What strangers write does not become a line of the log, an escape sequence on a terminal, or somebody else's label.

use harness::{Host, HostOptions};
use serde_json::{Value, json};

use super::wire::ask;
use crate::desk::{CHAIN, Desk, HOOK, configuration};
use crate::setup::Place;

/// What must not stand in a log, in pieces that would have to be put together again.
const FORGED: &str = "{\"level\":\"ERROR\",\"message\":\"forged-line\"}";

#[test]
fn nothing_that_a_stranger_sends_is_a_line_of_the_log() {
    let place = Place::new();
    let config = place.configure(&configuration(&place, &[HOOK, CHAIN].concat()));
    let env = vec![("RUST_LOG".to_owned(), "trace".to_owned())];
    let host = Host::start(&config, &HostOptions { env, loud: false }).expect("the host starts");
    let desk = Desk { place, host };
    for odd in [format!("x\r\n{FORGED}"), format!("x%0d%0a{FORGED}"), format!("\u{1b}[2K\r{FORGED}"), format!("a\u{85}{FORGED}\u{2028}")] {
        let text = odd.replace(['\r', '\n'], "");
        let path: String =
            text.bytes().map(|byte| if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect();
        ask(&desk.host, format!("GET /{path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: {text}\r\nreferer: {text}\r\n\r\n"));
        ask(&desk.host, format!("GET /hooks/{path} HTTP/1.1\r\nhost: {text}\r\nx-request-id: {text}\r\n\r\n"));
        ask(&desk.host, format!("{text} / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
        let author = json!({"id": odd, "handle": odd, "name": odd});
        desk.say("hook", &json!({"id": odd, "thread": odd, "text": odd, "author": author}));
    }
    desk.post("hook", &[], format!("{{\"id\":\"1\",\"text\":\"{FORGED}").as_bytes());
    desk.decisions(4);
    let log = desk.host.log();
    assert!(log.lines().count() > 20, "{log}");
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_ne!(entry["message"], "forged-line", "{line}");
        assert_ne!(entry["fields"]["message"], "forged-line", "{line}");
    }
    assert!(!log.contains('\u{1b}'), "an escape sequence in the log");
    let metrics = harness::get(&format!("{}/metrics", desk.host.url())).expect("figures").body;
    assert!(!metrics.contains("forged-line"), "{metrics}");
}

#[test]
fn what_people_said_cannot_steer_a_terminal() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let odd = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[1;1H\r\u{8}\u{9b}31m=cmd|' /C calc'!A0";
    desk.say("hook", &json!({"id": "1", "thread": odd, "text": odd, "author": {"id": odd, "name": odd}}));
    let row = desk.decisions(1).remove(0);
    let id = row["decision"]["id"].as_str().expect("an id").to_owned();
    desk.post("hook", &[], format!("{odd}{{").as_bytes());
    for args in [vec!["decisions"], vec!["explain", &id], vec!["quarantine", "list"]] {
        let told = desk.call(&args).good();
        let steering = |text: &str| text.chars().find(|one| one.is_control() && !matches!(one, '\n' | '\t'));
        assert_eq!((steering(&told.out), steering(&told.err)), (None, None), "{args:?}: {:?}", told.out);
    }
}
