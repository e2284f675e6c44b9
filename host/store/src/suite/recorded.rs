//! Decisions as they were recorded.

use dispatch::port::{NewDecision, RecordedRange, Store};
use model::{Event, Fault, FaultKind, Interaction, Item, StepOutcome, StepRecord, Timestamp};

use super::Backend;
use super::fixtures::{RECEIVED, accept, assign, decided, fact, item, pending, said};

/// So many decisions, one in each millisecond.
async fn record(store: &dyn Store, decisions: u64) {
    let said = |at: u64| fact(Event::Said(Item { conversation: None, ..item(&at.to_string(), "hello", at) }));
    let (mut after, mut made) = (0, 0);
    while made < decisions {
        accept(store, (made..decisions.min(made + 1_000)).map(said).collect()).await;
        let mut news: Vec<NewDecision> = Vec::new();
        for one in store.pending(after, 1_000).await.unwrap() {
            after = one.seq;
            let mut new = decided(store, &one, assign("q"), 1.0).await;
            new.decision.decided_at = Timestamp(made);
            made += 1;
            news.push(new);
        }
        futures::future::try_join_all(news.into_iter().map(|new| store.decide(new))).await.unwrap();
    }
}

/// Everything of a range, page by page: sequence numbers and times.
async fn read(store: &dyn Backend, range: &RecordedRange) -> Vec<(u64, u64)> {
    let (mut read, mut after): (Vec<(u64, u64)>, u64) = (Vec::new(), range.after);
    loop {
        let page = store.recorded(RecordedRange { after, ..range.clone() }).await.unwrap();
        assert!(page.len() <= 1_000 && page.iter().all(|recorded| recorded.trace.is_some()));
        let Some(last) = page.last() else { return read };
        after = last.seq;
        read.extend(page.iter().map(|recorded| (recorded.seq, recorded.decision.decided_at.0)));
    }
}

pub(crate) async fn ten_thousand_decisions_come_in_order_without_gaps(store: &dyn Backend) {
    const ALL: u64 = 10_000;
    record(store, ALL).await;
    let (since, until) = (|at| Timestamp(at), |at| Some(Timestamp(at)));
    let whole = RecordedRange { limit: 5_000, ..RecordedRange::default() };
    let check = async |range: RecordedRange, from: u64, to: u64| {
        let found = read(store, &range).await;
        let expected: Vec<_> = (from..to).map(|at| (at + 1, at)).collect();
        assert_eq!(found.len(), expected.len(), "{range:?}");
        assert!(found == expected, "{range:?}");
        assert_eq!(store.recorded_count(range).await.unwrap(), to - from);
    };
    check(whole.clone(), 0, ALL).await;
    check(RecordedRange { limit: 777, ..whole.clone() }, 0, ALL).await;
    check(RecordedRange { after: 9_001, ..whole.clone() }, 9_001, ALL).await;
    check(RecordedRange { since: since(7_500), ..whole.clone() }, 7_500, ALL).await;
    check(RecordedRange { since: since(7_500), until: until(7_600), limit: 30, ..whole.clone() }, 7_500, 7_600).await;
    check(RecordedRange { until: until(10), ..whole.clone() }, 0, 10).await;
    check(RecordedRange { since: since(ALL), ..whole.clone() }, 0, 0).await;
    check(RecordedRange { limit: 0, until: until(0), ..whole }, 0, 0).await;
}

pub(crate) async fn what_was_recorded_is_what_was_decided(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let mut new = decided(store, &pending(store).await[0], assign("q"), 70.0).await;
    let step = new.trace.steps[0].clone();
    let fault = Fault { plugin: "s".to_owned(), kind: FaultKind::Trap("unreachable".to_owned()) };
    new.trace.steps[0].saw = Some(new.trace.interaction.clone());
    new.trace.steps.push(StepRecord { fallback_for: Some("t".to_owned()), outcome: StepOutcome::Faulted(fault), ..step });
    store.decide(new.clone()).await.unwrap();
    let recorded = store.recorded(RecordedRange { limit: 1, ..RecordedRange::default() }).await.unwrap().remove(0);
    assert_eq!((recorded.decision, recorded.trace, recorded.label), (new.decision.clone(), Some(new.trace.clone()), None));
    let mut seen = new.trace.clone();
    assert!(seen.steps.len() == 2 && seen.steps[0].saw.is_some() && seen.steps[1].saw.is_none());
    seen.steps[0].saw = Some(Interaction::default());
    assert!(seen.steps[0].role.is_pure(), "and nobody outside answered");
    seen.steps[0].outcome = StepOutcome::Said(serde_json::Value::Null);
    let brief = RecordedRange { limit: 1, brief: true, ..RecordedRange::default() };
    assert_eq!(store.recorded(brief).await.unwrap().remove(0).trace, Some(seen), "all but what was seen and said");
    let later = RecordedRange { since: RECEIVED.plus_ms(11), limit: 1, ..RecordedRange::default() };
    assert_eq!(store.recorded(later).await.unwrap(), []);
}
