//! What people say, and what becomes of it.

use dispatch::port::NewOutgoing;
use model::{Attributes, Value, Wanted, Words};

use super::client::{Reply, ask, get};
use super::house::{House, OPERATOR, VIEWER};

async fn post(house: &House, path: &str, token: &str, key: Option<&str>, body: &str) -> Reply {
    let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
    let head = format!("POST /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{key}");
    ask(house.address, format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await
}

fn wanted(house: &House) -> Vec<NewOutgoing> {
    house.store.wanted.lock().unwrap().iter().map(|(_, new)| new.clone()).collect()
}

#[tokio::test]
async fn a_reply_is_taken_in_once() {
    let house = House::new().await;
    house.store_decision(1);
    let body = r#"{"text":"It left yesterday.","private":true,"human_agent":true}"#;
    let first = post(&house, "/interactions/i1/reply", OPERATOR, Some("k"), body).await;
    assert_eq!((first.status, first.json()["id"].as_str()), (202, Some("o0")));
    let again = post(&house, "/interactions/i1/reply", OPERATOR, Some("k"), body).await;
    assert_eq!((again.status, again.json()), (202, first.json()));
    let other = post(&house, "/interactions/i1/reply", OPERATOR, Some("k"), r#"{"text":"Something else."}"#).await;
    assert_eq!((other.status, other.problem().as_str()), (409, "conflict"));
    let [new] = wanted(&house).try_into().unwrap();
    let attributes = Attributes::from([("human-agent".to_owned(), Value::Flag(true))]);
    let words = Words { text: "It left yesterday.".to_owned(), private: true, attributes, ..Words::default() };
    assert_eq!((new.wanted, new.by.as_str()), (Wanted::Reply(words), "operator"));
    let list = get(house.address, "/api/v1/outgoing?kind=reply", VIEWER).await.json();
    assert_eq!((list["items"][0]["id"].as_str(), list["items"][0]["state"].as_str()), (Some("o0"), Some("pending")));
    let one = get(house.address, "/api/v1/outgoing/o0", VIEWER).await.json();
    assert_eq!(one["outgoing"]["wanted"]["reply"]["text"], "It left yesterday.");
    assert_eq!(get(house.address, "/api/v1/notices", VIEWER).await.json()["items"], serde_json::json!([]));
    assert_eq!(post(&house, "/outgoing/o0/park", OPERATOR, None, r#"{"why":"not now"}"#).await.status, 200);
    assert_eq!(post(&house, "/outgoing/o0/retry", OPERATOR, None, "{}").await.problem(), "conflict");
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_told() {
    let house = House::new().await;
    house.store_decision(1);
    let reply = "/interactions/i1/reply";
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(70_000));
    for (path, key, body, expected) in [
        (reply, None, r#"{"text":"  "}"#, "bad-request"),
        (reply, None, r#"{"words":"x"}"#, "bad-request"),
        (reply, None, long.as_str(), "bad-request"),
        (reply, Some(""), r#"{"text":"x"}"#, "bad-request"),
        ("/interactions/i9/reply", None, r#"{"text":"x"}"#, "not-found"),
        ("/posts", None, r#"{"connector":"open","text":"x"}"#, "bad-request"),
        ("/posts", None, r#"{"connector":"nobody","text":"x"}"#, "bad-request"),
        ("/outgoing/o9/edit", None, r#"{"text":"x"}"#, "not-found"),
        ("/outgoing/o9/hide", None, "{}", "not-found"),
        ("/outgoing/o9/retry", None, "{}", "not-found"),
    ] {
        assert_eq!(post(&house, path, OPERATOR, key, body).await.problem(), expected, "{path} {}", &body[..body.len().min(50)]);
        assert_eq!(post(&house, path, VIEWER, key, body).await.problem(), "forbidden", "{path}");
    }
    assert_eq!(get(house.address, "/api/v1/outgoing?state=lost", VIEWER).await.problem(), "bad-request");
    assert_eq!(wanted(&house), []);
    assert_eq!(post(&house, "/interactions/i1/hide", OPERATOR, None, "").await.status, 202);
    house.close().await;
}
