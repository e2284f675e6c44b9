//! Candidates that are broken, one way each: what serves serves on, and one screen says why.

use std::net::TcpListener;
use std::path::Path;

use harness::plugins_dir;
use serde_json::{Value, json};

use super::ground::{Ground, body, with_grant, with_manifest};
use crate::desk::Desk;

/// The most lines that say why.
const SCREEN_LINES_MAX: usize = 40;

/// A component of the test plugin with these examples as its self-test.
fn tested(folder: &Path, name: &str, examples: &Value) -> String {
    let component = std::fs::read(plugins_dir().join("fault.wasm")).expect("the plugin");
    let manifest = json!({
        "manifest": 1, "name": "fault", "version": "0.1.1", "publisher": "Pointsman", "description": "Broken.", "licence": "MIT",
        "channel": "fault", "requests": {"fields": [{"name": "text", "reason": "Reads."}]}, "signature": {"scheme": "none"},
        "examples": examples,
    });
    write(folder, name, &with_manifest(&component, Some(&manifest)))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("writing");
    path.display().to_string()
}

fn example(settings: &Value, output: &Value) -> Value {
    json!([{"name": "It is calm", "settings": settings, "call": "classifier.classify", "input": [{"text": "hello"}], "output": output}])
}

/// What it is, the configuration, and what is said about it.
type Case = (&'static str, String, Vec<&'static str>);

fn cases(folder: &Path, port: u16) -> Vec<Case> {
    let component = |file: &str| body("night", "").replace("DIST/fault.wasm", file);
    let no_world = with_manifest(
        // A component with nothing in it.
        b"\0asm\x0d\0\x01\0",
        Some(&json!({"manifest": 1, "name": "empty", "version": "1.0.0", "publisher": "x", "description": "x", "licence": "x"})),
    );
    let traps = tested(folder, "traps.wasm", &example(&json!({"role": "trap"}), &json!([[]])));
    let differs = tested(folder, "differs.wasm", &example(&json!({}), &json!([[{"name": "fault-calm", "value": false}]])));
    let refuses = tested(folder, "refuses.wasm", &example(&json!({"colour": "red"}), &json!([[]])));
    let mails = "[[plugin]]\nname = \"email\"\nfile = \"DIST/email.wasm\"\n[[connector]]\nname = \"mail\"\nplugin = \"email\"\n";
    vec![
        ("no TOML", body("night", "").replace("[[chain]]", "[[chain]"), vec!["pointsman.toml:", "this is not TOML"]),
        ("no plugin", component("nowhere.wasm"), vec!["there is no file `nowhere.wasm`"]),
        ("bad wasm", component(&write(folder, "bad.wasm", b"\0asm\x0d\0\x01\0junk")), vec!["plugin[1].file"]),
        ("wrong world", component(&write(folder, "world.wasm", &no_world)), vec!["it exports nothing"]),
        ("refused settings", body("night", "colour = \"red\""), vec!["the plugin `calm` refuses this", "colour"]),
        ("a trap when it is configured", body("night", "configure = \"trap\""), vec!["the plugin `calm` cannot be staged"]),
        (
            "a queue that is not there",
            body("night", "").replace("hold_queue = \"held\"", "hold_queue = \"no\""),
            vec!["there is no queue `no`"],
        ),
        (
            "a trap in the self-test",
            component(&traps),
            vec!["the plugin `calm` fails its own example “It is calm”: it trapped", "expected [[]]"],
        ),
        (
            "another answer in the self-test",
            component(&differs),
            vec![
                "`/0/0/value` is not as it should be",
                "expected [[{\"name\":\"fault-calm\",\"value\":false}]]",
                "got [[{",
                "\"value\":true",
            ],
        ),
        ("settings of the self-test", component(&refuses), vec!["it cannot be staged with the example's settings"]),
        (
            "a port in use",
            [&body("night", ""), mails, &format!("lmtp_listen = \"127.0.0.1:{port}\"\n")].concat(),
            vec!["connector `mail` cannot listen on 127.0.0.1:"],
        ),
    ]
}

#[test]
fn a_broken_candidate_changes_nothing_and_says_why() {
    let desk = Desk::open(&body("front", ""));
    let (serving, taken) = (desk.serving(), TcpListener::bind("127.0.0.1:0").expect("a port"));
    let port = taken.local_addr().expect("an address").port();
    for (what, configuration, expected) in cases(desk.place.dir.path(), port) {
        desk.rewrite(&configuration);
        let answer = desk.send("/apply", &json!({}));
        let problem = answer.json().expect("JSON");
        assert_eq!((answer.status, &problem["type"]), (422, &json!("urn:pointsman:problem:candidate-refused")), "{what}: {problem}");
        let told = desk.op(&["apply"]);
        assert_eq!(told.code, 3, "{what}: {}", told.err);
        for part in &expected {
            assert!(told.err.contains(part), "{what}: `{part}` is not in\n{}", told.err);
        }
        assert!(told.err.lines().count() <= SCREEN_LINES_MAX, "{what}: {}", told.err);
        let line = desk.wait_for("refused", "api");
        assert!(expected.iter().all(|part| line["why"].as_str().is_some_and(|why| why.contains(part))), "{what}: {line}");
        assert_eq!(line["before"], json!(serving), "{what}");
        assert_eq!((desk.serving(), desk.routed(what)), (serving.clone(), "front".to_owned()), "{what}");
        // What apply refuses, plan refuses too; only a port is seen when it is opened.
        if what != "a port in use" {
            assert_eq!((desk.call(&["plan"]).code, desk.send("/plan", &json!({})).status), (3, 422), "{what}");
        }
    }
    // A candidate that lacks a grant that somebody has to give is held, and changes nothing either.
    desk.rewrite(&with_grant("night", "", "[]"));
    desk.send("/apply", &json!({}));
    let bare = desk.serving();
    desk.rewrite(&body("front", ""));
    let held = desk.send("/apply", &json!({}));
    assert_eq!((held.status, desk.serving()), (409, bare), "{}", held.body);
    desk.rewrite(&with_grant("front", "", "[]"));
    assert_eq!(desk.send("/apply", &json!({})).status, 200);
    assert_eq!(desk.routed("mended"), "front");
    desk.nothing_is_lost();
}
