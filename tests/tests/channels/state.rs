//! What a payload leaves in the store does not depend on how often it comes, nor on the order of its parts; and only what customers say
//! waits for a decision.

use std::collections::BTreeMap;
use std::path::Path;

use dispatch::port::{Intake, InteractionFilter, Store as _};
use model::{Direction, Event, Fact, GenerationId};
use serde_json::{Value, json};
use store::{SqliteStore, StoreSettings};

use super::payload::{Channel, NOW, channels, delivery};

/// Kinds of labels that may open a case.
const OPENERS: [&str; 6] = ["message", "comment", "post", "mention", "review", "lead"];
/// Rows of one answer of the store.
const PAGE: u32 = 500;

/// How a payload comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coming {
    Once,
    Twice,
    Shuffled,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repetition_and_order_change_nothing_and_only_words_of_customers_wait() {
    let mut wrong = Vec::new();
    for (name, payloads) in channels() {
        let channel = Channel::open(name, payloads).await;
        let readings = readings(&channel).await;
        let place = tempfile::tempdir().expect("a temporary folder");
        let once = state(&channel, &readings, Coming::Once, place.path()).await;
        for coming in [Coming::Twice, Coming::Shuffled] {
            let other = state(&channel, &readings, coming, place.path()).await;
            wrong.extend(differences(&channel, coming, &once, &other));
        }
        wrong.extend(wrongly_waiting(&channel, &readings, &once));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the connector makes of each payload.
async fn readings(channel: &Channel) -> Vec<Vec<Fact>> {
    let mut readings = Vec::new();
    for payload in &channel.payloads {
        let facts = channel.read(&payload.label, &payload.bytes).await;
        readings.push(facts.unwrap_or_else(|fault| panic!("{}: the plugin {fault}", payload.shown)));
    }
    readings
}

/// What is in a fresh store after all payloads of a channel came, each through a connector of its own.
struct State {
    /// By the payload: its interactions and conversations.
    payloads: Vec<Value>,
    /// By the payload: how many wait for a decision.
    waiting: Vec<usize>,
    totals: Value,
}

async fn state(channel: &Channel, readings: &[Vec<Fact>], coming: Coming, place: &Path) -> State {
    let file = place.join(format!("{coming:?}.db"));
    let store = SqliteStore::open(&file, StoreSettings::default()).await.expect("a store");
    for (number, facts) in readings.iter().enumerate() {
        let bytes = &channel.payloads[number].bytes;
        for facts in comings(facts, coming, number) {
            store.accept(intake(channel, number, bytes, facts)).await.expect("accepted");
        }
    }
    let mut waiting = vec![0; readings.len()];
    let mut after = 0;
    loop {
        let pending = store.pending(after, PAGE).await.expect("what waits");
        let Some(last) = pending.last() else { break };
        after = last.seq;
        for one in &pending {
            let connector = store.interaction(&one.interaction).await.expect("an interaction").interaction.connector;
            let number: usize = connector.trim_start_matches("payload-").parse().expect("a number");
            waiting[number] += 1;
        }
    }
    let mut payloads = Vec::new();
    for number in 0..readings.len() {
        payloads.push(interactions(&store, number).await);
    }
    let totals = store.totals().await.expect("totals");
    let totals = json!({"facts": totals.facts, "interactions": totals.interactions, "pending": totals.pending});
    store.close().await;
    State { payloads, waiting, totals }
}

/// The facts of each delivery of a payload.
fn comings(facts: &[Fact], coming: Coming, number: usize) -> Vec<Vec<Fact>> {
    match coming {
        Coming::Once => vec![facts.to_vec()],
        Coming::Twice => vec![facts.to_vec(), facts.to_vec()],
        Coming::Shuffled => {
            let other: Vec<Fact> = shuffled(facts, number);
            vec![other, facts.iter().rev().cloned().collect()]
        }
    }
}

/// The facts in another order, the same each time: a linear congruential generator draws it.
fn shuffled(facts: &[Fact], seed: usize) -> Vec<Fact> {
    let mut rest = facts.to_vec();
    let mut drawn = Vec::with_capacity(rest.len());
    let mut state = seed.wrapping_add(1);
    while !rest.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        drawn.push(rest.remove((state >> 33) % rest.len()));
    }
    drawn
}

fn intake(channel: &Channel, number: usize, bytes: &[u8], facts: Vec<Fact>) -> Intake {
    Intake {
        connector: format!("payload-{number}"),
        channel: channel.name.clone(),
        account: None,
        received_at: NOW,
        read_by: GenerationId("generation".to_owned()),
        raw: delivery(bytes),
        facts,
        cursor: None,
    }
}

/// What the store knows of a payload, without what is drawn by lot: ids and sequence numbers.
async fn interactions(store: &SqliteStore, number: usize) -> Value {
    let filter = InteractionFilter { connector: Some(format!("payload-{number}")), limit: PAGE, ..InteractionFilter::default() };
    let found = store.interactions(filter).await.expect("interactions");
    assert!(found.len() < PAGE as usize, "payload {number} has more interactions than are compared");
    let mut all = BTreeMap::new();
    for (_, record) in found {
        let mut shown = serde_json::to_value(&record).expect("JSON");
        forget(&mut shown);
        all.insert(shown.to_string(), shown);
    }
    all.into_values().collect()
}

/// Drops ids of the host's own.
fn forget(value: &mut Value) {
    const OWN: [&str; 5] = ["id", "seq", "delivery", "deliveries", "decisions"];
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|name, _| !OWN.contains(&name.as_str()));
        if let Some(interaction) = fields.get_mut("interaction").and_then(Value::as_object_mut) {
            interaction.retain(|name, _| name != "id");
        }
    }
}

fn differences(channel: &Channel, coming: Coming, once: &State, other: &State) -> Vec<String> {
    let pairs = once.payloads.iter().zip(&other.payloads).zip(&channel.payloads).filter(|((one, two), _)| one != two);
    let mut wrong: Vec<String> = pairs.map(|((one, two), payload)| format!("{} {coming:?}:\n  {one}\n  {two}", payload.shown)).collect();
    let waits = once.waiting.iter().zip(&other.waiting).zip(&channel.payloads).filter(|((one, two), _)| one != two);
    wrong.extend(waits.map(|((one, two), payload)| format!("{} {coming:?}: {two} wait, not {one}", payload.shown)));
    if once.totals != other.totals {
        wrong.push(format!("{} {coming:?}: {} not {}", channel.name, other.totals, once.totals));
    }
    wrong
}

/// Payloads of which something waits for a decision that no customer has said, by the facts and by the labels.
fn wrongly_waiting(channel: &Channel, readings: &[Vec<Fact>], state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((payload, facts), waiting) in channel.payloads.iter().zip(readings).zip(&state.waiting) {
        let words = |fact: &Fact| matches!(&fact.event, Event::Said(item) if item.direction == Direction::Inbound);
        let said = facts.iter().filter(|fact| words(fact)).count();
        if *waiting > said {
            wrong.push(format!("{}: {waiting} wait, {said} were said", payload.shown));
        }
        // Bounces, automatic replies, receipts, reactions, echoes: nothing in the whole payload may wait, so nothing can be answered.
        let labelled = payload.label["interactions"].as_array().filter(|_| payload.label["partial"] != json!(true));
        if labelled.is_some_and(|items| !items.iter().any(opens)) && *waiting > 0 {
            wrong.push(format!("{}: {waiting} wait, but nothing in it opens a case", payload.shown));
        }
    }
    wrong
}

/// Whether a labelled item may open a case.
fn opens(item: &Value) -> bool {
    let kinds = item["kind_any"].as_array().into_iter().flatten().chain([&item["kind"]]);
    let unlabelled = item.get("kind").is_none() && item.get("kind_any").is_none();
    item["direction"] != "echo" && (unlabelled || kinds.filter_map(Value::as_str).any(|kind| OPENERS.contains(&kind)))
}
