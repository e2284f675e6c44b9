//! What happened to generations, and what people did with what they decided.

use model::{GenerationId, Label, Swap, SwapKind, SwapTrigger, Timestamp};
use serde_json::json;

use super::client::{Reply, ask, get};
use super::house::{House, OPERATOR, VIEWER};

fn swap(seq: u64, kind: SwapKind) -> Swap {
    Swap {
        seq,
        at: Timestamp(1_000 + seq),
        generation: (kind != SwapKind::Refused).then(|| GenerationId(format!("g{seq}"))),
        before: Some(GenerationId("g0".to_owned())),
        kind,
        trigger: SwapTrigger::Api,
        by: "ann".to_owned(),
        why: "The rule for parcels was wrong.".to_owned(),
        share_ppm: None,
        staging_ms: 120,
        publishing_ns: 450,
    }
}

#[tokio::test]
async fn swaps_are_listed_newest_first() {
    let house = House::new().await;
    house.store.swaps.lock().unwrap().extend([swap(1, SwapKind::Applied), swap(2, SwapKind::Refused), swap(3, SwapKind::RolledBack)]);
    let list = async |query: &str| get(house.address, &format!("/api/v1/history{query}"), VIEWER).await;
    insta::assert_json_snapshot!("history", list("?limit=2").await.json());
    for (query, expected) in [("", "321"), ("?before=3", "21"), ("?before=2&limit=1", "1"), ("?before=1", "")] {
        let page = list(query).await.json();
        let seqs: String = page["items"].as_array().unwrap().iter().map(|row| row["seq"].to_string()).collect();
        assert_eq!((seqs.as_str(), page.get("next")), (expected, None), "{query}");
    }
    for query in ["?limit=0", "?before=x", "?after=1"] {
        assert_eq!(list(query).await.problem(), "bad-request", "{query}");
    }
}

async fn label(house: &House, interaction: &str, token: &str, body: &str) -> Reply {
    let head = format!("POST /api/v1/interactions/{interaction}/label HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n");
    ask(house.address, format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await
}

#[tokio::test]
async fn what_people_did_is_kept_with_who_did_it() {
    let house = House::new().await;
    house.store_decision(1);
    let mut kept = Vec::new();
    for (body, expected) in [
        (r#"{"queue":"desk"}"#, json!({"queue": "desk"})),
        (r#"{"score":90.5}"#, json!({"score": 90.5})),
        (r#"{"queue":"desk","score":0}"#, json!({"queue": "desk", "score": 0.0})),
        ("{}", json!({})),
        ("", json!({})),
    ] {
        let reply = label(&house, "i1", OPERATOR, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let label: Label = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((label.by.as_str(), label.decision.0.is_empty()), ("operator", false));
        assert!(label.at > Timestamp(0));
        let mut said = json!({});
        label.queue.iter().for_each(|queue| said["queue"] = queue.as_str().into());
        label.score.iter().for_each(|score| said["score"] = (*score).into());
        assert_eq!(said, expected, "{body}");
        kept.push(label);
    }
    assert_eq!(*house.store.labels.lock().unwrap(), kept);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let house = House::new().await;
    house.store_decision(1);
    let mut told = Vec::new();
    for body in [
        r#"{"queue":"nowhere"}"#,
        r#"{"score":100.5}"#,
        r#"{"score":-1}"#,
        r#"{"score":"high"}"#,
        r#"{"queues":"desk"}"#,
        "[]",
        r#"["desk"]"#,
        "{",
    ] {
        let reply = label(&house, "i1", OPERATOR, body).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "bad-request"), "{body}");
        told.push(format!("{body}\n{}", reply.json()["detail"].as_str().unwrap()));
    }
    insta::assert_snapshot!("label-refusals", told.join("\n\n"));
    assert_eq!(label(&house, "nobody", OPERATOR, "{}").await.problem(), "not-found");
    assert_eq!(label(&house, "i1", VIEWER, "{}").await.problem(), "forbidden");
    assert!(house.store.labels.lock().unwrap().is_empty());
}
