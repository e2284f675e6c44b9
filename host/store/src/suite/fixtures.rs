//! Facts, intakes and decisions to test with.

use std::sync::atomic::{AtomicU64, Ordering};

use dispatch::port::{Accepted, Commit, Intake, NewDecision, Pending, Store};
use model::{
    Answer, Assignment, Author, Cost, Decision, DecisionId, DecisionSummary, Delivery, Digest, Direction, Disposition, Effect, Event, Fact,
    GenerationId, Interaction, Item, Priority, Reason, Removal, Role, Routing, ServiceLevel, Signal, StepOutcome, StepRecord, Target,
    Timestamp, Trace,
};

/// The time at which everything is received.
pub(crate) const RECEIVED: Timestamp = Timestamp(1_000_000);

/// Item `id` of conversation `talk`, said at `at`.
pub(crate) fn item(id: &str, text: &str, at: u64) -> Item {
    Item {
        source_id: id.to_owned(),
        conversation: Some("talk".to_owned()),
        author: Some(Author { id: "a1".to_owned(), handle: Some("ann".to_owned()), ..Author::default() }),
        text: text.to_owned(),
        occurred_at: Some(Timestamp(at)),
        ..Item::default()
    }
}

pub(crate) fn fact(event: Event) -> Fact {
    Fact { account: None, dedup_key: None, event }
}

pub(crate) fn said(id: &str, text: &str, at: u64) -> Fact {
    fact(Event::Said(item(id, text, at)))
}

pub(crate) fn edited(id: &str, text: &str, at: u64) -> Fact {
    fact(Event::Edited(item(id, text, at)))
}

pub(crate) fn echo(id: &str, at: u64) -> Fact {
    fact(Event::Said(Item { direction: Direction::Echo, ..item(id, "our answer", at) }))
}

pub(crate) fn removed(id: &str, at: u64) -> Fact {
    fact(Event::Removed(Removal { source_id: id.to_owned(), actor: None, occurred_at: Some(Timestamp(at)) }))
}

/// The same fact under another key.
pub(crate) fn keyed(key: &str, fact: Fact) -> Fact {
    Fact { dedup_key: Some(key.to_owned()), ..fact }
}

pub(crate) fn intake(facts: Vec<Fact>) -> Intake {
    Intake {
        connector: "desk".to_owned(),
        channel: "test".to_owned(),
        account: None,
        received_at: RECEIVED,
        read_by: GenerationId("g1".to_owned()),
        raw: Delivery { method: "POST".to_owned(), url: "/hooks/desk".to_owned(), body: vec![0xff, 0, 1], ..Delivery::default() },
        facts,
        cursor: None,
    }
}

pub(crate) async fn accept(store: &dyn Store, facts: Vec<Fact>) -> Accepted {
    store.accept(intake(facts)).await.unwrap()
}

pub(crate) async fn pending(store: &dyn Store) -> Vec<Pending> {
    store.pending(0, 100).await.unwrap()
}

pub(crate) fn assign(queue: &str) -> Disposition {
    Disposition::Assign(Assignment {
        targets: vec![Target { queue: queue.to_owned(), ..Target::default() }],
        service_level: ServiceLevel { first_response_ms: Some(60_000), resolution_ms: Some(3_600_000) },
    })
}

/// A decision about what waits, as a chain of one classifier and a router would make it.
pub(crate) async fn decided(store: &dyn Store, pending: &Pending, disposition: Disposition, score: f32) -> NewDecision {
    let work = store.work(pending).await.unwrap();
    decision(pending, work.interaction, work.situation, disposition, score)
}

pub(crate) fn decision(
    pending: &Pending,
    interaction: Interaction,
    situation: model::Situation,
    disposition: Disposition,
    score: f32,
) -> NewDecision {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = DecisionId(format!("c{}", LAST.fetch_add(1, Ordering::Relaxed)));
    let generation = GenerationId("g1".to_owned());
    let reason = Reason::new("because", "Because of what was said.");
    NewDecision {
        seq: pending.seq,
        decision: Decision {
            id,
            interaction: interaction.id.clone(),
            trigger: situation.trigger.clone(),
            read_by: generation.clone(),
            decided_by: generation,
            chain: "default".to_owned(),
            decided_at: RECEIVED.plus_ms(10),
            priority: Some(Priority { score, factors: Vec::new() }),
            routing: Routing {
                disposition,
                effects: vec![
                    Effect::Answer(Answer { text: "thank you".to_owned(), private: false, attributes: model::Attributes::new() }),
                    Effect::Timer { name: "again".to_owned(), after_ms: 5 },
                ],
                reasons: vec![reason],
            },
        },
        trace: Trace { interaction, situation, steps: vec![step()] },
    }
}

pub(crate) fn signal() -> Signal {
    Signal {
        name: "language".to_owned(),
        value: "en".into(),
        confidence: None,
        evidence: Vec::new(),
        reasons: Vec::new(),
        source: "s".to_owned(),
    }
}

fn step() -> StepRecord {
    StepRecord {
        plugin: "s".to_owned(),
        digest: Digest::of(b"component"),
        role: Role::Classifier,
        fallback_for: None,
        saw: None,
        outcome: StepOutcome::Said(serde_json::to_value(vec![signal()]).unwrap()),
        cost: Cost::default(),
    }
}

/// Decides what waits first, with assignment to `queue`.
pub(crate) async fn decide_first(store: &dyn Store, queue: &str) -> DecisionSummary {
    let waiting = pending(store).await;
    let new = decided(store, waiting.first().unwrap(), assign(queue), 50.0).await;
    match store.decide(new).await.unwrap() {
        Commit::Stored { summary, .. } => *summary,
        Commit::AlreadyDecided => panic!("it waited and was decided"),
    }
}
