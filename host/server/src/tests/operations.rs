//! What operations people ask for: handed on with who asked, and answered with problems that say why not.

use serde_json::{Value as Json, json};

use super::client::{Reply, ask, get};
use super::house::{House, OPERATOR, VIEWER};

async fn tell(house: &House, path: &str, body: &str) -> Reply {
    let head = format!("POST /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {OPERATOR}\r\n");
    ask(house.address, format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await
}

#[tokio::test]
async fn what_is_asked_for_is_done_in_the_name_of_who_asks() {
    let house = House::new().await;
    let applied = tell(&house, "/apply", r#"{"why":"a rule for parcels"}"#).await.json();
    insta::assert_json_snapshot!("applied", applied);
    let back = |body: &'static str| tell(&house, "/rollback", body);
    for (body, expected) in [("", "before"), (r#"{"generation":"ab12"}"#, "ab12")] {
        let reply = back(body).await.json();
        assert_eq!((&reply["serving"], &reply["swap"]["kind"]), (&json!(expected), &json!("rolled_back")), "{reply}");
    }
    for (path, body, expected) in [
        ("/plan", "", json!({"text": "nothing changes"})),
        ("/shadow", r#"{"candidate":"next.toml"}"#, json!({"candidate": "next.toml", "sample_percent": 10.0})),
        ("/shadow/end", "", json!({"ended": true})),
        ("/canary/promote", r#"{"whole":true}"#, json!({"whole": true, "by": "operator"})),
        ("/canary/withdraw", r#"{"why":"too slow"}"#, json!({"why": "too slow"})),
    ] {
        assert_eq!(tell(&house, path, body).await.json(), expected, "{path}");
    }
    let order = tell(&house, "/canary", r#"{"candidate":"next.toml","steps_percent":[5,100]}"#).await.json();
    assert_eq!((&order["step_seconds"], &order["thresholds"]["fault_rate_max"]), (&json!(300), &json!(0.01)), "{order}");
    assert_eq!(get(house.address, "/api/v1/canary", VIEWER).await.json(), json!({"share_percent": 5.0}));
    assert_eq!(get(house.address, "/api/v1/shadow", VIEWER).await.problem(), "not-found");
}

#[tokio::test]
async fn what_is_not_done_says_why() {
    let house = House::new().await;
    let mut said: Vec<Json> = Vec::new();
    for (why, status) in [("refused", 422), ("held", 409), ("missing", 404), ("conflict", 409), ("unavailable", 503)] {
        let reply = tell(&house, "/apply", &json!({"why": why}).to_string()).await;
        assert_eq!(reply.status, status, "{reply:?}");
        said.push(reply.stable());
    }
    insta::assert_json_snapshot!("operations-not-done", said);
    for (path, body) in [
        ("/apply", r#"{"wy":"x"}"#),
        ("/apply", "no json"),
        ("/redecide", ""),
        ("/shadow", r#"{"sample_percent":5}"#),
        ("/canary", r#"{"candidate":"a","steps_percent":[5],"step_s":1}"#),
        ("/apply", &json!({"why": "x".repeat(3_000)}).to_string()),
    ] {
        assert_eq!(tell(&house, path, body).await.problem(), "bad-request", "{path} {body}");
    }
}

#[tokio::test]
async fn what_serves_is_not_withdrawn() {
    let house = House::new().await;
    let serving = get(house.address, "/api/v1/generation", VIEWER).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(tell(&house, "/redecide", &json!({"generation": serving}).to_string()).await.problem(), "conflict");
    assert_eq!(tell(&house, "/redecide", r#"{"generation":"beef"}"#).await.problem(), "not-found");
    assert_eq!(tell(&house, "/redecide", r#"{"generation":""}"#).await.problem(), "not-found");
}
