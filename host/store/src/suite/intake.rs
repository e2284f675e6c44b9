use dispatch::port::{Commit, Intake, Store};
use model::{Event, Fact, InteractionState, Item, Note, Reaction, Receipt, Timestamp, Trigger};

use super::fixtures::{accept, assign, decide_first, decided, echo, edited, fact, intake, item, keyed, pending, removed, said};

/// One store for all rows: each row's counts are new facts, duplicates, interactions.
pub(crate) async fn facts_are_kept_once(store: &dyn Store) {
    type Row = (&'static str, Vec<Fact>, (u32, u32, usize));
    let rows: Vec<Row> = vec![
        ("a first fact is new", vec![said("1", "hello", 1)], (1, 0, 1)),
        ("delivered again it is known", vec![said("1", "hello", 1)], (0, 1, 0)),
        ("twice in one delivery", vec![said("2", "hi", 2), said("2", "hi", 2)], (1, 1, 1)),
        ("another key, the same item: kept, but no second interaction", vec![keyed("k", said("1", "hello", 1))], (1, 0, 0)),
        ("an edit of a known item is another fact", vec![edited("1", "hello!", 3)], (1, 0, 0)),
        ("the same edit again", vec![edited("1", "hello!", 3)], (0, 1, 0)),
        ("a removal is another fact", vec![removed("1", 4)], (1, 0, 0)),
        ("the same key for something else is known", vec![keyed("k", removed("2", 5))], (0, 1, 0)),
        ("known and new together", vec![said("1", "hello", 1), said("3", "yo", 6)], (1, 1, 1)),
        ("nothing told", vec![], (0, 0, 0)),
    ];
    for (why, facts, expected) in rows {
        let accepted = accept(store, facts).await;
        assert_eq!((accepted.facts, accepted.duplicates, accepted.interactions.len()), expected, "{why}");
        assert!(accepted.delivery.0.starts_with('d') && accepted.delivery.0.len() == 27, "{}", accepted.delivery);
    }
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.deliveries, totals.interactions, totals.pending), (10, 3, 3));
    let facts: Vec<_> = totals.facts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(facts, [("edited", 1), ("removed", 1), ("said", 4)]);
}

pub(crate) async fn accounts_are_apart(store: &dyn Store) {
    let with = |account: Option<&str>, of: Option<&str>| Intake {
        account: account.map(str::to_owned),
        ..intake(vec![Fact { account: of.map(str::to_owned), ..said("1", "hello", 1) }])
    };
    let rows = [
        (with(None, None), 1),
        (with(Some("page"), None), 1),
        (with(None, Some("page")), 0),
        (with(Some("other"), Some("page")), 0),
        (Intake { connector: "second".to_owned(), ..with(None, None) }, 1),
    ];
    for (intake, expected) in rows {
        let accepted = store.accept(intake.clone()).await.unwrap();
        assert_eq!(accepted.interactions.len(), expected, "{intake:?}");
    }
    assert_eq!(store.conversations(None, 10).await.unwrap().len(), 3);
}

pub(crate) async fn only_what_was_said_inbound_is_decided(store: &dyn Store) {
    let note = || Note { source_id: Some("n".to_owned()), name: "follow".to_owned(), ..Note::default() };
    let facts = vec![
        said("1", "hello", 1),
        echo("2", 2),
        edited("unknown", "what?", 3),
        removed("unknown too", 4),
        fact(Event::Reacted(Reaction { target: "1".to_owned(), name: "like".to_owned(), added: true, ..Reaction::default() })),
        fact(Event::Receipt(Receipt { target: Some("2".to_owned()), ..Receipt::default() })),
        fact(Event::System(note())),
        fact(Event::Unsupported(note())),
    ];
    let accepted = accept(store, facts).await;
    assert_eq!((accepted.facts, accepted.interactions.len()), (8, 1));
    let waiting = pending(store).await;
    assert_eq!(waiting.iter().map(|pending| pending.interaction.clone()).collect::<Vec<_>>(), accepted.interactions);
    let work = store.work(&waiting[0]).await.unwrap();
    assert_eq!((work.interaction.text.as_str(), work.interaction.conversation.as_str()), ("hello", "talk"));
    assert_eq!((work.interaction.occurred_at, work.situation.trigger), (Timestamp(1), Trigger::Arrived));
    let record = store.interaction(&accepted.interactions[0]).await.unwrap();
    assert_eq!((record.source_id.as_str(), record.state, record.delivery), ("1", InteractionState::Undecided, accepted.delivery));
    assert_eq!(record.order_key, waiting[0].order_key);
}

pub(crate) async fn an_edit_before_the_decision_changes_the_words_only(store: &dyn Store) {
    let id = accept(store, vec![said("1", "helo", 1)]).await.interactions.remove(0);
    assert_eq!(accept(store, vec![edited("1", "hello", 3)]).await.interactions, []);
    assert_eq!(accept(store, vec![edited("1", "hel", 2)]).await.interactions, [], "an older edit that comes late");
    let waiting = pending(store).await;
    assert_eq!(waiting.len(), 1);
    let work = store.work(&waiting[0]).await.unwrap();
    assert_eq!((work.interaction.text.as_str(), work.situation.trigger), ("hello", Trigger::Arrived));
    decide_first(store, "q").await;
    let record = store.interaction(&id).await.unwrap();
    assert_eq!((record.edits, record.state), (2, InteractionState::Decided));
    assert_eq!(pending(store).await, []);
}

pub(crate) async fn an_edit_after_the_decision_asks_again(store: &dyn Store) {
    let id = accept(store, vec![said("1", "hello", 1)]).await.interactions.remove(0);
    let first = decide_first(store, "q").await;
    assert_eq!(accept(store, vec![edited("1", "hello", 2)]).await.interactions, [], "the same text");
    assert_eq!(accept(store, vec![edited("1", "hello?", 3)]).await.interactions, std::slice::from_ref(&id));
    assert_eq!(store.interaction(&id).await.unwrap().state, InteractionState::Undecided);
    let waiting = pending(store).await;
    let work = store.work(&waiting[0]).await.unwrap();
    assert_eq!(
        (work.interaction.text.as_str(), work.situation.trigger, work.situation.queue.as_deref()),
        ("hello?", Trigger::Edited, Some("q"))
    );
    let second = decide_first(store, "q").await;
    let decisions: Vec<_> = store.decisions_of(&id).await.unwrap().into_iter().map(|stored| stored.decision.id).collect();
    assert_eq!(decisions, [first.decision.id, second.decision.id.clone()]);
    assert_eq!(store.interaction(&id).await.unwrap().decision, Some(second.decision.id));
}

pub(crate) async fn an_edit_while_the_chain_runs_is_decided_too(store: &dyn Store) {
    accept(store, vec![said("1", "hello", 1)]).await;
    let waiting = pending(store).await;
    let new = decided(store, &waiting[0], assign("q"), 1.0).await;
    accept(store, vec![edited("1", "goodbye", 2)]).await;
    let committed = store.decide(new).await.unwrap();
    assert!(matches!(committed, Commit::Stored { again: true, .. }), "the dispatcher is told to look again");
    let again = pending(store).await;
    assert_eq!(again.len(), 1, "the decision did not know the edit");
    assert!(again[0].seq > waiting[0].seq);
    assert_eq!(store.work(&again[0]).await.unwrap().situation.trigger, Trigger::Edited);
    decide_first(store, "q").await;
    assert_eq!(pending(store).await, []);
}

pub(crate) async fn what_is_removed_is_decided_all_the_same(store: &dyn Store) {
    let id = accept(store, vec![said("1", "hello", 1), removed("1", 2)]).await.interactions.remove(0);
    assert_eq!(store.interaction(&id).await.unwrap().state, InteractionState::Undecided);
    decide_first(store, "q").await;
    assert_eq!(store.interaction(&id).await.unwrap().state, InteractionState::Removed);
    assert_eq!(accept(store, vec![edited("1", "again", 3)]).await.interactions, [], "nobody reads it any more");
    let earlier = accept(store, vec![removed("2", 5), said("2", "hi", 4)]).await.interactions.remove(0);
    decide_first(store, "q").await;
    assert_eq!(store.interaction(&earlier).await.unwrap().state, InteractionState::Removed);
}

pub(crate) async fn an_echo_answers_the_conversation(store: &dyn Store) {
    let check = async |facts: Vec<Fact>, expected: (u32, u32, Option<u64>, u64)| {
        accept(store, facts).await;
        let found = store.conversations(None, 10).await.unwrap().remove(0);
        let situation = &found.situation;
        let reply = situation.last_reply_at.map(|at| at.0);
        assert_eq!((situation.inbound_count, situation.unanswered_count, reply, found.last_at.0), expected);
    };
    check(vec![said("1", "a", 10), said("2", "b", 20)], (2, 2, None, 20)).await;
    check(vec![echo("e1", 15)], (2, 1, Some(15), 20)).await;
    check(vec![echo("e2", 30)], (2, 0, Some(30), 30)).await;
    check(vec![echo("e0", 5)], (2, 0, Some(30), 30)).await;
    check(vec![said("3", "late", 25)], (3, 0, Some(30), 30)).await;
    check(vec![said("4", "new", 40)], (4, 1, Some(30), 40)).await;
}

pub(crate) async fn the_cursor_comes_with_the_facts(store: &dyn Store) {
    let with = |cursor: Option<&[u8]>| Intake {
        cursor: cursor.map(<[u8]>::to_vec),
        ..intake(vec![fact(Event::Said(Item { conversation: None, ..item("1", "a", 1) }))])
    };
    assert_eq!(store.cursor("desk").await.unwrap(), None);
    store.accept(with(Some(b"one"))).await.unwrap();
    assert_eq!(store.cursor("desk").await.unwrap().as_deref(), Some(&b"one"[..]));
    store.accept(with(None)).await.unwrap();
    assert_eq!(store.cursor("desk").await.unwrap().as_deref(), Some(&b"one"[..]), "absent: unchanged");
    store.accept(with(Some(b""))).await.unwrap();
    assert_eq!(store.cursor("desk").await.unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(store.cursor("other").await.unwrap(), None);
}
