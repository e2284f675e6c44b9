use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Delivery, Event, Header, Refusal, Webhook as _};
use serde_json::{Value, json};

use super::*;

#[test]
fn case_folders() {
    cases::check_webhook::<CloudEvents>(env!("CARGO_MANIFEST_DIR"));
}

fn facts(settings: Value, headers: &[(&str, &str)], body: &str) -> Result<Vec<Fact>, Refusal> {
    let headers = headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() }).collect();
    let delivery = Delivery { method: "POST".to_owned(), headers, body: body.as_bytes().to_vec(), ..Delivery::default() };
    configured::<CloudEvents>(settings).receive(&delivery, 0).map(|reception| reception.facts)
}

#[test]
fn the_binary_mode_is_the_structured_one_in_headers() {
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "/shops/caf%C3%A9"),
        ("ce-type", "example.visit"),
        ("ce-time", "2026-03-02T09:15:30Z"),
        ("ce-store", "12"),
        ("content-type", "application/json"),
    ];
    let settings = json!({"types": {"example.*": {"text": "{/data/minutes} minutes at {/store}"}}});
    let found = facts(settings, &headers, r#"{"minutes": 5}"#).unwrap();
    let Event::System(note) = &found[0].event else { panic!("{found:?}") };
    assert_eq!((note.source_id.as_deref(), note.text.as_deref()), (Some("/shops/café#7"), Some("5 minutes at 12")));
    assert_eq!(found[0].dedup_key.as_deref(), Some("/shops/café#7"));
    assert!(facts(json!({}), &headers, "").is_ok(), "an event may have no data");
}

#[test]
fn other_formats_are_refused() {
    let xml = facts(json!({}), &[("content-type", "application/cloudevents+xml")], "<event/>");
    assert!(matches!(xml, Err(Refusal::Unsupported(_))));
    assert!(matches!(facts(json!({}), &[], "POST / HTTP/1.1"), Err(Refusal::Malformed(_))));
    let crowd = format!("[{}]", vec!["{}"; 1_001].join(","));
    assert!(matches!(facts(json!({}), &[], &crowd), Err(Refusal::Unsupported(_))));
}

#[test]
fn the_longest_type_that_fits_counts() {
    let types = json!({"types": {"a.*": {"kind": "post"}, "a.b.*": {"kind": "review"}, "a.b.c": {"kind": "call"}}});
    let plugin: CloudEvents = configured(types);
    let kind = |name: &str| plugin.settings.mapping(name).and_then(|mapping| mapping.kind.as_deref());
    assert_eq!([kind("a.b.c"), kind("a.b.d"), kind("a.x"), kind("b")], [Some("call"), Some("review"), Some("post"), None]);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let check = |mapping: Value, path: &str| assert_eq!(problems::<CloudEvents>(json!({"types": {"a": mapping}}))[0].path, path);
    check(json!({"kind": "chat"}), "/types/a/kind");
    check(json!({"visibility": "secret"}), "/types/a/visibility");
    check(json!({"text": "Order {/data/id"}), "/types/a/text");
    check(json!({"attributes": {"order": ""}}), "/types/a/attributes/order");
    check(json!({"rating_max": 0.0}), "/types/a/rating_max");
}
