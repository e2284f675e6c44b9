use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Feed as _, Response};
use serde_json::{Value, json};

use crate::Discourse;

const NOW: u64 = 1_790_000_000_000;

fn posts(ids: std::ops::RangeInclusive<u64>) -> Value {
    let post = |id: u64| {
        json!({"id": id, "topic_id": 8, "post_number": id, "post_type": 1, "cooked": "<p>Hello</p>", "username": "ada", "user_id": 3,
        "created_at": "2026-09-21T12:00:00.000Z"})
    };
    json!({"latest_posts": ids.rev().map(post).collect::<Vec<_>>()})
}

fn answer(body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(200).body("application/json", body.to_string()))
}

#[test]
fn a_poll_goes_back_to_what_was_seen() {
    let plugin: Discourse = configured(json!({"base_url": "https://forum.example", "username": "desk"}));
    let host = Host::new()
        .answer("GET https://forum.example/posts.json?before=51", answer(&posts(1..=50)))
        .answer("GET https://forum.example/posts.json", answer(&posts(51..=100)));
    let page = plugin.poll(Some(b"40"), NOW).expect("a page");
    assert_eq!((page.facts.len(), page.cursor.as_slice()), (60, b"100".as_slice()));
    let urls: Vec<String> = host.requests().iter().map(|request| request.url.clone()).collect();
    assert_eq!(urls, ["https://forum.example/posts.json", "https://forum.example/posts.json?before=51"]);
}

#[test]
fn the_first_poll_looks_back_as_far_as_it_is_told() {
    let plugin: Discourse = configured(json!({"base_url": "https://forum.example", "lookback_hours": 1}));
    let _host = Host::new().answer("GET https://forum.example/posts.json", answer(&posts(1..=3)));
    let page = plugin.poll(None, NOW).expect("a page");
    assert_eq!((page.facts.len(), page.cursor.as_slice()), (0, b"3".as_slice()));
}
