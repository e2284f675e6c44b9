use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Attribute, Direction, Event, Feed as _, Kind, Pointer, Response};
use serde_json::{Value, json};

use crate::Instagram;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folder() {
    cases::check_webhook::<Instagram>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_is_sent() {
    cases::check_sender::<Instagram>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(200).body("application/json", body.to_string()))
}

#[test]
fn media_comments_replies_and_messages_are_polled() {
    let media = json!({"data": [{
        "id": "401", "caption": "New!", "media_type": "IMAGE", "media_url": "https://cdn.example/a.jpg", "username": "shop",
        "timestamp": "2026-09-21T10:00:00+0000", "comments_count": 2,
        "comments": {"data": [{
            "id": "501", "text": "In blue?", "username": "mara", "from": {"id": "5",
            "username": "mara"}, "timestamp": "2026-09-21T11:00:00+0000",
            "replies": {"data": [{"id": "502", "text": "Yes", "username": "shop", "timestamp": "2026-09-21T12:00:00+0000"}]},
        }]},
    }]});
    let talks = json!({"data": [{"id": "t", "messages": {"data": [
        {
            "id": "aWc1", "message": "Hello", "created_time": "2026-09-21T13:00:00+0000", "from": {"id": "6",
            "username": "ada"}, "to": {"data": [{"id": "9"}]},
        },
    ]}}]});
    let host = Host::new().answer("GET https://graph.instagram.com/v23.0/9/media?", answer(&media));
    let _host = host.answer("GET https://graph.instagram.com/v23.0/9/conversations?", answer(&talks));
    let plugin: Instagram = configured(json!({"account_id": "9"}));
    let page = plugin.poll(None, NOW).unwrap();
    let told: Vec<_> = page
        .facts
        .iter()
        .map(|fact| match &fact.event {
            Event::Said(item) => {
                (item.source_id.as_str(), item.kind, item.direction, item.conversation.as_deref(), item.in_reply_to.as_deref())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("401", Kind::Post, Direction::Echo, None, None),
            ("501", Kind::Comment, Direction::Inbound, Some("401"), Some("401")),
            ("502", Kind::Comment, Direction::Echo, Some("401"), Some("501")),
            ("aWc1", Kind::Message, Direction::Inbound, Some("6"), None),
        ]
    );
}

#[test]
fn the_words_of_a_mention_are_fetched_through_our_account() {
    let comment = json!({"mentioned_comment": {
        "id": "601", "text": "Ask @shop", "username": "mara", "timestamp": "2026-09-21T10:00:00+0000", "media": {"id": "402"},
    }});
    let path = "GET https://graph.instagram.com/v23.0/9?fields=mentioned_comment.comment_id(601)%7Bid,text,";
    let _host = Host::new().answer(path, answer(&comment));
    let pointer = Pointer { id: "comment:601".to_owned(), attributes: vec![Attribute::new("account", "9")] };
    let facts = configured::<Instagram>(json!({})).hydrate(&pointer, NOW).unwrap();
    let Event::Edited(item) = &facts[0].event else { panic!("{facts:?}") };
    assert_eq!((item.kind, item.text.as_str(), item.conversation.as_deref()), (Kind::Mention, "Ask @shop", Some("402")));
    assert_eq!((facts[0].account.as_deref(), facts[0].dedup_key.as_deref()), (Some("9"), Some("hydrated:601")));
}

#[test]
fn settings_are_checked() {
    assert_eq!(problems::<Instagram>(json!({"account_id": "9", "poll": ["medai"]}))[0].path, "/poll/0");
}
