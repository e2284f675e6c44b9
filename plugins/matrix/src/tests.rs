use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Event, Feed as _, Response};
use serde_json::json;

use crate::Matrix;

#[test]
fn settings_are_checked() {
    let found = problems::<Matrix>(json!({"base_url": "matrix.example", "user_id": "desk", "public_rooms": ["#help:matrix.example"]}));
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["/base_url", "/user_id", "/public_rooms/0"]);
}

#[test]
fn a_poll_goes_on_where_the_last_one_stopped() {
    let settings = json!({"base_url": "https://matrix.example", "user_id": "@desk:matrix.example"});
    let plugin: Matrix = configured(settings);
    let said = json!({
        "type": "m.room.message", "event_id": "$1", "sender": "@ada:matrix.example", "origin_server_ts": 1_790_000_000_000_u64,
        "content": {"msgtype": "m.text", "body": "Hello"},
    });
    let answer = json!({"next_batch": "s2", "rooms": {"join": {"!r:matrix.example": {
        "timeline": {"events": [said]},
        "ephemeral": {"events": [{"type": "m.typing", "content": {"user_ids": []}}]},
    }}}});
    let host = Host::new()
        .answer("GET https://matrix.example/_matrix/client/v3/sync", Ok(Response::new(200).body("application/json", answer.to_string())));
    let page = plugin.poll(Some(b"s1"), 0).expect("a page");
    assert_eq!(page.cursor, b"s2");
    assert!(host.requests()[0].url.ends_with("&since=s1"), "{}", host.requests()[0].url);
    let [fact] = page.facts.as_slice() else { panic!("{:?}", page.facts) };
    let Event::Said(item) = &fact.event else { panic!("{fact:?}") };
    assert_eq!((item.conversation.as_deref(), item.text.as_str()), (Some("!r:matrix.example"), "Hello"));
}

#[test]
fn a_full_homeserver_says_when_to_come_back() {
    let plugin: Matrix = configured(json!({"base_url": "https://matrix.example"}));
    let body = json!({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2_000}).to_string();
    let _host = Host::new().answer("GET ", Ok(Response::new(429).body("application/json", body)));
    let failure = plugin.poll(None, 1_000).unwrap_err();
    assert!(matches!(failure, pointsman_plugin::Failure::Later((Some(3_000), _))), "{failure:?}");
}
