//! What the API shows.

use model::{DeliveryId, Interaction, InteractionId, InteractionRecord, InteractionState, QueueSummary, Timestamp};
use serde_json::Value as Json;

use super::client::{ask, get, post};
use super::house::{ADMIN, House, OPERATOR, VIEWER};

async fn read(house: &House, target: &str, token: &str) -> Json {
    let reply = get(house.address, target, token).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{target}: {}", reply.text());
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{target}");
    reply.json()
}

fn column(page: &Json, pointer: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|row| row.pointer(pointer).unwrap().to_string()).collect()
}

#[tokio::test]
async fn decisions_are_listed_in_pages_both_ways() {
    let house = House::new().await;
    (1..=5).for_each(|seq| drop(house.store_decision(seq)));
    let check = async |query: &str, seqs: &[&str], next: Option<&str>| {
        let page = read(&house, &format!("/api/v1/decisions{query}"), VIEWER).await;
        assert_eq!(column(&page, "/seq"), seqs, "{query}");
        assert_eq!(page.get("next").and_then(Json::as_str), next, "{query}");
    };
    check("", &["5", "4", "3", "2", "1"], None).await;
    check("?limit=2", &["5", "4"], Some("4")).await;
    check("?limit=2&before=4", &["3", "2"], Some("2")).await;
    check("?limit=2&before=2", &["1"], None).await;
    check("?limit=2&after=0", &["1", "2"], Some("2")).await;
    check("?limit=3&after=2", &["3", "4", "5"], None).await;
    check("?connector=open", &["4", "2"], None).await;
    check("?queue=desk&disposition=hold&limit=1", &["5"], Some("5")).await;
    check("?queue=other", &[], None).await;
    check("?disposition=assign", &[], None).await;
}

#[tokio::test]
async fn a_wrong_query_is_an_error_and_not_everything() {
    let house = House::new().await;
    for target in [
        "decisions?limit=0",
        "decisions?limit=500",
        "decisions?limit=x",
        "decisions?limit=-1",
        "decisions?before=x",
        "decisions?before=1&after=2",
        "decisions?disposition=lost",
        "decisions?conector=open",
        "decisions?limit=1&limit=2",
        "interactions?limit=0",
        "interactions?x=y",
        "conversations?before=x",
        "deliveries?after=x",
        "quarantine?limit=0",
        "decisions/c1/explain?lang=de",
        "decisions?before=18446744073709551616",
    ] {
        let reply = get(house.address, &format!("/api/v1/{target}"), VIEWER).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "bad-request"), "{target}");
    }
    let reply = get(house.address, "/api/v1/decisions?conector=open", VIEWER).await;
    insta::assert_json_snapshot!("problem-bad-query", reply.stable());
}

#[tokio::test]
async fn one_decision_is_shown_and_explained() {
    let house = House::new().await;
    house.store_decision(1);
    assert_eq!(read(&house, "/api/v1/decisions/c1", VIEWER).await["decision"]["interaction"], "i1");
    let explained = read(&house, "/api/v1/decisions/c1/explain?lang=fr", VIEWER).await;
    assert_eq!((explained["language"].as_str(), explained["decision"]["id"].as_str()), (Some("fr"), Some("c1")));
    assert_eq!(get(house.address, "/api/v1/decisions/c2/explain", VIEWER).await.status, 404);
}

#[tokio::test]
async fn interactions_are_shown_alone_in_lists_and_in_conversations() {
    let house = House::new().await;
    for number in 1..=3_u64 {
        let interaction = Interaction {
            id: InteractionId(format!("i{number}")),
            connector: "open".to_owned(),
            conversation: if number < 3 { "a/b c" } else { "other" }.to_owned(),
            ..Interaction::default()
        };
        house.store.interactions.lock().unwrap().push(InteractionRecord {
            interaction,
            source_id: number.to_string(),
            order_key: String::new(),
            state: InteractionState::Undecided,
            delivery: DeliveryId("d1".to_owned()),
            read_by: model::GenerationId("g".to_owned()),
            edits: 0,
            decision: None,
        });
    }
    house.store_decision(1);
    let page = read(&house, "/api/v1/interactions?limit=2", VIEWER).await;
    assert_eq!((column(&page, "/interaction/id"), page["next"].as_str()), (vec!["\"i3\"".to_owned(), "\"i2\"".to_owned()], Some("2")));
    assert_eq!(page["items"][0]["seq"], 3);
    assert_eq!(read(&house, "/api/v1/interactions/i2", VIEWER).await["source_id"], "2");
    let conversation = read(&house, "/api/v1/conversations/a%2Fb%20c", VIEWER).await;
    assert_eq!(conversation["id"], "a/b c");
    assert_eq!(column(&conversation["interactions"], "/interaction/id"), ["\"i2\"", "\"i1\""]);
    assert_eq!(get(house.address, "/api/v1/conversations/nobody", VIEWER).await.status, 404);
    assert_eq!(column(&read(&house, "/api/v1/interactions/i1/decisions", VIEWER).await, "/decision/id"), ["\"c1\""]);
    assert_eq!(column(&read(&house, "/api/v1/interactions/i2/decisions", VIEWER).await, "/decision/id").len(), 0);
    assert_eq!(get(house.address, "/api/v1/interactions/i9/decisions", VIEWER).await.status, 404);
}

#[tokio::test]
async fn what_serves_is_shown_as_it_was_staged() {
    let house = House::new().await;
    insta::assert_json_snapshot!("plugins", read(&house, "/api/v1/plugins", VIEWER).await);
    insta::assert_json_snapshot!("connectors", read(&house, "/api/v1/connectors", VIEWER).await);
    insta::assert_json_snapshot!("chains", read(&house, "/api/v1/chains", VIEWER).await);
    let serving = read(&house, "/api/v1/generation", VIEWER).await;
    assert_eq!(
        (&serving["plugins"], &serving["runtime"]["allocator"]),
        (&serde_json::json!(["desk", "open", "signed"]), &"pooling".into())
    );
    let id = serving["id"].as_str().unwrap();
    let configuration = read(&house, &format!("/api/v1/generations/{id}"), ADMIN).await;
    assert_eq!(configuration["connectors"][0]["name"], "open");
    assert_eq!(get(house.address, "/api/v1/generations/0000", ADMIN).await.status, 404);
}

#[tokio::test]
async fn queues_are_the_configured_ones_and_what_still_waits_elsewhere() {
    let house = House::new().await;
    let queue = |name: &str, waiting: u64| QueueSummary {
        name: name.to_owned(),
        title: String::new(),
        waiting,
        oldest_since: Some(Timestamp(1)),
        top: None,
    };
    house.store.queues.lock().unwrap().extend([queue("old", 2), queue("gone", 0)]);
    let page = read(&house, "/api/v1/queues", VIEWER).await;
    assert_eq!(column(&page, "/name"), ["\"desk\"", "\"old\""]);
    assert_eq!((&page["items"][0]["title"], &page["items"][0]["waiting"]), (&"The desk".into(), &0.into()));
}

#[tokio::test]
async fn what_is_in_quarantine_is_shown_without_secrets_and_given_as_a_file() {
    let house = House::new().await;
    let with = "POST /hooks/signed HTTP/1.1\r\nhost: localhost\r\nx-token: the channel's secret\r\nauthorization: Basic abc\r\ncontent-length: 6\r\n\r\nrefuse";
    let id = ask(house.address, with).await.json()["quarantined"].as_str().unwrap().to_owned();
    let page = read(&house, "/api/v1/quarantine", VIEWER).await;
    assert_eq!(column(&page, "/id"), [format!("{id:?}")]);
    let one = read(&house, &format!("/api/v1/quarantine/{id}"), OPERATOR).await;
    assert_eq!((&one["delivery"]["body"], &one["quarantined"]["connector"]), (&"refuse".into(), &"signed".into()));
    assert!(!one.to_string().contains("secret") && !one.to_string().contains("abc"), "{one}");
    let raw = get(house.address, &format!("/api/v1/quarantine/{id}/raw"), OPERATOR).await;
    assert_eq!((raw.status, raw.text().as_str()), (200, "refuse"));
    assert!(raw.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(raw.header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn deliveries_and_totals_are_shown() {
    let house = House::new().await;
    for body in ["one", "two", "three"] {
        ask(house.address, post("/hooks/open", body)).await;
    }
    let page = read(&house, "/api/v1/deliveries?limit=2", VIEWER).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = read(&house, &format!("/api/v1/deliveries?limit=2&before={}", page["next"].as_str().unwrap()), VIEWER).await;
    assert_eq!((next["items"].as_array().unwrap().len(), next.get("next")), (1, None));
    assert_eq!(read(&house, "/api/v1/totals", VIEWER).await["deliveries"], 3);
}

#[tokio::test]
async fn a_store_that_is_down_is_a_problem_that_tells_nothing_of_it() {
    let house = House::new().await;
    house.store.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let reply = get(house.address, "/api/v1/totals", VIEWER).await;
    insta::assert_json_snapshot!("problem-store-unavailable", reply.stable());
    assert!(reply.header("retry-after").is_some());
}

#[tokio::test]
async fn a_delivery_in_quarantine_is_run_again() {
    let house = House::new().await;
    let id = ask(house.address, post("/hooks/open", "refuse")).await.json()["quarantined"].as_str().unwrap().to_owned();
    let redrive =
        super::client::request("POST", &format!("/api/v1/quarantine/{id}/redrive"), &[&format!("authorization: Bearer {OPERATOR}")]);
    let reply = ask(house.address, &redrive).await;
    insta::assert_json_snapshot!("problem-still-refused", reply.stable());
    assert_eq!(house.store.quarantine.lock().unwrap()[0].0.tries, 2);
    // The mend: here the delivery itself becomes readable.
    house.store.quarantine.lock().unwrap()[0].1.body = b"readable".to_vec();
    let reply = ask(house.address, &redrive).await;
    assert_eq!((reply.status, &reply.json()["facts"]), (200, &1.into()));
    assert_eq!(ask(house.address, &redrive).await.problem(), "not-found");
    assert!(house.store.quarantine.lock().unwrap().is_empty());
}

#[tokio::test]
async fn reasons_are_told_in_the_readers_language() {
    let house = House::new().await;
    house.store_decision(1);
    let reason = model::Reason::new("no-router", "No router said where it goes, so a person decides.");
    let signal = model::Signal {
        name: "sentiment".to_owned(),
        value: model::Value::Number(-0.5),
        confidence: None,
        evidence: Vec::new(),
        reasons: vec![model::Reason::new("harsh", "Harsh words.")],
        source: "open".to_owned(),
    };
    let step = |role, outcome| model::StepRecord {
        plugin: "open".to_owned(),
        digest: model::Digest::default(),
        role,
        fallback_for: None,
        saw: None,
        outcome,
        cost: model::Cost::default(),
    };
    let fault = model::Fault { plugin: "desk".to_owned(), kind: model::FaultKind::Stack };
    let steps = vec![
        step(model::Role::Classifier, model::StepOutcome::Said(serde_json::to_value([signal]).unwrap())),
        step(model::Role::Router, model::StepOutcome::Faulted(fault)),
    ];
    for (_, stored) in house.store.decisions.lock().unwrap().iter_mut() {
        stored.decision.routing.reasons = vec![reason.clone()];
        stored.trace = Some(model::Trace { steps: steps.clone(), ..model::Trace::default() });
    }
    insta::assert_json_snapshot!("sentences-en", read(&house, "/api/v1/decisions/c1/explain", VIEWER).await["sentences"]);
    insta::assert_json_snapshot!("sentences-fr", read(&house, "/api/v1/decisions/c1/explain?lang=fr", VIEWER).await["sentences"]);
}
