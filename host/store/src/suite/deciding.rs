use dispatch::port::{Commit, Store, StoreError};
use model::{Disposition, InteractionId, Timestamp, canonical_json};

use super::fixtures::{RECEIVED, accept, assign, decide_first, decided, echo, pending, said, signal};

pub(crate) async fn an_occasion_is_decided_once(store: &dyn Store) {
    accept(store, vec![said("1", "hello", 1)]).await;
    let waiting = pending(store).await;
    let first = decided(store, &waiting[0], assign("q"), 1.0).await;
    let second = decided(store, &waiting[0], assign("other"), 2.0).await;
    assert!(matches!(store.decide(first.clone()).await.unwrap(), Commit::Stored { .. }));
    assert_eq!(store.decide(first).await.unwrap(), Commit::AlreadyDecided);
    assert_eq!(store.decide(second.clone()).await.unwrap(), Commit::AlreadyDecided);
    assert_eq!(pending(store).await, []);
    assert!(matches!(store.work(&waiting[0]).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(store.decision(&second.decision.id).await, Err(StoreError::NotFound { .. })), "nothing of the second was kept");
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.decisions, totals.effects_pending, totals.pending), (1, 2, 0));
}

pub(crate) async fn one_of_many_at_once_decides(store: &dyn Store) {
    accept(store, vec![said("1", "hello", 1)]).await;
    let waiting = pending(store).await;
    let mut tries = Vec::new();
    for _ in 0..16 {
        tries.push(decided(store, &waiting[0], assign("q"), 1.0).await);
    }
    let commits = futures::future::join_all(tries.into_iter().map(|new| store.decide(new))).await;
    let stored = commits.iter().filter(|commit| matches!(commit, Ok(Commit::Stored { .. }))).count();
    let already = commits.iter().filter(|commit| matches!(commit, Ok(Commit::AlreadyDecided))).count();
    assert_eq!((stored, already), (1, 15));
}

pub(crate) async fn a_decision_is_kept_with_trace_and_effects(store: &dyn Store) {
    accept(store, vec![said("1", &"é".repeat(300), 1)]).await;
    let new = decided(store, &pending(store).await[0], assign("q"), 70.0).await;
    let Commit::Stored { summary, .. } = store.decide(new.clone()).await.unwrap() else { panic!("it waited") };
    assert_eq!((summary.connector.as_str(), summary.channel.as_str(), summary.author.as_deref()), ("desk", "test", Some("ann")));
    assert_eq!((summary.excerpt.chars().count(), summary.faulted, &summary.signals), (200, false, &vec![signal()]));
    let stored = store.decision(&new.decision.id).await.unwrap();
    assert_eq!(stored.decision, new.decision);
    assert_eq!(canonical_json(&stored.trace).unwrap(), canonical_json(&new.trace).unwrap());
    let effects: Vec<_> = stored.effects.iter().map(|effect| (effect.key.clone(), effect.effect.clone(), effect.state.as_str())).collect();
    let expected: Vec<_> = (1..)
        .zip(&new.decision.routing.effects)
        .map(|(at, effect)| (format!("{}.{at}", new.decision.id), effect.clone(), "pending"))
        .collect();
    assert_eq!(effects, expected);
}

pub(crate) async fn a_decision_moves_the_conversation(store: &dyn Store) {
    accept(store, vec![said("1", "hello", 1)]).await;
    decide_first(store, "q").await;
    accept(store, vec![said("2", "thanks", 2)]).await;
    let filed = decided(store, &pending(store).await[0], Disposition::File, 0.0).await;
    assert_eq!(filed.trace.situation.queue.as_deref(), Some("q"), "what the policy was told");
    store.decide(filed).await.unwrap();
    let situation = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.case_open, situation.queue.as_deref()), (true, Some("q")), "filing takes nobody out of a queue");
    assert_eq!(situation.opened_at, Some(RECEIVED.plus_ms(10)));
    assert_eq!(situation.first_response_due_at, Some(RECEIVED.plus_ms(60_000)));
    assert_eq!(situation.resolution_due_at, Some(RECEIVED.plus_ms(3_600_000)));
    accept(store, vec![echo("e", 3)]).await;
    let situation = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.first_response_due_at, situation.last_reply_at), (None, Some(Timestamp(3))));
    assert!(situation.case_open && situation.resolution_due_at.is_some());
}

pub(crate) async fn counts_are_as_of_the_occasion(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1)]).await;
    accept(store, vec![said("2", "two", 2), said("3", "three", 3)]).await;
    let mut counts = Vec::new();
    for waiting in pending(store).await {
        let situation = store.work(&waiting).await.unwrap().situation;
        counts.push((situation.inbound_count, situation.unanswered_count));
    }
    assert_eq!(counts, [(1, 1), (2, 2), (3, 3)], "however late they are decided");
    let waiting = pending(store).await;
    assert!(waiting.iter().all(|pending| pending.order_key == waiting[0].order_key));
    assert_eq!(store.pending(waiting[0].seq, 1).await.unwrap(), waiting[1..2]);
}

pub(crate) async fn what_is_about_something_else_is_refused(store: &dyn Store) {
    accept(store, vec![said("1", "hello", 1)]).await;
    let waiting = pending(store).await;
    let mut unknown = decided(store, &waiting[0], assign("q"), 1.0).await;
    unknown.seq += 100;
    assert!(matches!(store.decide(unknown).await, Err(StoreError::NotFound { .. })));
    let mut other = decided(store, &waiting[0], assign("q"), 1.0).await;
    other.decision.interaction = InteractionId("i0".to_owned());
    assert!(matches!(store.decide(other).await, Err(StoreError::Corrupt(_))));
    assert_eq!(pending(store).await, waiting);
}
