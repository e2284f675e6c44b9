use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Failure, Feed as _, Response};
use serde_json::{Value, json};

use crate::X;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check_webhook::<X>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn outgoing_case_folders() {
    cases::check_sender::<X>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    let response = Response::new(status).body("application/json", body.to_string());
    Ok(headers.iter().fold(response, |response, (name, value)| response.with_header(name, value)))
}

fn post(id: u64) -> Value {
    json!({"id": id.to_string(), "text": "Hello", "author_id": "2", "created_at": "2026-09-21T14:13:20Z"})
}

#[test]
fn mentions_are_fetched_back_to_what_was_seen_page_by_page() {
    let plugin: X = configured(json!({"user_id": "1", "poll": ["mentions"], "pages_max": 1, "oauth2": true}));
    let url = "GET https://api.x.com/2/users/1/mentions?max_results=100";
    let first = json!({"data": [post(9), post(8)], "meta": {"newest_id": "9", "next_token": "t/1"}});
    let host = Host::new().answer(url, answer(200, &[], &first));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((page.facts.len(), page.more), (2, true), "pages_max was reached");
    let asked = &host.requests()[0];
    assert!(asked.url.ends_with("&start_time=2026-09-18T14%3A13%3A20.000Z"), "{}", asked.url);
    assert_eq!(asked.credential.as_deref(), Some("user"));
    let host = Host::new().answer(url, answer(200, &[], &json!({"data": [post(7)], "meta": {"newest_id": "7"}})));
    let page = plugin.poll(Some(&page.cursor), NOW).unwrap();
    assert!(host.requests()[0].url.ends_with("&pagination_token=t%2F1"));
    assert_eq!(page.cursor, br#"{"places":{"mentions":{"since":"9"}}}"#);
    let host = Host::new().answer(url, answer(200, &[], &json!({"meta": {"result_count": 0}})));
    assert!(plugin.poll(Some(&page.cursor), NOW).unwrap().facts.is_empty());
    assert!(host.requests()[0].url.ends_with("&since_id=9"));
}

#[test]
fn messages_end_where_they_are_known() {
    let plugin: X = configured(json!({"user_id": "1", "poll": ["dm"]}));
    let message =
        |id: u64| json!({"id": id.to_string(), "event_type": "MessageCreate", "text": "Hi", "sender_id": "2", "dm_conversation_id": "1-2"});
    let body = json!({"data": [message(12), message(11), message(10)], "meta": {"next_token": "more"}});
    let host = Host::new().answer("GET https://api.x.com/2/dm_events?", answer(200, &[], &body));
    let page = plugin.poll(Some(br#"{"places":{"dm":{"since":"10"}}}"#), NOW).unwrap();
    assert_eq!((page.facts.len(), page.more, host.requests().len()), (2, false, 1));
    assert_eq!(page.cursor, br#"{"places":{"dm":{"since":"12"}}}"#);
}

#[test]
fn failures_say_when_to_come_back() {
    let plugin: X = configured(json!({"user_id": "1", "poll": ["search:jacket"]}));
    let failure = |status, headers: &[(&str, &str)]| {
        let _host = Host::new().answer("GET https://api.x.com/2/tweets/search/recent?query=jacket&", answer(status, headers, &json!({})));
        plugin.poll(None, NOW).unwrap_err()
    };
    let limited = failure(429, &[("x-rate-limit-reset", "1790000900")]);
    assert!(matches!(limited, Failure::Later((Some(1_790_000_900_000), _))), "{limited:?}");
    assert!(matches!(failure(401, &[]), Failure::Unauthorised(_)));
    assert!(matches!(failure(503, &[]), Failure::Later(_)));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"user_id": "@shop"}), "/user_id"),
        (json!({"poll": ["mentions"]}), "/user_id"),
        (json!({"poll": ["everything"]}), "/poll/0"),
        (json!({"pages_max": 21}), "/pages_max"),
        (json!({"base_url": "x"}), "/base_url"),
    ] {
        assert_eq!(problems::<X>(settings.clone()).first().map(|problem| problem.path.as_str()), Some(path), "{settings}");
    }
}
