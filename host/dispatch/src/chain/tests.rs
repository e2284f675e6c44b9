use std::collections::BTreeSet;

use model::{Disposition, FaultKind, InteractionId, OnFault, Priority, Role, StepOutcome, Suggestion};

use super::*;
use crate::port::Plugin;
use crate::testing::{Scripted, chain, decider, generation, hold_in, signal, step};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn work(text: &str) -> Work {
    let interaction = Interaction { id: InteractionId("i1".into()), text: text.into(), channel: "mail".into(), ..Interaction::default() };
    Work { interaction, situation: Situation::default(), read_by: GenerationId("reader".into()) }
}

fn angry() -> Arc<dyn Plugin> {
    let classifier = Scripted::new("angry").known(|info| info.spec.grants.fields = BTreeSet::from(["text".to_owned()]));
    classifier.classifies(|seen| Ok(vec![signal("sentiment", if seen.text.contains("late") { "negative" } else { "neutral" })])).done()
}

fn crashing(name: &str) -> Arc<dyn Plugin> {
    let trap = || FaultKind::Trap("unreachable".into());
    Scripted::new(name).classifies(move |_| Err(trap())).routes(move |_, _, _| Err(trap())).prioritizes(move |_| Err(trap())).done()
}

/// Routes by the sentiment and the priority that it is told.
fn router() -> Arc<dyn Plugin> {
    let by_signals = |seen: Interaction, _, priority: Option<Priority>| {
        let negative = seen.signals.iter().any(|signal| signal.value == "negative".into());
        Ok(hold_in(if negative || priority.is_some_and(|priority| priority.score > 50.0) { "care" } else { "triage" }))
    };
    Scripted::new("router").routes(by_signals).done()
}

async fn decide(generation: &Arc<Generation>, text: &str) -> (Decision, Trace) {
    let (decider, _) = decider();
    decider.decide(generation, work(text), NOW, DecisionId("c1".into())).await
}

fn queue(decision: &Decision) -> &str {
    decision.routing.disposition.queue().unwrap_or("none")
}

/// One line for each step.
fn story(trace: &Trace) -> Vec<String> {
    let said = |outcome: &StepOutcome| match outcome {
        StepOutcome::Said(json) => format!("said {json}"),
        StepOutcome::NotMet => "not met".to_owned(),
        StepOutcome::ConditionFailed(why) => format!("condition failed: {why}"),
        StepOutcome::Faulted(fault) => fault.to_string(),
    };
    let instead = |other: &Option<String>| other.as_ref().map(|other| format!(" instead of {other}")).unwrap_or_default();
    trace
        .steps
        .iter()
        .map(|step| format!("{} {}{}: {}", step.role, step.plugin, instead(&step.fallback_for), said(&step.outcome)))
        .collect()
}

#[tokio::test]
async fn steps_run_in_order_and_everything_is_recorded() {
    let ranked = Scripted::new("rank").prioritizes(|_| Ok(Priority { score: 250.0, factors: vec![] })).done();
    let looked_up = Scripted::new("crm").enriches(|_| Ok(vec![signal("lifecycle", "customer")])).done();
    let replies =
        Scripted::new("replies").suggests(|_| Ok(vec![Suggestion { text: "Sorry!".into(), private: true, source: None, confidence: 0.5 }]));
    let generation = generation(
        &[looked_up, angry(), ranked, router(), replies.done()],
        vec![],
        vec![chain(
            "main",
            None,
            vec![
                step("crm", Role::Enricher, None, OnFault::Skip),
                step("angry", Role::Classifier, Some("signal.lifecycle == 'customer'"), OnFault::Skip),
                step("rank", Role::Prioritizer, Some("signal.language == 'fr'"), OnFault::Skip),
                step("rank", Role::Prioritizer, Some("signal.sentiment == 'negative'"), OnFault::Skip),
                step("router", Role::Router, Some("priority.score >= 100"), OnFault::Hold),
                step("replies", Role::Responder, None, OnFault::Hold),
            ],
        )],
    );
    let (decision, trace) = decide(&generation, "it is late").await;
    insta::assert_snapshot!(story(&trace).join("\n"), @r#"
    enricher crm: said [{"name":"lifecycle","source":"crm","value":"customer"}]
    classifier angry: said [{"name":"sentiment","source":"angry","value":"negative"}]
    prioritizer rank: condition failed: there is no `language`
    prioritizer rank: said {"factors":[],"score":100.0}
    router router: said {"disposition":{"hold":"care"},"reasons":[{"code":"because","text":"Because."}]}
    responder replies: said [{"confidence":0.5,"private":true,"text":"Sorry!"}]
    "#);
    assert_eq!((queue(&decision), decision.chain.as_str(), decision.decided_at), ("care", "main", NOW));
    assert_eq!(decision.read_by.0, "reader");
    assert_eq!(&decision.decided_by, generation.id());
    assert_eq!(trace.interaction, work("it is late").interaction, "as it stood before any step");
    assert_eq!(trace.situation.now, NOW);
    // Only who was granted the text has seen it.
    let saw: Vec<bool> = trace.steps.iter().map(|step| step.saw.as_ref().is_some_and(|saw| saw.text == "it is late")).collect();
    assert_eq!(saw, [false, true, false, false, false, false]);
    assert_eq!(trace.steps[4].saw.as_ref().unwrap().withheld, ["text"]);

    // The same again: the same trace and the same decision.
    let again = decide(&generation, "it is late").await;
    assert_eq!(again, (decision, trace));
}

#[tokio::test]
async fn faults_never_decide() {
    let check = async |steps: Vec<model::StepSpec>, expected_queue: &str, expected: &[&str], reason: &str| {
        let plugins = [angry(), crashing("crash"), crashing("crash2"), router()];
        let generation = generation(&plugins, vec![], vec![chain("main", None, steps)]);
        let (decision, trace) = decide(&generation, "late").await;
        let briefly: Vec<String> = story(&trace).iter().map(|line| line.split(": said").next().unwrap_or_default().to_owned()).collect();
        assert_eq!(briefly, expected);
        assert_eq!(queue(&decision), expected_queue, "{expected:?}");
        assert_eq!(decision.routing.reasons[0].text, reason);
    };
    let crash = |on_fault| step("crash", Role::Classifier, None, on_fault);
    let route = || step("router", Role::Router, None, OnFault::Hold);
    let trapped = "classifier crash: plugin `crash` trapped: unreachable";
    check(vec![crash(OnFault::Skip), route()], "triage", &[trapped, "router router"], "Because.").await;
    let held = "Plugin crash trapped, so a person decides.";
    check(vec![crash(OnFault::Hold), route()], "triage", &[trapped], held).await;
    let fallback = OnFault::Fallback("angry".into());
    check(vec![crash(fallback), route()], "care", &[trapped, "classifier angry instead of crash", "router router"], "Because.").await;
    let twice = "classifier crash2 instead of crash: plugin `crash2` trapped: unreachable";
    let held_twice = "Plugin crash2 trapped, so a person decides.";
    check(vec![crash(OnFault::Fallback("crash2".into())), route()], "triage", &[trapped, twice], held_twice).await;
    let lost = "router crash: plugin `crash` trapped: unreachable";
    let nobody = "No router said where it goes, so a person decides.";
    check(vec![step("crash", Role::Router, None, OnFault::Skip)], "triage", &[lost], nobody).await;
    check(vec![step("crash", Role::Router, None, OnFault::Skip), route()], "triage", &[lost, "router router"], "Because.").await;
}

#[tokio::test]
async fn broken_contracts_and_panics_are_faults() {
    let typed = Scripted::new("typed").classifies(|_| Ok(vec![signal("language", 1.0)])).done();
    let panics = Scripted::new("panics").classifies(|_| panic!("a defect")).done();
    let empty = Scripted::new("empty")
        .routes(|_, _, _| Ok(model::Routing { disposition: Disposition::Assign(model::Assignment::default()), ..hold_in("care") }));
    let steps = vec![
        step("typed", Role::Classifier, None, OnFault::Skip),
        step("panics", Role::Classifier, None, OnFault::Skip),
        step("empty", Role::Router, None, OnFault::Hold),
    ];
    let generation = generation(&[typed, panics, empty.done()], vec![], vec![chain("main", None, steps)]);
    let (decision, trace) = decide(&generation, "x").await;
    insta::assert_snapshot!(story(&trace).join("\n"), @r"
    classifier typed: plugin `typed` broke the contract: the signal `language` must be a text
    classifier panics: plugin `panics` trapped: the host failed while it called the plugin
    router empty: plugin `empty` broke the contract: an assignment without targets
    ");
    assert_eq!(decision.routing.reasons[0].code, "held-after-fault");
}

#[tokio::test]
async fn an_unknown_queue_is_replaced_and_recorded() {
    let target = |queue: &str| model::Target { queue: queue.into(), ..model::Target::default() };
    let assign = model::Assignment { targets: vec![target("vip"), target("care")], ..model::Assignment::default() };
    let router =
        Scripted::new("r").routes(move |_, _, _| Ok(model::Routing { disposition: Disposition::Assign(assign.clone()), ..hold_in("x") }));
    let generation = generation(&[router.done()], vec![], vec![chain("main", None, vec![step("r", Role::Router, None, OnFault::Hold)])]);
    let (decision, _) = decide(&generation, "x").await;
    let Disposition::Assign(assignment) = &decision.routing.disposition else { panic!("{decision:?}") };
    let queues: Vec<&str> = assignment.targets.iter().map(|target| target.queue.as_str()).collect();
    assert_eq!(queues, ["triage", "care"]);
    assert_eq!(decision.routing.reasons.last().unwrap().text, "There is no queue vip; triage is used instead.");
}

#[tokio::test]
async fn the_first_chain_whose_condition_is_met_is_taken() {
    let route = || vec![step("router", Role::Router, None, OnFault::Hold)];
    let chains = vec![
        chain("late", Some("interaction.text.contains('late')"), route()),
        chain("french", Some("interaction.language == 'fr'"), route()),
        chain("rest", None, route()),
    ];
    let generation = generation(&[router()], vec![], chains);
    assert_eq!(decide(&generation, "it is late").await.0.chain, "late");
    assert_eq!(decide(&generation, "hello").await.0.chain, "rest");
}

#[tokio::test]
async fn look_ups_made_ahead_count_only_while_they_fit() {
    let crm = Scripted::new("crm").enriches(|seen| Ok(vec![signal("seen", seen.withheld.join(","))])).done();
    let steps = vec![step("crm", Role::Enricher, None, OnFault::Skip), step("router", Role::Router, None, OnFault::Hold)];
    let generation = generation(&[crm, router()], vec![], vec![chain("main", None, steps)]);
    let (decider, counters) = decider();
    let calls = |expected| assert_eq!(counters.snapshot().plugins["crm"].calls, expected);
    let pin = |work| decider.pin(&generation, work, NOW);
    let ahead = decider.enrich(pin(work("one"))).await;
    calls(1);
    let later = Work { situation: Situation { inbound_count: 9, ..Situation::default() }, ..work("one") };
    let (_, trace) = decider.settle(pin(later), Some(ahead.clone()), DecisionId::default()).await;
    calls(1);
    assert_eq!(trace.steps.len(), 2);
    assert_eq!(trace.steps[1].saw.as_ref().unwrap().signals.len(), 1);
    let (_, trace) = decider.settle(pin(work("edited meanwhile")), Some(ahead), DecisionId::default()).await;
    calls(2);
    assert_eq!(trace.steps.len(), 2);
}
