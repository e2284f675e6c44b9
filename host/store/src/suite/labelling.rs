//! What people did with what was decided.

use dispatch::port::{RecordedRange, StoreError};
use model::{Disposition, InteractionId, Label, Situation, Timestamp};

use super::Backend;
use super::fixtures::{accept, decide_first, decided, edited, pending, said};

pub(crate) fn label(interaction: &InteractionId) -> Label {
    Label {
        seq: 0,
        interaction: interaction.clone(),
        decision: model::DecisionId::default(),
        at: Timestamp(2_000_000),
        by: "ann".to_owned(),
        queue: None,
        score: None,
    }
}

async fn situation(store: &dyn Backend) -> Situation {
    store.conversations(None, 1).await.unwrap().remove(0).situation
}

pub(crate) async fn a_label_judges_the_latest_decision(store: &dyn Backend) {
    let id = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    let first = decide_first(store, "q").await.decision.id;
    let mut given = vec![store.label(Label { score: Some(90.5), ..label(&id) }).await.unwrap()];
    accept(store, vec![edited("1", "one!", 2)]).await;
    let second = decide_first(store, "q").await.decision.id;
    given.push(store.label(Label { queue: Some("other".to_owned()), ..label(&id) }).await.unwrap());
    let expected = [
        Label { seq: given[0].seq, decision: first, score: Some(90.5), ..label(&id) },
        Label { seq: given[1].seq, decision: second, queue: Some("other".to_owned()), ..label(&id) },
    ];
    assert_eq!(given, expected);
    assert!(0 < given[0].seq && given[0].seq < given[1].seq);
    let recorded = store.recorded(RecordedRange { limit: 10, ..RecordedRange::default() }).await.unwrap();
    let labels: Vec<_> = recorded.into_iter().map(|recorded| recorded.label).collect();
    assert_eq!(labels, [Some(given[1].clone()), Some(given[1].clone())], "what was done last counts for the interaction");
}

pub(crate) async fn a_transfer_moves_the_conversation_and_nothing_else(store: &dyn Backend) {
    let id = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    decide_first(store, "q").await;
    accept(store, vec![said("2", "two", 2)]).await;
    let waiting = pending(store).await;
    let before = situation(store).await;
    store.label(label(&id)).await.unwrap();
    assert_eq!(situation(store).await, before, "a label without a queue says that the decided one was right");
    store.label(Label { queue: Some("other".to_owned()), ..label(&id) }).await.unwrap();
    assert_eq!(situation(store).await, Situation { queue: Some("other".to_owned()), ..before });
    let queues: Vec<_> = store.queues().await.unwrap().into_iter().map(|queue| (queue.name, queue.waiting, queue.oldest_since)).collect();
    assert_eq!(queues, [("other".to_owned(), 1, Some(Timestamp(2_000_000)))]);
    assert_eq!(store.work(&waiting[0]).await.unwrap().situation.queue.as_deref(), Some("other"), "what the policy is told");
    store.label(Label { queue: Some("other".to_owned()), at: Timestamp(3_000_000), ..label(&id) }).await.unwrap();
    assert_eq!(store.queues().await.unwrap()[0].oldest_since, Some(Timestamp(2_000_000)), "it was there already");
}

pub(crate) async fn a_transfer_opens_a_case(store: &dyn Backend) {
    let id = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    let filed = decided(store, &pending(store).await[0], Disposition::File, 0.0).await;
    store.decide(filed).await.unwrap();
    assert!(!situation(store).await.case_open);
    store.label(Label { queue: Some("q".to_owned()), ..label(&id) }).await.unwrap();
    let after = situation(store).await;
    assert_eq!((after.case_open, after.opened_at, after.queue.as_deref()), (true, Some(Timestamp(2_000_000)), Some("q")));
}

pub(crate) async fn what_nobody_decided_cannot_be_judged(store: &dyn Backend) {
    let id = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    for unknown in [id, InteractionId("i0".to_owned())] {
        let label = Label { queue: Some("q".to_owned()), ..label(&unknown) };
        assert!(matches!(store.label(label).await, Err(StoreError::NotFound { .. })));
    }
    assert_eq!(store.queues().await.unwrap(), []);
}
