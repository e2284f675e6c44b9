use model::{
    Assignment, Cost, DecisionId, Digest, Disposition, Effect, Fault, FaultKind, GenerationId, InteractionId, Label, Notice, Priority,
    Role, Routing, ServiceLevel, Share, StepOutcome, StepRecord, Target, Timestamp, Trigger,
};
use proptest::prelude::*;

use super::*;

/// One side of a decision, in a few figures.
#[derive(Clone, Debug, Default)]
struct Side {
    queue: Option<String>,
    held: bool,
    score: Option<f32>,
    first_response_ms: Option<u64>,
    effects: Vec<Effect>,
    /// Plugins that trapped.
    faults: Vec<String>,
    fuel: u64,
}

fn to(queue: &str) -> Side {
    Side { queue: Some(queue.into()), score: Some(50.0), fuel: 100, ..Side::default() }
}

impl Side {
    fn decision(&self, interaction: &str) -> Decision {
        let assign = |queue: &String| {
            Disposition::Assign(Assignment {
                targets: vec![Target { queue: queue.clone(), ..Target::default() }],
                service_level: ServiceLevel { first_response_ms: self.first_response_ms, resolution_ms: None },
            })
        };
        let disposition = match &self.queue {
            Some(queue) if self.held => Disposition::Hold(queue.clone()),
            Some(queue) => assign(queue),
            None => Disposition::File,
        };
        Decision {
            id: DecisionId(format!("c-{interaction}")),
            interaction: InteractionId(interaction.into()),
            trigger: Trigger::Arrived,
            read_by: GenerationId("read".into()),
            decided_by: GenerationId("decided".into()),
            chain: "main".into(),
            decided_at: Timestamp(1),
            priority: self.score.map(|score| Priority { score, factors: vec![] }),
            routing: Routing { disposition, effects: self.effects.clone(), reasons: vec![] },
        }
    }

    fn trace(&self) -> Trace {
        let step = |plugin: &str, role: Role, outcome: StepOutcome, cost: Cost| StepRecord {
            plugin: plugin.into(),
            digest: Digest::of(b"component"),
            role,
            fallback_for: None,
            saw: None,
            outcome,
            cost,
        };
        let faulted = |plugin: &String| {
            let fault = Fault { plugin: plugin.clone(), kind: FaultKind::Trap("unreachable".into()) };
            step(plugin, Role::Classifier, StepOutcome::Faulted(fault), Cost::default())
        };
        // Half of what a batch of two cost, and a look-up that is in no sum.
        let share = Some(Share { size: 2, at: 1 });
        let router = Cost { fuel: 2 * self.fuel, cpu_ns: 8_000, share, ..Cost::default() };
        let mut steps: Vec<StepRecord> = self.faults.iter().map(faulted).collect();
        steps.push(step("crm", Role::Enricher, StepOutcome::NotMet, Cost { cpu_ns: 1_000_000, ..Cost::default() }));
        steps.push(step("rules", Role::Router, StepOutcome::NotMet, router));
        Trace { steps, ..Trace::default() }
    }
}

fn judge(tally: &mut Tally, interaction: &str, before: &Side, after: &Side, label: Option<&Label>) {
    let (decision, trace, candidate, redone) = (before.decision(interaction), before.trace(), after.decision(interaction), after.trace());
    tally.judge(Before { decision: &decision, trace: &trace, label }, After { decision: &candidate, trace: &redone, unanswered: &[] });
}

fn label(interaction: &str, queue: Option<&str>, score: Option<f32>) -> Label {
    Label {
        seq: 1,
        interaction: InteractionId(interaction.into()),
        decision: DecisionId(format!("c-{interaction}")),
        at: Timestamp(2),
        by: "ada".into(),
        queue: queue.map(str::to_owned),
        score,
    }
}

/// A tally of everything that can happen.
fn history() -> Tally {
    let mut tally = Tally::default();
    let with = |change: &dyn Fn(&mut Side), mut side: Side| {
        change(&mut side);
        side
    };
    judge(&mut tally, "same", &to("care"), &to("care"), Some(&label("same", None, None)));
    judge(
        &mut tally,
        "moved-1",
        &to("care"),
        &with(&|side| side.score = Some(55.5), to("sales")),
        Some(&label("moved-1", Some("sales"), Some(60.0))),
    );
    judge(&mut tally, "moved-2", &to("care"), &with(&|side| side.score = Some(80.0), to("sales")), None);
    judge(&mut tally, "filed", &to("care"), &Side { fuel: 300, ..Side::default() }, None);
    let after_fault = with(
        &|side| {
            side.held = true;
            side.faults = vec!["rules".into()]
        },
        to("triage"),
    );
    judge(&mut tally, "mended", &after_fault, &to("care"), None);
    judge(&mut tally, "broken", &to("care"), &with(&|side| side.faults = vec!["rules".into(), "mood".into()], to("care")), None);
    let promised = |ms: Option<u64>| with(&|side| side.first_response_ms = ms, to("care"));
    for (before, after) in [(Some(60_000), Some(30_000)), (Some(60_000), Some(300_000)), (None, Some(60_000)), (Some(60_000), None)] {
        judge(&mut tally, "promise", &promised(before), &promised(after), None);
    }
    let notify = |text: &str| Effect::Notify(Notice { recipient: "lead".into(), text: text.into() });
    let timer = || Effect::Timer { name: "again".into(), after_ms: 1 };
    let effects = |effects: Vec<Effect>| with(&|side| side.effects.clone_from(&effects), to("care"));
    judge(&mut tally, "effects", &effects(vec![notify("a"), timer(), timer()]), &effects(vec![notify("b"), timer()]), None);
    tally.erased();
    let (decision, trace) = (to("care").decision("unknown"), to("care").trace());
    let unanswered = ["crm".to_owned(), "stock".to_owned()];
    tally.judge(
        Before { decision: &decision, trace: &trace, label: None },
        After { decision: &decision, trace: &trace, unanswered: &unanswered },
    );
    tally
}

#[test]
fn a_summary_of_everything_that_can_happen() {
    insta::assert_json_snapshot!(history().summary());
}

#[test]
fn a_label_judges_the_decision_that_it_was_given_for() {
    let mut tally = Tally::default();
    let other = Label { decision: DecisionId("c-later".into()), ..label("one", Some("sales"), None) };
    judge(&mut tally, "one", &to("care"), &to("sales"), Some(&other));
    assert_eq!(tally.summary().labels.labelled, 0);
}

#[test]
fn what_is_beyond_a_bound_is_counted_and_does_not_grow() {
    let mut tally = Tally::default();
    let many = 1_000;
    for number in 0..many {
        let side = |prefix: &str| to(&format!("{prefix}-{number:04}"));
        judge(&mut tally, &format!("i-{number:04}"), &side("a"), &side("b"), None);
    }
    let moves = tally.summary().flips.queue;
    assert_eq!((moves.groups.len(), moves.from.len(), moves.count), (GROUPS_MAX, NAMES_MAX, many));
    assert_eq!(moves.other, many - GROUPS_MAX as u64);
    for _ in 0..100 {
        judge(&mut tally, "again", &to("a-0000"), &to("b-0000"), None);
    }
    let first = tally.summary().flips.queue.groups.remove(0);
    assert_eq!((first.count, first.examples.len()), (101, 2));
}

#[test]
fn percentiles_of_scores() {
    let check = |differences: &[f32], expected: (f64, f64, f64, f64)| {
        let mut tally = ScoreTally::default();
        differences.iter().for_each(|difference| tally.note(10.0, 10.0 + difference));
        let found = tally.summary();
        assert_eq!((found.mean, found.p50, found.p95, found.max), expected, "{differences:?}");
    };
    check(&[], (0.0, 0.0, 0.0, 0.0));
    check(&[0.0, 0.0], (0.0, 0.0, 0.0, 0.0));
    check(&[1.0, 2.0, 3.0, 10.0], (4.0, 2.0, 10.0, 10.0));
    check(&[-5.0, 5.0], (5.0, 5.0, 5.0, 5.0));
}

fn gates() -> GateShape {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    GateShape::new(&GateNames {
        chains: names(&["main"]),
        queues: names(&["care", "sales", "triage", "vip.fr"]),
        plugins: names(&["crm", "mood", "rules"]),
    })
}

#[test]
fn gates_are_met_or_not() {
    let (shape, summary) = (gates(), history().summary());
    let check = |source: &str, expected: bool| {
        let gate = Gate::compile(source, &shape).unwrap_or_else(|error| panic!("{source}: {error}"));
        let gated = gate.judge(&summary, &shape);
        assert_eq!((gated.failed, gated.why.as_deref()), (expected, None), "{source}");
    };
    check("summary.flips.queue.share > 0.05", true);
    check("summary.flips.count > 4", false);
    check("summary.flips.queue.from.care > 2 && summary.flips.queue.to['sales'] == 2", true);
    check("summary.flips.queue.to.triage > 0", false);
    check("summary.queues['vip.fr'].candidate > 0 || summary.queues.care.recorded < 3", false);
    check("summary.labels.candidate_share < 0.99", false);
    check("summary.labels.candidate < summary.labels.recorded", false);
    check("summary.faults.candidate.plugins.rules.kinds.trap > 0", true);
    check("summary.faults.candidate.plugins.crm.count > 0", false);
    check("summary.unjudged.look_ups.plugins.crm >= 1", true);
    check("summary.cost.candidate.fuel_per_decision > 2.0 * summary.cost.recorded.fuel_per_decision", false);
    check("summary.effects.dropped.timer > 0 && summary.service_level.first_response.minutes > 3", true);
    check("summary.flips.priority.to['80-100'] > 0", true);
    check("'elsewhere' in summary.flips.queue.to", false);
}

#[test]
fn misspelt_gates_are_refused() {
    let shape = gates();
    let check = |source: &str, expected: &str| {
        assert_eq!(Gate::compile(source, &shape).expect_err(source).to_string(), expected, "{source}");
    };
    check("summary.flips.queue.shares > 0.05", "there is no field `summary.flips.queue.shares`; did you mean `summary.flips.queue.share`?");
    check("summary.flip.count > 1", "there is no field `summary.flip`; did you mean `summary.flips`?");
    check(
        "summary.flips.queue.from.cares > 1",
        "there is no field `summary.flips.queue.from.cares`; did you mean `summary.flips.queue.from.care`?",
    );
    check(
        "summary.flips.queue.from['vip.en'] > 1",
        "there is no field `summary.flips.queue.from.vip.en`; did you mean `summary.flips.queue.from.vip.fr`?",
    );
    check("summary.judged.count > 1", "there is no field `summary.judged.count`");
    check("sumary.judged > 1", "there is no variable `sumary`; did you mean `summary`?");
    check("interaction.text == 'x'", "there is no variable `interaction`");
    check("summary.flips.queue.groups.all(x, x.count > 1)", "`all` is a loop, and conditions have none; write a rule of a router instead");
    assert!(Gate::compile(&format!("{}true", "!".repeat(200)), &shape).is_err());
}

#[test]
fn what_cannot_be_said_fails() {
    let (shape, summary) = (gates(), Summary::default());
    let check = |source: &str, why: &str| {
        let gated = Gate::compile(source, &shape).expect(source).judge(&summary, &shape);
        assert_eq!((gated.failed, gated.why.as_deref()), (true, Some(why)), "{source}");
    };
    check("summary.labels.candidate_share < 0.9", "there is no `candidate_share`");
    check("summary.flips.queue.groups[0].count > 1", "the list is shorter");
    check("summary.judged", "it gives a number, not yes or no");
}

fn side() -> impl Strategy<Value = Side> {
    let queue = proptest::option::of((0..300_u32).prop_map(|number| format!("q-{number:03}")));
    let faults = proptest::collection::vec((0..4_u32).prop_map(|number| format!("p-{number}")), 0..3);
    let timer = (0..3_u64).prop_map(|after_ms| Effect::Timer { name: "again".into(), after_ms });
    let effects = proptest::collection::vec(timer, 0..3);
    (queue, any::<bool>(), proptest::option::of(0.0..100.0_f32), proptest::option::of(0..5_u64), faults, effects).prop_map(
        |(queue, held, score, minutes, faults, effects)| Side {
            queue,
            held,
            score,
            first_response_ms: minutes.map(|minutes| minutes * 60_000),
            effects,
            faults,
            fuel: 7,
        },
    )
}

fn pairs() -> impl Strategy<Value = Vec<(Side, Side)>> {
    proptest::collection::vec((side(), side()), 0..12)
}

fn tally(pairs: &[(Side, Side)], from: usize) -> Tally {
    let mut tally = Tally::default();
    for (number, (before, after)) in pairs.iter().enumerate() {
        let interaction = format!("i-{}", from + number);
        judge(&mut tally, &interaction, before, after, Some(&label(&interaction, Some("q-001"), None)));
    }
    tally
}

fn joined(mut left: Tally, right: Tally) -> Tally {
    left.join(right);
    left
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn tallies_join_in_any_order(a in pairs(), b in pairs(), c in pairs()) {
        let (a, b, c) = (tally(&a, 0), tally(&b, 100), tally(&c, 200));
        let left = joined(joined(a.clone(), b.clone()), c.clone());
        let right = joined(a.clone(), joined(b.clone(), c.clone()));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(&left, &joined(joined(c, a), b));
    }

    #[test]
    fn counts_add_up(pairs in pairs()) {
        let (apart, together) = (pairs.split_at(pairs.len() / 2), tally(&pairs, 0));
        prop_assert_eq!(&joined(tally(apart.0, 0), tally(apart.1, apart.0.len())), &together);
        let found = together.summary();
        prop_assert_eq!(found.decisions, pairs.len() as u64);
        prop_assert_eq!(found.judged + found.unjudged.count, found.decisions);
        for moves in [&found.flips.queue, &found.flips.disposition, &found.flips.priority] {
            prop_assert_eq!(moves.groups.iter().map(|group| group.count).sum::<u64>() + moves.other, moves.count);
            prop_assert!(moves.count <= found.judged);
        }
        prop_assert_eq!(found.queues.values().map(|load| load.recorded).sum::<u64>(), found.judged);
        prop_assert_eq!(found.queues.values().map(|load| load.candidate).sum::<u64>(), found.judged);
        let promise = found.service_level.first_response;
        prop_assert_eq!(promise.unchanged + promise.tightened + promise.loosened + promise.added + promise.removed, found.judged);
        for faults in [&found.faults.recorded, &found.faults.candidate] {
            prop_assert_eq!(faults.plugins.values().map(|plugin| plugin.count).sum::<u64>() + faults.other, faults.count);
        }
        prop_assert_eq!(found.cost.recorded.fuel, 7 * found.judged);
    }
}
