use model::{Assignment, GenerationId, InteractionId, Priority, Share, Target, Timestamp, Trigger};
use serde_json::json;

use super::*;
use crate::testing::hold_in;

fn decision(change: impl FnOnce(&mut Decision)) -> Decision {
    let mut decision = Decision {
        id: DecisionId("c1".into()),
        interaction: InteractionId("i1".into()),
        trigger: Trigger::Arrived,
        read_by: GenerationId("r".into()),
        decided_by: GenerationId("g".into()),
        chain: "main".into(),
        decided_at: Timestamp(1),
        priority: Some(Priority { score: 50.0, factors: vec![] }),
        routing: hold_in("care"),
    };
    change(&mut decision);
    decision
}

fn assign(queues: &[&str]) -> Disposition {
    let targets = queues.iter().map(|queue| Target { queue: (*queue).into(), ..Target::default() }).collect();
    Disposition::Assign(Assignment { targets, ..Assignment::default() })
}

#[test]
fn what_would_become_otherwise_is_told() {
    let check = |change: fn(&mut Decision), expected: Json| {
        let told = difference(&decision(|_| {}), &decision(change));
        assert_eq!(serde_json::to_value(told).unwrap(), expected);
    };
    check(|other| other.id.0.push('x'), json!(null));
    check(|other| other.routing.reasons.clear(), json!(null));
    check(|other| other.routing.disposition = Disposition::Hold("vip".into()), json!({"queue": {"from": "care", "to": "vip"}}));
    check(
        |other| other.routing.disposition = Disposition::File,
        json!({"disposition": {"from": "hold", "to": "file"}, "queue": {"from": "care", "to": null}}),
    );
    check(|other| other.routing.disposition = assign(&["care"]), json!({"disposition": {"from": "hold", "to": "assign"}}));
    check(|other| other.priority = None, json!({"score": {"from": 50.0, "to": null}}));
    check(
        |other| other.routing.effects.push(Effect::Timer { name: "t".into(), after_ms: 1 }),
        json!({"effects": {"from": [], "to": ["timer"]}}),
    );
    let (from, to) =
        (decision(|one| one.routing.disposition = assign(&["a", "b"])), decision(|one| one.routing.disposition = assign(&["c"])));
    let told = difference(&from, &to).unwrap();
    assert_eq!(serde_json::to_value(&told).unwrap(), json!({"queue": {"from": "a", "to": "c"}, "assignment": true}));
    assert!(told.flips() && told.bands().is_none());
}

#[test]
fn bands_are_of_twenty_points() {
    let scores = [None, Some(0.0), Some(19.9), Some(20.0), Some(59.0), Some(60.0), Some(80.0), Some(100.0)];
    assert_eq!(scores.map(band), ["none", "0-19", "0-19", "20-39", "40-59", "60-79", "80-100", "80-100"]);
    let told = difference(&decision(|_| {}), &decision(|one| one.priority = None)).unwrap();
    assert_eq!(told.bands(), Some(Change { from: "40-59", to: "none" }));
    assert!(!told.flips());
}

fn trace(change: impl FnOnce(&mut StepRecord)) -> Trace {
    let mut step = StepRecord {
        plugin: "p".into(),
        digest: Digest::of(b"p"),
        role: Role::Classifier,
        fallback_for: None,
        saw: Some(Interaction { text: "hello".into(), ..Interaction::default() }),
        outcome: StepOutcome::Said(json!([{"value": 0.0}])),
        cost: Cost { fuel: 7, memory_bytes: 9, ..Cost::default() },
    };
    change(&mut step);
    Trace { steps: vec![step], ..Trace::default() }
}

#[test]
fn everything_but_the_machine_is_compared() {
    let check = |change: fn(&mut StepRecord), expected: &[&str]| {
        let (left, right) = (trace(|_| {}), trace(change));
        let found = exact((&decision(|_| {}), &left), (&decision(|other| other.id.0.clear()), &right));
        assert_eq!(found.iter().map(|mismatch| mismatch.place.as_str()).collect::<Vec<_>>(), expected);
    };
    check(|_| {}, &[]);
    check(|step| (step.cost.duration_ns, step.cost.cpu_ns, step.cost.deadline_ms) = (1, 2, 3), &[]);
    check(|step| step.cost.fuel = 8, &["steps.0.fuel"]);
    check(|step| (step.cost.fuel, step.cost.memory_bytes, step.cost.share) = (8, 8, Some(Share { size: 2, at: 0 })), &[]);
    check(|step| step.saw.as_mut().unwrap().text.clear(), &["steps.0.saw.text"]);
    check(|step| step.saw = None, &["steps.0.saw"]);
    check(|step| step.outcome = StepOutcome::Said(json!([{"value": -0.0}])), &["steps.0.outcome.said.0.value"]);
    check(|step| step.outcome = StepOutcome::NotMet, &["steps.0.outcome"]);
    check(|step| step.fallback_for = Some("q".into()), &["steps.0.fallback_for"]);
    let found = exact((&decision(|_| {}), &trace(|_| {})), (&decision(|other| other.chain = "other".into()), &Trace::default()));
    let expected = [("decision.chain", json!("main"), json!("other")), ("steps", json!(1), json!(0))];
    assert_eq!(
        found.into_iter().map(|one| (one.place, one.recorded, one.replayed)).collect::<Vec<_>>(),
        expected.map(|(place, l, r)| (place.to_owned(), l, r))
    );
}
