use std::collections::BTreeSet;

use model::{
    Decision, DecisionId, FaultKind, GenerationId, Interaction, InteractionId, OnFault, Priority, Role, Situation, StepOutcome, StepSpec,
    Timestamp, Trace,
};
use proptest::prelude::*;

use super::*;
use crate::breaker::{BreakerState, Breakers};
use crate::chain::{Decider, Pinned};
use crate::counters::Counters;
use crate::generation::Generation;
use crate::port::{Plugin, Work};
use crate::testing::{QuickClock, Scripted, chain, decider, decider_with, generation, hold_in, signal, step};

const NOW: Timestamp = Timestamp(QuickClock::START);

fn work(text: &str) -> Work {
    let interaction = Interaction { id: InteractionId(text.into()), text: text.into(), channel: "mail".into(), ..Interaction::default() };
    Work { interaction, situation: Situation::default(), read_by: GenerationId("reader".into()) }
}

/// Judges these together, and concludes.
fn together(decider: &Decider, generation: &Arc<Generation>, texts: &[&str]) -> Vec<(Decision, Trace)> {
    let mut runs: Vec<Run> = texts
        .iter()
        .map(|text| {
            let Pinned(run) = decider.pin(generation, work(text), NOW);
            run
        })
        .collect();
    judge(&mut runs);
    let conclude = |mut run: Run| {
        let routing = run.conclude();
        run.finish(routing, DecisionId("c".into()))
    };
    runs.into_iter().map(conclude).collect()
}

fn may_see(plugin: Scripted) -> Scripted {
    plugin.known(|info| info.spec.grants.fields = BTreeSet::from(["text".to_owned()]))
}

fn never_trips(plugin: Scripted) -> Scripted {
    plugin.known(|info| info.spec.breaker.faults_max = 0)
}

/// A plugin in all pure roles that does by the letter of its name in the text: `!` traps, `#` panics, `?` breaks the contract.
fn moody(name: &'static str) -> Scripted {
    let mood = move |text: &str| {
        let after = text.find(name).and_then(|at| text[at + name.len()..].chars().next());
        match after {
            Some('!') => Err(FaultKind::Trap("unreachable".into())),
            Some('#') => panic!("a defect"),
            other => Ok(other),
        }
    };
    let plugin = never_trips(may_see(Scripted::new(name)));
    plugin
        .classifies(move |seen| {
            let value: model::Value = if mood(&seen.text)? == Some('?') { 1.0.into() } else { "fr".into() };
            Ok(vec![signal("language", value), signal("found-by", name)])
        })
        .prioritizes(move |seen| {
            mood(&seen.text).map(|mood| Priority { score: if mood == Some('?') { f32::NAN } else { 40.0 }, factors: vec![] })
        })
        .routes(move |seen, _, priority| {
            mood(&seen.text)?;
            Ok(hold_in(if priority.is_some_and(|priority| priority.score > 30.0) && !seen.signals.is_empty() { "care" } else { "vip" }))
        })
}

fn steps() -> impl Strategy<Value = Vec<StepSpec>> {
    let name = || prop::sample::select(vec!["a", "b", "c"]);
    let when = prop::sample::select(vec![
        None,
        Some("signal.language == 'fr'"),
        Some("interaction.text.contains('x')"),
        Some("priority.score > 10"),
    ]);
    let role = prop::sample::select(vec![Role::Classifier, Role::Prioritizer]);
    let on_fault = || prop::sample::select(vec![OnFault::Skip, OnFault::Hold, OnFault::Fallback("spare".into())]);
    let judging = (name(), role, when.clone(), on_fault()).prop_map(|(name, role, when, on_fault)| step(name, role, when, on_fault));
    let routing = (name(), when).prop_map(|(name, when)| step(name, Role::Router, when, OnFault::Skip));
    (prop::collection::vec(judging, 0..4), prop::collection::vec(routing, 0..2), name()).prop_map(|(mut steps, routers, last)| {
        steps.extend(routers);
        steps.push(step(last, Role::Router, None, OnFault::Fallback("spare".into())));
        steps
    })
}

proptest! {
    #[test]
    fn together_is_as_one_by_one(steps in steps(), texts in prop::collection::vec("(([abc]|spare)[!#?. ]x?){0,4}", 1..12)) {
        let plugins: Vec<Arc<dyn Plugin>> = ["a", "b", "c", "spare"].map(|name| moody(name).done()).into();
        let generation = generation(&plugins, vec![], vec![chain("main", None, steps)]);
        let ((decider, counters), (alone, alone_counters)) = (decider(), self::decider());
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let decided = together(&decider, &generation, &texts);
        let one_by_one: Vec<_> = texts.iter().flat_map(|text| together(&alone, &generation, &[text])).collect();
        prop_assert_eq!(decided, one_by_one);
        prop_assert_eq!(counters.snapshot(), alone_counters.snapshot());
    }
}

fn faults(trace: &Trace) -> Vec<&'static str> {
    let name = |outcome: &StepOutcome| match outcome {
        StepOutcome::Faulted(fault) => fault.kind.name(),
        _ => "said",
    };
    trace.steps.iter().map(|step| name(&step.outcome)).collect()
}

#[test]
fn each_step_is_one_call_for_all_who_reach_it() {
    let classifier = never_trips(may_see(Scripted::new("classifier"))).classifies(|seen| Ok(vec![signal("long", seen.text.len() > 1)]));
    let router = never_trips(Scripted::new("router")).routes(|_, _, _| Ok(hold_in("care")));
    let (classified, routed) = (classifier.asked(), router.asked());
    let steps = vec![
        step("classifier", Role::Classifier, Some("interaction.text != 'b'"), OnFault::Skip),
        step("router", Role::Router, Some("signal.long"), OnFault::Skip),
        step("router", Role::Router, None, OnFault::Hold),
    ];
    let generation = generation(&[classifier.done(), router.done()], vec![], vec![chain("main", None, steps)]);
    together(&decider().0, &generation, &["a", "b", "cc", "dd", "e"]);
    assert_eq!(*classified.lock().unwrap(), [(4, Some(10_000))]);
    assert_eq!(*routed.lock().unwrap(), [(2, Some(10_000)), (3, Some(10_000))]);
}

#[test]
fn time_is_charged_in_equal_parts_and_who_has_little_left_is_asked_alone() {
    let clock = Arc::new(QuickClock::default());
    let breakers = Arc::new(Breakers::new(Arc::clone(&clock) as Arc<dyn crate::port::Clock>));
    let decider = decider_with(Arc::new(Counters::default()), breakers);
    let slow = never_trips(may_see(Scripted::new("slow")));
    let passing = Arc::clone(&clock);
    let slow = slow.classifies(move |seen| {
        passing.pass(seen.text.len() as u64 * 100);
        Ok(vec![])
    });
    let router =
        never_trips(Scripted::new("router")).known(|info| info.spec.limits.deadline_ms = 100).routes(|_, _, _| Ok(hold_in("care")));
    let (asked, routed) = (slow.asked(), router.asked());
    let steps = vec![
        step("slow", Role::Classifier, Some("interaction.text != 'quick'"), OnFault::Skip),
        step("router", Role::Router, None, OnFault::Hold),
    ];
    let spec = model::ChainSpec { deadline_ms: 350, ..chain("main", None, steps) };
    let generation = generation(&[slow.known(|info| info.spec.limits.deadline_ms = 300).done(), router.done()], vec![], vec![spec]);
    // 200 and 400 ms, charged with 300 each: less is left than the router's own deadline.
    let decided = together(&decider, &generation, &["xx", "quick", "xxxx"]);
    assert_eq!(*asked.lock().unwrap(), [(2, Some(350))]);
    assert_eq!(*routed.lock().unwrap(), [(1, Some(50)), (1, Some(50)), (1, Some(350))]);
    assert!(decided.iter().all(|(decision, _)| decision.routing.disposition.queue() == Some("care")));
    // 600 ms: nothing is left, and the router is not asked.
    let decided = together(&decider, &generation, &["xxxxxx", "quick"]);
    assert_eq!(faults(&decided[0].1), ["said", "budget"]);
    assert_eq!(decided[0].0.routing.reasons[0].text, "Plugin router was not asked because the time was used up, so a person decides.");
    assert_eq!((decided[0].1.steps[1].saw.as_ref(), &decided[0].1.steps[1].cost), (None, &model::Cost::default()));
    assert_eq!(faults(&decided[1].1), ["said", "said"]);
}

#[test]
fn a_plugin_that_is_out_of_service_is_not_asked_in_any_chain() {
    let clock = Arc::new(QuickClock::default());
    let breakers = Arc::new(Breakers::new(Arc::clone(&clock) as Arc<dyn crate::port::Clock>));
    let counters = Arc::new(Counters::default());
    let decider = decider_with(Arc::clone(&counters), Arc::clone(&breakers));
    let crash = may_see(Scripted::new("crash")).classifies(|seen| if seen.text == "fine" { Ok(vec![]) } else { Err(FaultKind::Stack) });
    let asked = crash.asked();
    let spare = Scripted::new("spare").classifies(|_| Ok(vec![signal("spare", true)])).done();
    let router = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
    let steps = |on_fault| vec![step("crash", Role::Classifier, None, on_fault), step("router", Role::Router, None, OnFault::Hold)];
    let chains = vec![
        chain("first", Some("interaction.text == 'first'"), steps(OnFault::Hold)),
        chain("rest", None, steps(OnFault::Fallback("spare".into()))),
    ];
    let generation = generation(&[crash.done(), spare, router], vec![], chains);
    let decided = together(&decider, &generation, &["x"; 9]);
    let told: Vec<&str> = decided.iter().map(|(_, trace)| faults(trace)[0]).collect();
    assert_eq!(told, ["stack", "stack", "stack", "stack", "stack", "tripped", "tripped", "tripped", "tripped"]);
    assert!(decided.iter().all(|(_, trace)| trace.steps[1].fallback_for.as_deref() == Some("crash")));
    let held = together(&decider, &generation, &["first"]);
    assert_eq!(faults(&held[0].1), ["tripped"]);
    assert_eq!(held[0].0.routing.reasons[0].text, "Plugin crash was not asked because it is out of service, so a person decides.");
    assert_eq!(*asked.lock().unwrap(), [(5, Some(10_000))]);

    let counts = counters.snapshot();
    assert_eq!((counts.plugins["crash"].calls, counts.plugins["crash"].faults["tripped"]), (5, 5));
    assert_eq!((counts.chains["rest"].calls, counts.chains["rest"].faults, counts.chains["rest"].interactions), (23, 9, 9));
    assert_eq!((counts.chains["first"].held, breakers.snapshot()["crash"].state), (1, BreakerState::Open));

    clock.pass(10_000);
    let probed = together(&decider, &generation, &["fine", "fine"]);
    assert_eq!(probed.iter().map(|(_, trace)| faults(trace)[0]).collect::<Vec<_>>(), ["said", "said"]);
    assert_eq!(breakers.snapshot()["crash"].state, BreakerState::Closed);
    assert_eq!(asked.lock().unwrap()[1..], [(1, Some(10_000)), (1, Some(10_000))]);
}
