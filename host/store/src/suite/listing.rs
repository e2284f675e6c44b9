use dispatch::port::{DecisionFilter, Intake, InteractionFilter, Store, StoreError};
use model::{Configuration, DecisionId, DeliveryId, Disposition, Event, GenerationId, InteractionId, Item, QueueSpec, Timestamp};

use super::fixtures::{RECEIVED, accept, assign, decided, fact, intake, item, pending, said};

/// Item `id` in a conversation of its own.
fn alone(id: &str, at: u64) -> model::Fact {
    fact(Event::Said(Item { conversation: None, ..item(id, id, at) }))
}

async fn decide_all(store: &dyn Store, dispositions: &[(Disposition, f32)]) {
    for (waiting, (disposition, score)) in pending(store).await.iter().zip(dispositions) {
        let new = decided(store, waiting, disposition.clone(), *score).await;
        store.decide(new).await.unwrap();
    }
}

pub(crate) async fn decisions_have_pages_and_filters(store: &dyn Store) {
    accept(store, (1..=4).map(|at| alone(&at.to_string(), at)).collect()).await;
    let hold = Disposition::Hold("h".to_owned());
    decide_all(store, &[(assign("q"), 1.0), (hold, 2.0), (Disposition::File, 3.0), (assign("q"), 4.0)]).await;
    let check = async |filter: DecisionFilter, expected: &[&str]| {
        let found = store.decisions(DecisionFilter { limit: filter.limit.max(10), ..filter.clone() }).await.unwrap();
        assert_eq!(found.iter().map(|summary| summary.excerpt.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
        found.iter().map(|summary| summary.seq).collect::<Vec<_>>()
    };
    let none = DecisionFilter::default;
    let seqs = check(none(), &["4", "3", "2", "1"]).await;
    check(DecisionFilter { before: Some(seqs[1]), ..none() }, &["2", "1"]).await;
    check(DecisionFilter { after: Some(seqs[2]), ..none() }, &["3", "4"]).await;
    check(DecisionFilter { queue: Some("q".to_owned()), ..none() }, &["4", "1"]).await;
    check(DecisionFilter { disposition: Some("hold".to_owned()), ..none() }, &["2"]).await;
    check(DecisionFilter { connector: Some("other".to_owned()), ..none() }, &[]).await;
    assert_eq!(store.decisions(DecisionFilter { limit: 2, ..none() }).await.unwrap().len(), 2);
}

pub(crate) async fn interactions_have_pages_and_filters(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    store.accept(Intake { connector: "second".to_owned(), ..intake(vec![said("1", "three", 3)]) }).await.unwrap();
    let conversation = store.conversations(None, 10).await.unwrap().into_iter().find(|found| found.connector == "desk").unwrap();
    let check = async |filter: InteractionFilter, expected: &[&str]| {
        let found = store.interactions(InteractionFilter { limit: 10, ..filter.clone() }).await.unwrap();
        assert_eq!(found.iter().map(|(_, record)| record.interaction.text.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
        found.iter().map(|(seq, _)| *seq).collect::<Vec<_>>()
    };
    let none = InteractionFilter::default;
    let seqs = check(none(), &["three", "two", "one"]).await;
    check(InteractionFilter { before: Some(seqs[0]), ..none() }, &["two", "one"]).await;
    check(InteractionFilter { connector: Some("second".to_owned()), ..none() }, &["three"]).await;
    check(InteractionFilter { conversation: Some(conversation.id.clone()), ..none() }, &["two", "one"]).await;
    check(InteractionFilter { conversation: Some("no such".to_owned()), ..none() }, &[]).await;
    assert_eq!((conversation.conversation.as_str(), conversation.situation.inbound_count), ("talk", 2));
}

pub(crate) async fn conversations_are_latest_first(store: &dyn Store) {
    accept(store, vec![alone("old", 1), alone("new", 3), alone("middle", 2)]).await;
    let names = async |before: Option<u64>| {
        let found = store.conversations(before.map(Timestamp), 10).await.unwrap();
        found.into_iter().map(|found| found.conversation).collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["new", "middle", "old"]);
    assert_eq!(names(Some(3)).await, ["middle", "old"]);
    assert_eq!(names(Some(1)).await, [""; 0]);
}

pub(crate) async fn deliveries_are_newest_first(store: &dyn Store) {
    let first = accept(store, vec![said("1", "one", 1)]).await.delivery;
    let second = accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await.delivery;
    let found = store.deliveries(None, 10).await.unwrap();
    let rows: Vec<_> = found.iter().map(|row| (row.id.clone(), row.facts, row.duplicates, row.received_at)).collect();
    assert_eq!(rows, [(second.clone(), 1, 1, RECEIVED), (first, 1, 0, RECEIVED)]);
    assert_eq!(store.deliveries(Some(&second), 10).await.unwrap(), found[1..]);
}

pub(crate) async fn queues_tell_who_waits(store: &dyn Store) {
    accept(store, (1..=4).map(|at| alone(&at.to_string(), at)).collect()).await;
    let hold = Disposition::Hold("h".to_owned());
    decide_all(store, &[(assign("q"), 10.0), (assign("q"), 90.5), (hold, 2.0), (Disposition::File, 3.0)]).await;
    let found = store.queues().await.unwrap();
    let rows: Vec<_> = found
        .iter()
        .map(|queue| (queue.name.as_str(), queue.waiting, queue.oldest_since, queue.top.as_ref().map(|top| top.score)))
        .collect();
    let since = Some(RECEIVED.plus_ms(10));
    assert_eq!(rows, [("h", 1, since, Some(2.0)), ("q", 2, since, Some(90.5))]);
}

pub(crate) async fn generations_are_remembered(store: &dyn Store) {
    let queue = QueueSpec { name: "q".to_owned(), title: "Queue".to_owned() };
    let configuration = Configuration { queues: vec![queue], ..Configuration::default() };
    let id = configuration.generation().unwrap();
    store.remember_generation(&id, &configuration, RECEIVED).await.unwrap();
    store.remember_generation(&id, &configuration, RECEIVED.plus_ms(1)).await.unwrap();
    assert_eq!(store.generation(&id).await.unwrap(), configuration);
    store.ready().await.unwrap();
}

pub(crate) async fn what_is_not_there_is_not_found(store: &dyn Store) {
    let check = |outcome: Result<(), StoreError>, expected: &str| assert_eq!(outcome.unwrap_err().to_string(), expected);
    let none = "none".to_owned();
    check(store.interaction(&InteractionId(none.clone())).await.map(drop), "there is no interaction `none`");
    check(store.decision(&DecisionId(none.clone())).await.map(drop), "there is no decision `none`");
    check(store.generation(&GenerationId(none.clone())).await.map(drop), "there is no generation `none`");
    check(store.quarantined_raw(&DeliveryId(none.clone())).await.map(drop), "there is no delivery in quarantine `none`");
    check(store.deliveries(Some(&DeliveryId(none.clone())), 1).await.map(drop), "there is no delivery `none`");
    assert_eq!(store.decisions_of(&InteractionId(none)).await.unwrap(), []);
}
