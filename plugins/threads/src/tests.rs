use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Direction, Event, Failure, Feed as _, Kind, Response};
use serde_json::{Value, json};

use crate::Threads;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folder() {
    cases::check_webhook::<Threads>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_is_sent() {
    cases::check_sender::<Threads>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(200).body("application/json", body.to_string()))
}

#[test]
fn answers_to_our_latest_posts_are_polled() {
    let latest = json!({"data": [{"id": "800", "has_replies": true}, {"id": "799", "has_replies": false}]});
    let posts = json!({"data": [{"id": "800", "text": "New!", "username": "shop", "timestamp": "2026-09-21T10:00:00+0000"}]});
    let answers = json!({"data": [
        {
            "id": "802", "text": "Soon", "username": "shop",
            "is_reply_owned_by_me": true, "is_reply": true,
            "replied_to": {"id": "801"}, "root_post": {"id": "800"}, "timestamp": "2026-09-21T12:00:00+0000",
        },
        {
            "id": "801", "text": "When?", "username": "mara",
            "is_reply": true, "replied_to": {"id": "800"}, "root_post": {"id": "800"}, "timestamp": "2026-09-21T11:00:00+0000",
        },
    ]});
    let base = "GET https://graph.threads.net/v1.0";
    let host = Host::new().answer(&format!("{base}/9/threads?limit=20"), answer(&latest));
    let host = host.answer(&format!("{base}/9/threads?limit=25"), answer(&posts));
    let host = host.answer(&format!("{base}/9/mentions?"), answer(&json!({"data": []})));
    let host = host.answer(&format!("{base}/800/conversation?limit=50&reverse=true"), answer(&answers));
    let page = configured::<Threads>(json!({"account_id": "9"})).poll(None, NOW).unwrap();
    let told: Vec<_> = page
        .facts
        .iter()
        .map(|fact| match &fact.event {
            Event::Said(item) => (item.source_id.as_str(), item.kind, item.direction, item.conversation.as_deref()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("800", Kind::Post, Direction::Echo, None),
            ("801", Kind::Comment, Direction::Inbound, Some("800")),
            ("802", Kind::Comment, Direction::Echo, Some("800")),
        ]
    );
    assert_eq!(host.requests().len(), 4);
}

#[test]
fn an_error_is_a_failure_whatever_its_status() {
    let error = json!({"error": {"message": "Error validating access token", "type": "OAuthException", "code": 190}});
    let _host = Host::new().answer("GET ", answer(&error));
    assert!(matches!(configured::<Threads>(json!({})).poll(None, NOW), Err(Failure::Unauthorised(_))));
}
