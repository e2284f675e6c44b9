//! Interactions about which a plugin failed.

use dispatch::catalogue::HELD_AFTER_FAULT;
use dispatch::port::{Commit, FaultedFilter, NewDecision, Pending, Store, StoreError};
use model::{Digest, Disposition, Fault, FaultKind, FaultedInteraction, InteractionId, Reason, Role, StepOutcome, StepRecord, Trigger};

use super::fixtures::{RECEIVED, accept, assign, decide_first, decided, edited, pending, removed, said};

fn trap(plugin: &str) -> Fault {
    Fault { plugin: plugin.to_owned(), kind: FaultKind::Trap("unreachable".to_owned()) }
}

/// A decision about what waits in which these steps failed; the interaction is held because of `held`.
async fn failed(store: &dyn Store, pending: &Pending, faults: &[Fault], held: Option<&Fault>) -> NewDecision {
    let mut new = decided(store, pending, assign("q"), 1.0).await;
    let step = new.trace.steps.remove(0);
    let faulted = |fault: &Fault| StepRecord {
        plugin: fault.plugin.clone(),
        digest: Digest::of(fault.plugin.as_bytes()),
        role: Role::Router,
        outcome: StepOutcome::Faulted(fault.clone()),
        ..step.clone()
    };
    new.trace.steps = faults.iter().map(faulted).collect();
    if let Some(fault) = held {
        let reason = Reason::new(HELD_AFTER_FAULT, "A person decides.");
        new.decision.routing.reasons = vec![reason.with("plugin", fault.plugin.as_str()).with("fault", fault.kind.name())];
        new.decision.routing.disposition = Disposition::Hold("people".to_owned());
        new.decision.routing.effects.clear();
    }
    new
}

async fn hold_first(store: &dyn Store, plugin: &str) -> InteractionId {
    let fault = trap(plugin);
    let new = failed(store, &pending(store).await[0], std::slice::from_ref(&fault), Some(&fault)).await;
    let interaction = new.decision.interaction.clone();
    store.decide(new).await.unwrap();
    interaction
}

async fn listed(store: &dyn Store, filter: FaultedFilter) -> Vec<FaultedInteraction> {
    store.faulted(FaultedFilter { limit: filter.limit.max(10), ..filter }).await.unwrap()
}

async fn held_total(store: &dyn Store) -> u64 {
    store.totals().await.unwrap().held_after_fault
}

fn not_found(outcome: &Result<(), StoreError>) {
    assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "{outcome:?}");
}

pub(crate) async fn what_failed_is_listed(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1), said("2", "two", 2), said("3", "three", 3)]).await;
    let waiting = pending(store).await;
    let fuel = Fault { plugin: "loop".to_owned(), kind: FaultKind::Fuel { fuel_max: 5 } };
    let (first, second) = (trap("crash"), trap("crash2"));
    let held = failed(store, &waiting[0], &[fuel.clone(), first.clone(), second.clone()], Some(&second)).await;
    let decision = held.decision.clone();
    store.decide(held).await.unwrap();
    let skipped = failed(store, &waiting[1], std::slice::from_ref(&fuel), None).await;
    let Commit::Stored { summary, .. } = store.decide(skipped).await.unwrap() else { panic!("it waited") };
    assert!(summary.faulted);
    decide_first(store, "q").await;

    let all = listed(store, FaultedFilter { all: true, ..FaultedFilter::default() }).await;
    let rows: Vec<_> = all.iter().map(|row| (row.interaction.clone(), row.fault.clone(), row.held)).collect();
    let [one, two] = [&waiting[0], &waiting[1]].map(|waiting| waiting.interaction.clone());
    assert_eq!(
        rows,
        [(one.clone(), fuel.clone(), false), (one.clone(), first, false), (one.clone(), second.clone(), true), (two, fuel, false)]
    );
    let only = listed(store, FaultedFilter::default()).await;
    let expected = FaultedInteraction {
        seq: only[0].seq,
        interaction: one,
        decision: decision.id,
        connector: "desk".to_owned(),
        decided_at: RECEIVED.plus_ms(10),
        chain: "default".to_owned(),
        role: Role::Router,
        digest: Digest::of(b"crash2"),
        fault: second,
        held: true,
    };
    assert_eq!(only, [expected]);
    let check = async |filter: FaultedFilter, expected: &[&FaultedInteraction]| {
        assert_eq!(listed(store, filter.clone()).await.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    };
    let plugin = |name: &str, all| FaultedFilter { plugin: Some(name.to_owned()), all, ..FaultedFilter::default() };
    check(plugin("loop", true), &[&all[0], &all[3]]).await;
    check(plugin("loop", false), &[]).await;
    check(plugin("crash2", false), &[&all[2]]).await;
    check(FaultedFilter { after: all[1].seq, all: true, ..FaultedFilter::default() }, &[&all[2], &all[3]]).await;
    let page = store.faulted(FaultedFilter { limit: 2, all: true, ..FaultedFilter::default() }).await.unwrap();
    assert_eq!(page, all[..2]);
    assert_eq!(held_total(store).await, 1, "interactions, not faults");
}

pub(crate) async fn the_last_fault_of_its_kind_is_the_cause(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1)]).await;
    let fault = trap("crash");
    let new = failed(store, &pending(store).await[0], &[fault.clone(), fault.clone()], Some(&fault)).await;
    store.decide(new).await.unwrap();
    let all = listed(store, FaultedFilter { all: true, ..FaultedFilter::default() }).await;
    assert_eq!(all.iter().map(|row| row.held).collect::<Vec<_>>(), [false, true]);
}

pub(crate) async fn another_decision_takes_it_out(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1)]).await;
    let id = hold_first(store, "crash").await;
    accept(store, vec![edited("1", "one!", 2)]).await;
    assert_eq!((listed(store, FaultedFilter::default()).await.len(), held_total(store).await), (1, 1), "not decided yet");
    store.redecide(&id).await.unwrap();
    assert_eq!(pending(store).await.len(), 1, "the edit waits already");
    hold_first(store, "other").await;
    let rows = listed(store, FaultedFilter { all: true, ..FaultedFilter::default() }).await;
    assert_eq!((rows.len(), rows[0].fault.plugin.as_str(), held_total(store).await), (1, "other", 1), "only the latest decision counts");
    accept(store, vec![edited("1", "one?", 3)]).await;
    decide_first(store, "q").await;
    assert_eq!((listed(store, FaultedFilter { all: true, ..FaultedFilter::default() }).await, held_total(store).await), (vec![], 0));
    not_found(&store.redecide(&id).await);
}

pub(crate) async fn it_is_decided_again_in_order(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    let id = hold_first(store, "crash").await;
    let before = pending(store).await;
    store.redecide(&id).await.unwrap();
    store.redecide(&id).await.unwrap();
    accept(store, vec![said("3", "three", 3)]).await;
    let waiting = pending(store).await;
    assert_eq!((waiting.len(), &waiting[0], &waiting[1].interaction), (3, &before[0], &id), "once, behind what waited, before what came");
    assert!(waiting.iter().all(|pending| pending.order_key == before[0].order_key));
    let work = store.work(&waiting[1]).await.unwrap();
    assert_eq!((work.interaction.text.as_str(), work.situation.trigger), ("one", Trigger::redriven()));
    assert_eq!((work.situation.inbound_count, work.situation.queue.as_deref()), (2, Some("people")));
    let new = decided(store, &waiting[1], assign("q"), 1.0).await;
    assert!(matches!(store.decide(new).await.unwrap(), Commit::Stored { again: false, .. }));
    assert_eq!((pending(store).await.len(), held_total(store).await), (2, 0));
    assert_eq!(store.decisions_of(&id).await.unwrap().len(), 2);
}

pub(crate) async fn the_second_decision_of_an_occasion_leaves_no_fault(store: &dyn Store) {
    accept(store, vec![said("1", "one", 1)]).await;
    let waiting = pending(store).await.remove(0);
    let fault = trap("crash");
    let late = failed(store, &waiting, std::slice::from_ref(&fault), Some(&fault)).await;
    decide_first(store, "q").await;
    assert_eq!(store.decide(late).await.unwrap(), Commit::AlreadyDecided);
    assert_eq!((listed(store, FaultedFilter { all: true, ..FaultedFilter::default() }).await, held_total(store).await), (vec![], 0));
}

pub(crate) async fn only_what_failed_can_be_decided_again(store: &dyn Store) {
    not_found(&store.redecide(&InteractionId("none".to_owned())).await);
    let id = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    not_found(&store.redecide(&id).await);
    decide_first(store, "q").await;
    not_found(&store.redecide(&id).await);
    accept(store, vec![said("2", "two", 2), said("3", "three", 3)]).await;
    let id = hold_first(store, "crash").await;
    accept(store, vec![removed("2", 4), removed("3", 5)]).await;
    not_found(&store.redecide(&id).await);
    let id = hold_first(store, "crash").await;
    not_found(&store.redecide(&id).await);
    assert_eq!((listed(store, FaultedFilter::default()).await, held_total(store).await), (vec![], 0), "nobody decides about it again");
}
