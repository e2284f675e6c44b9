//! What goes out: claims, crashes, receipts, people's wishes.

use dispatch::port::{Begin, Commit, Due, Ending, NewOutgoing, Outbox, OutgoingFilter, Requested, Store, TryEnd, Turn};
use model::{
    Answer, Attributes, Disposition, Edit, Effect, Event, Fact, Notice, OutgoingId, OutgoingState, Progress, Receipt, Timestamp, Trigger,
    TryCall, Value, Wanted, Words,
};

use super::Backend;
use super::fixtures::{RECEIVED, accept, assign, decided, echo, edited, fact, pending, removed, said};

/// Long after everything that the fixtures want is due.
const NOW: Timestamp = Timestamp(2_000_000);

fn answer(text: &str) -> Effect {
    Effect::Answer(Answer { text: text.to_owned(), private: false, attributes: Attributes::new() })
}

/// Decides what waits first, with these effects; the ids of what goes out.
async fn decide(store: &dyn Store, disposition: Disposition, effects: Vec<Effect>) -> Vec<OutgoingId> {
    let waiting = pending(store).await;
    let mut new = decided(store, waiting.first().unwrap(), disposition, 1.0).await;
    new.decision.routing.effects = effects;
    let id = new.decision.id.clone();
    let count = new.decision.routing.effects.len();
    assert!(matches!(store.decide(new).await.unwrap(), Commit::Stored { .. }));
    (1..=count).map(|position| OutgoingId(format!("{id}.{position}"))).collect()
}

async fn due(store: &dyn Outbox) -> Vec<OutgoingId> {
    store.due(NOW, Vec::new(), 100).await.unwrap().due.into_iter().map(|due| due.id).collect()
}

async fn state(store: &dyn Outbox, id: &OutgoingId) -> OutgoingState {
    store.outgoing_one(id).await.unwrap().outgoing.state
}

fn begin(id: &OutgoingId, from: OutgoingState, call: TryCall) -> Begin {
    Begin { id: id.clone(), from, at: NOW, rung: 0, connector: "desk".to_owned(), call, digest: None }
}

fn ending(id: &OutgoingId, from: OutgoingState, state: OutgoingState) -> Ending {
    Ending {
        id: id.clone(),
        from,
        at: NOW.plus_ms(5),
        outcome: None,
        checks: Vec::new(),
        state,
        rung: 0,
        due_at: NOW.plus_ms(5),
        over: None,
        why: None,
        sent: Vec::new(),
        queue: None,
    }
}

fn came(outcome: &str) -> Option<TryEnd> {
    Some(TryEnd { outcome: outcome.to_owned(), detail: Some("so".to_owned()), host_calls: Vec::new() })
}

async fn send(store: &dyn Outbox, id: &OutgoingId, ids: &[&str]) -> dispatch::port::Ended {
    assert!(store.begin(begin(id, OutgoingState::Pending, TryCall::Send)).await.unwrap());
    let sent = ids.iter().map(|id| (*id).to_owned()).collect();
    store.end(Ending { sent, outcome: came("sent"), ..ending(id, OutgoingState::Sending, OutgoingState::Done) }).await.unwrap()
}

fn receipt(target: &str, progress: Progress, at: u64) -> Fact {
    let receipt = Receipt { target: Some(target.to_owned()), progress, occurred_at: Some(Timestamp(at)), ..Receipt::default() };
    Fact { dedup_key: Some(format!("{target} {progress:?}")), ..fact(Event::Receipt(receipt)) }
}

fn wish(interaction: &model::InteractionId, text: &str, key: Option<&str>) -> NewOutgoing {
    NewOutgoing {
        interaction: Some(interaction.clone()),
        about: None,
        connector: None,
        account: None,
        wanted: Wanted::Reply(Words { text: text.to_owned(), ..Words::default() }),
        by: "ann".to_owned(),
        request: key.map(str::to_owned),
        at: NOW,
    }
}

fn new_id(requested: Requested) -> OutgoingId {
    let Requested::New(id) = requested else { panic!("{requested:?}") };
    id
}

pub(crate) async fn one_at_a_time_and_in_order(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    let first = decide(store, assign("q"), vec![answer("a"), answer("b")]).await;
    let second = decide(store, assign("q"), vec![answer("c")]).await;
    assert_eq!(due(store).await, first[..1], "one conversation: in order");
    let page = store.due(NOW, Vec::new(), 100).await.unwrap();
    let resting = vec![page.due[0].pace.clone()];
    assert_eq!(store.due(NOW, resting, 100).await.unwrap().due, Vec::<Due>::new(), "its account rests");
    assert!(store.begin(begin(&first[0], OutgoingState::Pending, TryCall::Send)).await.unwrap());
    assert!(!store.begin(begin(&first[0], OutgoingState::Pending, TryCall::Send)).await.unwrap(), "once");
    assert_eq!(due(store).await, Vec::<OutgoingId>::new(), "what is under way holds its place");
    let again = Ending { due_at: NOW.plus_ms(70), ..ending(&first[0], OutgoingState::Sending, OutgoingState::Waiting) };
    store.end(again).await.unwrap();
    let page = store.due(NOW, Vec::new(), 100).await.unwrap();
    assert_eq!((page.due, page.next_at), (Vec::new(), Some(NOW.plus_ms(70))), "what waits holds it too");
    let ended = Ending { from: OutgoingState::Waiting, ..ending(&first[0], OutgoingState::Waiting, OutgoingState::Parked) };
    assert!(store.end(ended.clone()).await.unwrap().written);
    assert!(!store.end(ended).await.unwrap().written, "once");
    assert_eq!(due(store).await, first[1..], "what is parked lets the next one go");
    send(store, &first[1], &["s1"]).await;
    assert_eq!(due(store).await, second);
    let totals = store.outbox_totals().await.unwrap();
    let figures: Vec<_> = totals.counts.iter().map(|row| (row.kind.as_str(), row.state.as_str(), row.count)).collect();
    assert_eq!(figures, [("answer", "done", 1), ("answer", "parked", 1), ("answer", "pending", 1)]);
    assert_eq!(totals.oldest, [("desk".to_owned(), RECEIVED.plus_ms(10))]);
}

pub(crate) async fn after_a_crash_nobody_knows(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let ids = decide(store, assign("q"), vec![answer("a")]).await;
    assert!(store.begin(begin(&ids[0], OutgoingState::Pending, TryCall::Send)).await.unwrap());
    assert_eq!(store.recover(NOW).await.unwrap(), 1);
    assert_eq!(store.recover(NOW).await.unwrap(), 0);
    let record = store.outgoing_one(&ids[0]).await.unwrap();
    assert_eq!((record.outgoing.state, record.history[0].outcome.as_str()), (OutgoingState::Unknown, "interrupted"));
    assert_eq!(due(store).await, ids, "to be asked about");
    assert!(!store.begin(begin(&ids[0], OutgoingState::Pending, TryCall::Send)).await.unwrap(), "it is not pending any more");
    assert!(store.begin(begin(&ids[0], OutgoingState::Unknown, TryCall::Find)).await.unwrap());
    let found = Ending { outcome: came("found"), ..ending(&ids[0], OutgoingState::Sending, OutgoingState::Done) };
    assert!(store.end(found).await.unwrap().written);
    let record = store.outgoing_one(&ids[0]).await.unwrap();
    let history: Vec<_> = record.history.iter().map(|line| (line.call, line.outcome.as_str())).collect();
    assert_eq!(history, [(TryCall::Send, "interrupted"), (TryCall::Find, "found")]);
    assert_eq!(record.outgoing.tries, 1, "a question is no try");
}

pub(crate) async fn receipts_find_what_was_sent(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let ids = decide(store, assign("q"), vec![answer("a")]).await;
    accept(store, vec![receipt("s2", Progress::Delivered, 5)]).await;
    send(store, &ids[0], &["s1", "s2"]).await;
    let far = async || store.outgoing_one(&ids[0]).await.unwrap().outgoing.progress;
    assert_eq!(far().await, Some(Progress::Sent), "the first part has come no further");
    accept(store, vec![receipt("s1", Progress::Read, 6)]).await;
    assert_eq!(far().await, Some(Progress::Delivered));
    accept(store, vec![receipt("s1", Progress::Delivered, 7), receipt("s2", Progress::Read, 8), receipt("other", Progress::Read, 9)]).await;
    assert_eq!(far().await, Some(Progress::Read), "in any order");
    assert_eq!(state(store, &ids[0]).await, OutgoingState::Done);
    accept(store, vec![receipt("s2", Progress::Failed, 10)]).await;
    let record = store.outgoing_one(&ids[0]).await.unwrap();
    assert_eq!((record.outgoing.state, record.outgoing.rung), (OutgoingState::Waiting, 1), "the next rung");
    assert_eq!(record.history.iter().filter(|line| line.call == TryCall::Receipt).count(), 4, "what is no news is no line");
    let facts = store.totals().await.unwrap();
    assert_eq!((facts.interactions, facts.pending), (1, 0), "a receipt never opens anything");
}

pub(crate) async fn a_person_is_asked_once(store: &dyn Backend) {
    let interaction = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    decide(store, assign("q"), Vec::new()).await;
    let id = new_id(store.request(wish(&interaction, "hello", Some("k"))).await.unwrap());
    assert_eq!(store.request(wish(&interaction, "hello", Some("k"))).await.unwrap(), Requested::Known(id.clone()));
    assert_eq!(store.request(wish(&interaction, "bye", Some("k"))).await.unwrap(), Requested::Other(id.clone()));
    let other = NewOutgoing { by: "bob".to_owned(), ..wish(&interaction, "hello", Some("k")) };
    new_id(store.request(other).await.unwrap());
    let unknown = wish(&model::InteractionId("i0".to_owned()), "hello", None);
    assert!(matches!(store.request(unknown).await, Err(dispatch::port::StoreError::NotFound { .. })));
    let job = store.job(&id, Timestamp(0)).await.unwrap();
    assert_eq!((job.source_id.as_deref(), job.last_inbound_at), (Some("1"), Some(Timestamp(1))));
    let before = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((before.unanswered_count, before.last_reply_at), (1, None));
    assert!(send(store, &id, &["s1"]).await.asks_again);
    let after = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((after.unanswered_count, after.last_reply_at, after.first_response_due_at), (0, Some(NOW.plus_ms(5)), None));
    let occasion = pending(store).await.remove(0);
    let work = store.work(&occasion).await.unwrap();
    assert_eq!((&work.situation.trigger, &work.interaction.id), (&Trigger::AgentReplied, &interaction));
    let edit = NewOutgoing {
        about: Some(id),
        interaction: None,
        wanted: Wanted::Edit(Edit { source_id: String::new(), text: "hello!".to_owned() }),
        ..wish(&interaction, "", None)
    };
    let edit = new_id(store.request(edit).await.unwrap());
    let wanted = store.outgoing_one(&edit).await.unwrap().outgoing.wanted;
    assert_eq!(wanted, Some(Wanted::Edit(Edit { source_id: "s1".to_owned(), text: "hello!".to_owned() })), "by the channel's id");
}

pub(crate) async fn an_acknowledgement_is_no_answer_while_a_case_is_open(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let ids = decide(store, assign("q"), vec![answer("we have it")]).await;
    assert!(store.begin(begin(&ids[0], OutgoingState::Pending, TryCall::Send)).await.unwrap());
    accept(store, vec![echo("s1", 3)]).await;
    let sent = Ending { sent: vec!["s1".to_owned()], ..ending(&ids[0], OutgoingState::Sending, OutgoingState::Done) };
    assert!(!store.end(sent).await.unwrap().asks_again);
    accept(store, vec![super::fixtures::keyed("again", echo("s1", 4))]).await;
    let situation = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.unanswered_count, situation.last_reply_at), (1, None), "not even by its own echo");
    assert!(situation.first_response_due_at.is_some());
    accept(store, vec![echo("by a person elsewhere", 5)]).await;
    let situation = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.unanswered_count, situation.last_reply_at), (0, Some(Timestamp(5))));
}

pub(crate) async fn an_answer_that_ends_the_matter_answers(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let ids = decide(store, Disposition::File, vec![answer("it is open from 9 to 5")]).await;
    send(store, &ids[0], &["s1"]).await;
    let situation = store.conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.unanswered_count, situation.last_reply_at), (0, Some(NOW.plus_ms(5))));
}

pub(crate) async fn timers_ring_and_marks_stay(store: &dyn Backend) {
    let interaction = accept(store, vec![said("1", "one", 1)]).await.interactions.remove(0);
    let mark = |value: &str| Effect::Mark { name: "wave".to_owned(), value: value.into() };
    let timer = Effect::Timer { name: "nudge".to_owned(), after_ms: 60_000 };
    let ids = decide(store, assign("q"), vec![mark("first"), mark("second"), timer]).await;
    assert_eq!(state(store, &ids[0]).await, OutgoingState::Done, "at once");
    let early = store.due(RECEIVED.plus_ms(50_000), Vec::new(), 100).await.unwrap();
    assert_eq!((early.due, early.next_at), (Vec::new(), Some(RECEIVED.plus_ms(60_010))));
    assert_eq!(due(store).await, ids[2..]);
    assert!(store.end(ending(&ids[2], OutgoingState::Pending, OutgoingState::Done)).await.unwrap().asks_again);
    let work = store.work(&pending(store).await[0]).await.unwrap();
    assert_eq!((work.situation.trigger, work.interaction.id), (Trigger::Timer("nudge".to_owned()), interaction));
    assert_eq!(work.situation.attributes.get("wave"), Some(&Value::Text("second".to_owned())));
    accept(store, vec![said("2", "two", 2)]).await;
    let next = store.work(&pending(store).await[1]).await.unwrap();
    assert_eq!(next.situation.attributes.get("wave"), Some(&Value::Text("second".to_owned())), "also what comes later");
    let first = store.work(&pending(store).await[0]).await.unwrap();
    let later = first.situation.attributes.get(model::Situation::LAST_INBOUND_AT);
    assert_eq!(later, Some(&Value::Number(2.0)), "the customer spoke again since");
}

pub(crate) async fn what_is_gone_is_told(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    let first = decide(store, assign("q"), vec![answer("a")]).await;
    decide(store, assign("q"), vec![answer("b")]).await;
    accept(store, vec![removed("1", 3)]).await;
    let job = store.job(&first[0], Timestamp(0)).await.unwrap();
    assert!(job.removed && !job.superseded);
    let second = due(store).await;
    assert_eq!(second, first, "in order");
    store.end(ending(&first[0], OutgoingState::Pending, OutgoingState::Recalled)).await.unwrap();
    let second = due(store).await;
    accept(store, vec![edited("2", "two!", 4)]).await;
    assert!(store.job(&second[0], Timestamp(0)).await.unwrap().superseded, "it will be decided anew");
    decide(store, assign("q"), Vec::new()).await;
    assert!(store.job(&second[0], Timestamp(0)).await.unwrap().superseded, "it was");
}

pub(crate) async fn automatic_answers_are_counted(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let ids = decide(store, assign("q"), vec![answer("a"), answer("b"), answer("c")]).await;
    for id in &ids[..2] {
        send(store, id, &[]).await;
    }
    let count = async |since| store.job(&ids[2], since).await.unwrap().automatic_answers;
    assert_eq!((count(Timestamp(0)).await, count(NOW.plus_ms(5)).await), (2, 0));
}

pub(crate) async fn people_turn_what_is_in_the_outbox(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let notice = Effect::Notify(Notice { recipient: "lead".to_owned(), text: "look".to_owned() });
    let ids = decide(store, assign("q"), vec![answer("a"), notice]).await;
    let park = || Turn::Park { why: "not now".to_owned() };
    let retry = |not_sent| Turn::Retry { not_sent };
    assert!(store.turn(&ids[0], park(), "ann", NOW).await.unwrap());
    assert!(!store.turn(&ids[0], park(), "ann", NOW).await.unwrap(), "it is");
    assert_eq!(store.outgoing_one(&ids[0]).await.unwrap().outgoing.why.as_deref(), Some("parked by ann: not now"));
    assert!(store.turn(&ids[0], retry(false), "ann", NOW).await.unwrap());
    assert_eq!(state(store, &ids[0]).await, OutgoingState::Pending);
    assert!(store.begin(begin(&ids[0], OutgoingState::Pending, TryCall::Send)).await.unwrap());
    for turn in [park(), retry(false)] {
        assert!(!store.turn(&ids[0], turn, "ann", NOW).await.unwrap(), "it is under way");
    }
    let lost = Ending { outcome: came("unknown"), ..ending(&ids[0], OutgoingState::Sending, OutgoingState::Parked) };
    store.end(lost).await.unwrap();
    assert!(store.turn(&ids[0], retry(false), "ann", NOW).await.unwrap());
    assert_eq!(state(store, &ids[0]).await, OutgoingState::Unknown, "it is looked for first");
    assert!(store.turn(&ids[0], retry(true), "ann", NOW).await.unwrap());
    assert_eq!(state(store, &ids[0]).await, OutgoingState::Pending, "somebody has looked");
    assert!(matches!(store.turn(&OutgoingId("x".to_owned()), park(), "ann", NOW).await, Err(dispatch::port::StoreError::NotFound { .. })));
    let list = async |filter: OutgoingFilter| {
        let rows = store.outgoing(OutgoingFilter { limit: 10, ..filter }).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let newest_first: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(list(OutgoingFilter::default()).await, newest_first);
    assert_eq!(list(OutgoingFilter { kind: Some("notify".to_owned()), ..OutgoingFilter::default() }).await, ids[1..]);
    assert_eq!(list(OutgoingFilter { states: vec![OutgoingState::Parked], ..OutgoingFilter::default() }).await, []);
    assert_eq!(list(OutgoingFilter { connector: Some("desk".to_owned()), before: Some(2), ..OutgoingFilter::default() }).await, ids[..1]);
}
