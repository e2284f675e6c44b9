use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Direction, Event, Fact, Failure, Feed as _, Kind, Pointer, Response};
use serde_json::{Value, json};

use crate::Facebook;

const NOW: u64 = 1_790_000_000_000;
const PAGE: &str = "100200300";

#[test]
fn case_folder() {
    cases::check_webhook::<Facebook>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_is_sent() {
    cases::check_sender::<Facebook>(env!("CARGO_MANIFEST_DIR"));
}

fn plugin() -> Facebook {
    configured(json!({"account_id": PAGE, "base_url": "https://graph.example/v1"}))
}

fn answer(body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(200).body("application/json", body.to_string()))
}

fn told(fact: &Fact) -> (&str, Kind, Direction, Option<&str>, &str) {
    match &fact.event {
        Event::Said(item) | Event::Edited(item) => {
            (&item.source_id, item.kind, item.direction, item.conversation.as_deref(), item.text.as_str())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn posts_comments_and_messages_are_polled() {
    let feed = json!({"data": [{
        "id": "100200300_7001", "message": "New!", "created_time": "2026-09-21T10:00:00+0000", "status_type": "mobile_status_update",
        "from": {"id": PAGE, "name": "The Shop"}, "attachments": {"data": [{"media": {"image": {"src": "https://cdn.example/a.jpg"}}}]},
        "comments": {"data": [
            {
                "id": "7001_8002", "message": "Soon.", "created_time": "2026-09-21T12:00:00+0000",
                "from": {"id": PAGE}, "parent": {"id": "7001_8001"},
            },
            {
                "id": "7001_8001", "message": "When?", "created_time": "2026-09-21T11:00:00+0000", "from": {"id": "5",
                "name": "Mara"}, "like_count": 2,
            },
        ]},
    }]});
    let talks = json!({"data": [{"id": "t_1", "messages": {"data": [
        {
            "id": "m_2", "message": "Yes?", "created_time": "2026-09-21T13:00:01+0000",
            "from": {"id": PAGE}, "to": {"data": [{"id": "6"}]},
        },
        {
            "id": "m_1", "message": "Hello", "created_time": "2026-09-21T13:00:00+0000",
            "from": {"id": "6", "name": "Ada"}, "to": {"data": [{"id": PAGE}]},
        },
    ]}}]});
    let host = Host::new().answer("GET https://graph.example/v1/100200300/feed?", answer(&feed));
    let _host = host.answer("GET https://graph.example/v1/100200300/conversations?", answer(&talks));
    let page = plugin().poll(None, NOW).unwrap();
    let told: Vec<_> = page.facts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("100200300_7001", Kind::Post, Direction::Echo, None, "New!"),
            ("7001_8001", Kind::Comment, Direction::Inbound, Some("100200300_7001"), "When?"),
            ("7001_8002", Kind::Comment, Direction::Echo, Some("100200300_7001"), "Soon."),
            ("m_1", Kind::Message, Direction::Inbound, Some("6"), "Hello"),
            ("m_2", Kind::Message, Direction::Echo, Some("6"), "Yes?"),
        ]
    );
    // What comes pushed and polled has one key.
    assert_eq!(page.facts.iter().filter_map(|fact| fact.dedup_key.as_deref()).next_back(), Some("said:m_2"));
    assert!(!page.more);
}

#[test]
fn reviews_are_told_apart_from_posts() {
    let reviews = json!({"data": [{
        "open_graph_story": {"id": "6001"}, "created_time": "2026-09-21T10:00:00+0000", "reviewer": {"id": "5", "name": "Mara"},
        "recommendation_type": "positive", "review_text": "Great",
    }]});
    let _host = Host::new().answer("GET https://graph.example/v1/100200300/ratings?", answer(&reviews));
    let plugin: Facebook = configured(json!({"account_id": PAGE, "base_url": "https://graph.example/v1", "poll": ["ratings"]}));
    let page = plugin.poll(None, NOW).unwrap();
    assert!(matches!(&page.facts[0].event, Event::Said(item) if item.kind == Kind::Review && item.rating == Some(1.0)), "{page:?}");
}

#[test]
fn what_a_delivery_points_at_becomes_an_edit() {
    let post = json!({"id": "30_31", "message": "Look at @shop", "from": {"id": "5"}, "created_time": "2026-09-21T10:00:00+0000"});
    let lead =
        json!({"id": "9", "created_time": "2026-09-21T10:00:00+0000", "field_data": [{"name": "email", "values": ["mara@example.com"]}]});
    let host = Host::new().answer("GET https://graph.example/v1/30_31?fields=id,message", answer(&post));
    let host = host.answer("GET https://graph.example/v1/9?fields=id,created_time,field_data", answer(&lead));
    let _host = host.answer("GET https://graph.example/v1/8?", Ok(Response::new(500)));
    let hydrate = |id: &str| plugin().hydrate(&Pointer { id: id.to_owned(), ..Pointer::default() }, NOW);
    let (mention, lead) = (hydrate("mention:30_31").unwrap(), hydrate("lead:9").unwrap());
    assert_eq!(told(&mention[0]), ("30_31", Kind::Mention, Direction::Inbound, None, "Look at @shop"));
    assert_eq!(told(&lead[0]), ("9", Kind::Lead, Direction::Inbound, None, "email: mara@example.com"));
    assert!(mention.iter().chain(&lead).all(|fact| matches!(fact.event, Event::Edited(_))));
    // The delivery must not wait for what cannot be fetched.
    assert_eq!(hydrate("lead:8"), Ok(Vec::new()));
    assert!(matches!(hydrate("lead:../me"), Err(Failure::Never(_))));
    assert!(matches!(hydrate("nonsense"), Err(Failure::Never(_))));
}

#[test]
fn a_token_that_expired_is_said() {
    let error = json!({"error": {"message": "The session has expired", "code": 190}});
    let refused = Ok(Response::new(400).body("application/json", error.to_string()));
    let _host = Host::new().answer("GET https://graph.example/v1/100200300/feed?", refused);
    assert!(matches!(plugin().poll(None, NOW), Err(Failure::Unauthorised(_))));
}

#[test]
fn settings_are_checked() {
    let found = problems::<Facebook>(json!({
        "base_url": "graph.example", "poll": ["feed", "conversation"], "account_id": "", "pages_max": 0, "lookback_hours": 100_000,
    }));
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["/base_url", "/poll/1", "/lookback_hours", "/pages_max", "/account_id"]);
    assert_eq!(problems::<Facebook>(json!({"poll": ["feed"]}))[0].path, "/account_id");
}
