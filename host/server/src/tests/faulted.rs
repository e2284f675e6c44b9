//! Interactions in quarantine, and what plugins cost.

use model::{DecisionId, Digest, Fault, FaultKind, FaultedInteraction, InteractionId, Role, Timestamp};

use super::client::{Reply, ask, get, request};
use super::house::{House, OPERATOR, VIEWER};

fn row(seq: u64, plugin: &str, held: bool) -> FaultedInteraction {
    FaultedInteraction {
        seq,
        interaction: InteractionId(format!("i{seq}")),
        decision: DecisionId(format!("c{seq}")),
        connector: "open".to_owned(),
        decided_at: Timestamp(1_000 + seq),
        chain: "default".to_owned(),
        role: Role::Router,
        digest: Digest::of(plugin.as_bytes()),
        fault: Fault { plugin: plugin.to_owned(), kind: FaultKind::Fuel { fuel_max: 5 } },
        held,
    }
}

async fn house(rows: impl IntoIterator<Item = FaultedInteraction>) -> House {
    let house = House::new().await;
    house.store.faulted.lock().unwrap().extend(rows);
    house
}

async fn tell(house: &House, path: &str) -> Reply {
    ask(house.address, &request("POST", &format!("/api/v1/quarantine/interactions{path}"), &[&format!("authorization: Bearer {OPERATOR}")]))
        .await
}

#[tokio::test]
async fn they_are_listed_with_component_and_fault() {
    let house = house([row(1, "desk", true), row(2, "open", true), row(3, "desk", false), row(4, "desk", true)]).await;
    let list = async |query: &str| get(house.address, &format!("/api/v1/quarantine/interactions{query}"), VIEWER).await;
    insta::assert_json_snapshot!("faulted-interactions", list("?limit=1").await.json());
    for (query, expected) in [
        ("", "124"),
        ("?all=true", "1234"),
        ("?plugin=desk", "14"),
        ("?plugin=desk&all=true&after=1", "34"),
        ("?limit=2&after=1", "24"),
        ("?plugin=nobody", ""),
    ] {
        let page = list(query).await.json();
        let seqs: String = page["items"].as_array().unwrap().iter().map(|row| row["seq"].to_string()).collect();
        assert_eq!((seqs.as_str(), page.get("next")), (expected, None), "{query}");
    }
    for query in ["?limit=0", "?after=x", "?all=perhaps", "?plug=desk"] {
        assert_eq!(list(query).await.problem(), "bad-request", "{query}");
    }
}

#[tokio::test]
async fn one_is_decided_again() {
    let house = house([row(1, "desk", true)]).await;
    let reply = tell(&house, "/i1/redrive").await;
    assert_eq!((reply.status, reply.json()), (202, serde_json::json!({"interaction": "i1"})));
    assert_eq!(*house.store.redecided.lock().unwrap(), [InteractionId("i1".to_owned())]);
    assert_eq!(tell(&house, "/i2/redrive").await.problem(), "not-found");
    let request = request("POST", "/api/v1/quarantine/interactions/i1/redrive", &[&format!("authorization: Bearer {VIEWER}")]);
    let reply = ask(house.address, &request).await;
    assert_eq!(reply.problem(), "forbidden");
}

#[tokio::test]
async fn all_of_a_plugin_are_decided_again_a_bounded_number_at_a_time() {
    let many = (1..=1_200).map(|seq| row(seq, if seq % 100 == 0 { "open" } else { "desk" }, seq % 10 != 1));
    let house = house(many).await;
    let first = tell(&house, "/redrive?plugin=desk").await;
    assert_eq!((first.status, &first.json()["redriven"], &first.json()["more"]), (202, &1_000.into(), &true.into()));
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let rest = tell(&house, &format!("/redrive?plugin=desk&after={next}")).await.json();
    assert_eq!((&rest["redriven"], &rest["more"], rest.get("next")), (&68.into(), &false.into(), None), "{rest}");
    assert_eq!(house.store.redecided.lock().unwrap().len(), 1_068);
    assert_eq!(tell(&house, "/redrive?plugin=nobody").await.json()["redriven"], 0);
    for query in ["", "?plugin=desk&after=x", "?plugin=desk&all=true"] {
        assert_eq!(tell(&house, &format!("/redrive{query}")).await.problem(), "bad-request", "{query}");
    }
}

#[tokio::test]
async fn what_serves_is_listed_with_its_cost() {
    let house = House::new().await;
    ask(house.address, super::client::post("/hooks/open", "hello")).await;
    let mut costs = get(house.address, "/api/v1/costs", VIEWER).await.json();
    assert!(costs["at"].as_u64() > Some(0), "{costs}");
    let names = |list: &str| costs[list].as_array().unwrap().iter().map(|row| row["name"].to_string()).collect::<String>();
    assert_eq!((names("plugins").as_str(), names("chains").as_str()), (r#""desk""open""signed""#, r#""default""#));
    assert_eq!(costs["plugins"][1]["counters"]["calls"], 1);
    costs["at"] = 0.into();
    costs["plugins"].as_array_mut().unwrap().truncate(1);
    insta::assert_json_snapshot!("costs", costs);
}
