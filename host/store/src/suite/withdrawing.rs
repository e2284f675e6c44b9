//! Taking back what a generation decided.

use dispatch::port::{NewDecision, Reopened, Store};
use model::{Disposition, Effect, Event, Fact, GenerationId, InteractionId, Item, Label, Trigger};

use super::Backend;
use super::fixtures::{accept, assign, decide_first, decided, echo, edited, fact, item, pending, removed, said};
use super::labelling::label;

fn generation(name: &str) -> GenerationId {
    GenerationId(name.to_owned())
}

/// Decides everything that waits as this generation; the interactions, in order.
async fn decide_all(store: &dyn Store, by: &str) -> Vec<InteractionId> {
    let waiting = store.pending(0, 5_000).await.unwrap();
    let mut news: Vec<NewDecision> = Vec::new();
    for one in &waiting {
        let mut new = decided(store, one, assign("q"), 1.0).await;
        new.decision.decided_by = generation(by);
        news.push(new);
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
    let names = ["answered", "labelled", "moved", "filed", "removed", "decided", "untouched"];
    accept(store, names.iter().zip(1..).map(|(name, at)| alone(name, at)).collect()).await;
    let one = pending(store).await.into_iter().nth(3).unwrap();
    let mut filed = decided(store, &one, Disposition::File, 1.0).await;
    filed.decision.decided_by = generation("bad");
    store.decide(filed).await.unwrap();
    let mut all = decide_all(store, "bad").await;
    all.insert(3, one.interaction);
    let reply = Item { conversation: Some("answered".to_owned()), ..item("our answer", "thanks", 50) };
    accept(store, vec![fact(Event::Said(Item { direction: model::Direction::Echo, ..reply })), removed("removed", 51)]).await;
    accept(store, vec![fact(Event::Edited(Item { conversation: None, ..item("decided", "hello again", 52) }))]).await;
    decide_all(store, "good").await;
    store.label(label(&all[1])).await.unwrap();
    store.label(Label { queue: Some("other".to_owned()), ..label(&all[2]) }).await.unwrap();
    assert_eq!(store.withdraw(&generation("bad")).await.unwrap(), Reopened { interactions: 1, effects_recalled: 2 });
    assert_eq!(waiting(store).await, all[6..]);
    for acted_on in &all[..6] {
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
