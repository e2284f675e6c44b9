//! Taking back what a generation decided.

use dispatch::port::{Commit, NewDecision, Pending, Reopened, Store};
use model::{Disposition, Effect, Event, Fact, GenerationId, InteractionId, Item, Label, SwapKind, Trigger};

use super::Backend;
use super::fixtures::{accept, assign, decide_first, decided, echo, edited, fact, item, pending, removed, said};
use super::history::swap;
use super::labelling::label;

fn generation(name: &str) -> GenerationId {
    GenerationId(name.to_owned())
}

async fn decided_by(store: &dyn Store, one: &Pending, disposition: Disposition, by: &str) -> NewDecision {
    let mut new = decided(store, one, disposition, 1.0).await;
    new.decision.decided_by = generation(by);
    new
}

/// Decides everything that waits as this generation; the interactions, in order.
async fn decide_all(store: &dyn Store, by: &str) -> Vec<InteractionId> {
    let waiting = store.pending(0, 5_000).await.unwrap();
    let mut news: Vec<NewDecision> = Vec::new();
    for one in &waiting {
        news.push(decided_by(store, one, assign("q"), by).await);
    }
    for part in news.chunks(500) {
        futures::future::try_join_all(part.iter().map(|new| store.decide(new.clone()))).await.unwrap();
    }
    waiting.into_iter().map(|pending| pending.interaction).collect()
}

async fn waiting(store: &dyn Store) -> Vec<InteractionId> {
    store.pending(0, 5_000).await.unwrap().into_iter().map(|pending| pending.interaction).collect()
}

/// States of the effects of the latest decision.
async fn effects(store: &dyn Store, interaction: &InteractionId) -> Vec<String> {
    let last = store.decisions_of(interaction).await.unwrap().pop().unwrap();
    last.effects.into_iter().map(|effect| effect.state).collect()
}

/// In a conversation of its own.
fn alone(id: &str, at: u64) -> Fact {
    fact(Event::Said(Item { conversation: None, ..item(id, "hello", at) }))
}

pub(crate) async fn what_nobody_acted_on_is_decided_again(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1), alone("2", 2), said("3", "three", 3)]).await;
    let all = decide_all(store, "bad").await;
    assert_eq!(store.withdraw(&generation("other")).await.unwrap(), Reopened::default());
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 3, effects_recalled: 6 });
    assert_eq!(waiting(store).await, all, "in the order in which they were said");
    for one in pending(store).await {
        let work = store.work(&one).await.unwrap();
        assert_eq!((work.situation.trigger, work.interaction.id), (Trigger::withdrawn(), one.interaction.clone()));
        assert_eq!(effects(store, &one.interaction).await, ["recalled", "recalled"]);
    }
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.effects_pending, totals.pending, totals.decisions), (0, 3, 3));
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened::default(), "once");
    assert_eq!(decide_all(store, "good").await, all);
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened::default(), "the latest decision is another's");
    assert_eq!(effects(store, &all[0]).await, ["pending", "pending"]);
    assert_eq!(store.totals().await.unwrap().effects_pending, 6);
}

pub(crate) async fn what_somebody_acted_on_stays(store: &dyn Backend) {
    let names = ["answered", "labelled", "moved", "filed", "filed, answered", "filed, labelled", "removed", "decided", "untouched"];
    accept(store, names.iter().zip(1..).map(|(name, at)| alone(name, at)).collect()).await;
    let all = waiting(store).await;
    for one in &pending(store).await[3..6] {
        store.decide(decided_by(store, one, Disposition::File, "bad").await).await.unwrap();
    }
    decide_all(store, "bad").await;
    for name in ["answered", "filed, answered"] {
        let reply = Item { conversation: Some(name.to_owned()), ..item(&format!("our answer to {name}"), "thanks", 50) };
        accept(store, vec![fact(Event::Said(Item { direction: model::Direction::Echo, ..reply }))]).await;
    }
    accept(store, vec![removed("removed", 51)]).await;
    accept(store, vec![fact(Event::Edited(Item { conversation: None, ..item("decided", "hello again", 52) }))]).await;
    decide_all(store, "good").await;
    store.label(label(&all[1])).await.unwrap();
    store.label(Label { queue: Some("other".to_owned()), ..label(&all[2]) }).await.unwrap();
    store.label(label(&all[5])).await.unwrap();
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 2, effects_recalled: 6 });
    assert_eq!(waiting(store).await, [all[3].clone(), all[8].clone()], "what was filed and what was not touched");
    for acted_on in all.iter().filter(|id| **id != all[3] && **id != all[8]) {
        assert_eq!(effects(store, acted_on).await, ["pending", "pending"]);
    }
}

/// What waits is decided once, but what the withdrawn generation wanted sent is not.
pub(crate) async fn what_waits_already_waits_once(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let all = decide_all(store, "bad").await;
    accept(store, vec![edited("1", "one!", 2)]).await;
    decide_all(store, "bad").await;
    accept(store, vec![edited("1", "one?", 3)]).await;
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 0, effects_recalled: 4 });
    assert_eq!(waiting(store).await, all);
    assert_eq!(store.totals().await.unwrap().effects_pending, 0);
}

pub(crate) async fn a_reply_before_an_edit_is_no_answer_to_it(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    decide_first(store, "q").await;
    accept(store, vec![echo("e", 5)]).await;
    assert_eq!(store.withdraw(&generation("g1")).await.unwrap(), Reopened::default());
    accept(store, vec![edited("1", "that was no answer", 9)]).await;
    decide_first(store, "q").await;
    assert_eq!(store.withdraw(&generation("g1")).await.unwrap(), Reopened { interactions: 1, effects_recalled: 4 });
}

/// Also where somebody has acted on what followed.
pub(crate) async fn what_was_superseded_is_recalled(store: &dyn Backend) {
    accept(store, vec![said("1", "one", 1)]).await;
    let all = decide_all(store, "bad").await;
    accept(store, vec![edited("1", "one!", 2)]).await;
    decide_all(store, "good").await;
    store.label(label(&all[0])).await.unwrap();
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 0, effects_recalled: 2 });
    let states = store.decisions_of(&all[0]).await.unwrap().into_iter().map(|stored| stored.effects[0].state.clone());
    assert_eq!(states.collect::<Vec<_>>(), ["recalled", "pending"]);
    assert_eq!(store.totals().await.unwrap().effects_pending, 2);
}

/// Claimed before the withdrawal, committed after it.
pub(crate) async fn what_was_on_the_way_is_taken_back(store: &dyn Backend) {
    accept(store, vec![alone("1", 1), alone("2", 2)]).await;
    let (late, gone) = (pending(store).await.remove(0), pending(store).await.remove(1));
    let (new, of_gone) = (decided_by(store, &late, assign("q"), "bad").await, decided_by(store, &gone, assign("q"), "bad").await);
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened::default());
    accept(store, vec![removed("2", 3)]).await;
    assert!(matches!(store.decide(new).await.unwrap(), Commit::Stored { again: true, .. }));
    assert!(matches!(store.decide(of_gone).await.unwrap(), Commit::Stored { again: false, .. }), "what was removed");
    assert_eq!(effects(store, &late.interaction).await, ["recalled", "recalled"]);
    assert_eq!(effects(store, &gone.interaction).await, ["recalled", "recalled"]);
    let again = pending(store).await;
    assert_eq!((again.len(), &again[0].interaction), (1, &late.interaction));
    assert_eq!(store.work(&again[0]).await.unwrap().situation.trigger, Trigger::withdrawn());
    assert_eq!(store.totals().await.unwrap().effects_pending, 0);
    // Whoever claims it now serves, whatever was withdrawn: it does not come back without end.
    let new = decided_by(store, &again[0], assign("q"), "bad").await;
    assert!(matches!(store.decide(new).await.unwrap(), Commit::Stored { again: false, .. }));
    assert_eq!(store.totals().await.unwrap().effects_pending, 2);
}

pub(crate) async fn what_serves_again_decides_again(store: &dyn Backend) {
    for (at, kind) in (1..).zip(SwapKind::ALL) {
        let serves = kind.serves() || kind == SwapKind::CanaryBegan;
        accept(store, vec![alone(&at.to_string(), at)]).await;
        let one = pending(store).await.remove(0);
        let line = swap(at, kind);
        let by = line.generation.clone().unwrap();
        let new = decided_by(store, &one, assign("q"), &by.0).await;
        store.withdraw(&by).await.unwrap();
        store.note_swap(line).await.unwrap();
        let Commit::Stored { again, .. } = store.decide(new).await.unwrap() else { panic!("it waited") };
        assert_eq!(again, !serves, "{kind:?}");
        let state = if serves { "pending" } else { "recalled" };
        assert_eq!(effects(store, &one.interaction).await, [state, state], "{kind:?}");
        decide_all(store, "good").await;
    }
}

/// More than one commit takes.
pub(crate) async fn much_is_withdrawn_too(store: &dyn Backend) {
    accept(store, (1..=2_500).map(|at| alone(&at.to_string(), at)).collect()).await;
    let all = decide_all(store, "bad").await;
    assert_eq!(all.len(), 2_500);
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 2_500, effects_recalled: 5_000 });
    assert_eq!(waiting(store).await, all);
    let stored = store.decisions_of(&all[2_000]).await.unwrap().remove(0);
    assert!(stored.effects.iter().any(|effect| matches!(effect.effect, Effect::Answer(_))), "what was recalled can still be read");
}
