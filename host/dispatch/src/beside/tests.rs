use std::collections::BTreeSet;

use model::{DecisionId, Effect, FaultKind, GenerationId, Interaction, InteractionId, OnFault, Priority, Role, Situation, Timestamp};

use super::*;
use crate::dispatcher::DispatcherSettings;
use crate::port::{CanaryOrder, CanaryThresholds, Plugin, Work};
use crate::testing::{Desk, QuickClock, Scripted, chain, decider, generation, hold_in, signal, step};

const WHOLE: u32 = crate::generation::WHOLE_PPM;

/// Waits until it is so; the other tasks and threads go on meanwhile.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        tokio::task::yield_now().await;
    }
}

/// A generation named by its chain, with one router.
fn of_router(name: &str, router: Scripted) -> Arc<Generation> {
    generation(&[router.done()], vec![], vec![chain(name, None, vec![step("router", Role::Router, None, OnFault::Hold)])])
}

fn routing_to(name: &str, queue: &'static str) -> Arc<Generation> {
    of_router(name, Scripted::new("router").routes(move |_, _, _| Ok(hold_in(queue))))
}

fn trapping(name: &str) -> Arc<Generation> {
    of_router(name, Scripted::new("router").routes(|_, _, _| Err(FaultKind::Trap("unreachable".into()))))
}

fn desk(serving: &Arc<Generation>) -> Desk {
    Desk::new(Arc::clone(serving), DispatcherSettings::default())
}

fn plan(steps_percent: &[f64], change: impl FnOnce(&mut CanaryOrder)) -> CanaryPlan {
    let mut order = CanaryOrder {
        candidate: "new.toml".into(),
        steps_percent: steps_percent.to_vec(),
        step_seconds: 60,
        decisions_min: 10,
        thresholds: CanaryThresholds { decisions_min: 10, ..CanaryThresholds::default() },
        why: String::new(),
    };
    change(&mut order);
    CanaryPlan::of(&order).unwrap()
}

/// A decision of this generation about interaction `i{number}`, as the dispatcher tells it.
async fn told(generation: &Arc<Generation>, number: usize, took_us: u64) -> Told {
    let id = InteractionId(format!("i{number}"));
    let interaction = Interaction { id, text: "hello".into(), ..Interaction::default() };
    let work = Work { interaction, situation: Situation::default(), read_by: GenerationId("r".into()) };
    let (decision, trace) = decider().0.decide(generation, work, Timestamp(QuickClock::START), DecisionId(format!("c{number}"))).await;
    Told { decision, trace, generation: Arc::clone(generation), took: Duration::from_micros(took_us) }
}

async fn tell(desk: &Desk, generation: &Arc<Generation>, count: usize, took_us: u64) {
    for number in 0..count {
        desk.beside.tell(told(generation, number, took_us).await);
    }
}

/// Compares for as long as the test runs.
fn compare(desk: &Desk) {
    let beside = desk.beside.clone();
    tokio::spawn(async move { beside.run(CancellationToken::new()).await });
}

fn turned(turns: &mut mpsc::Receiver<CanaryTurn>) -> (&'static str, String) {
    let turn = turns.try_recv().expect("a turn");
    (turn.name(), turn.why().to_owned())
}

#[tokio::test]
async fn a_canary_that_traps_is_withdrawn_and_the_next_one_is_decided_by_what_serves() {
    let (serving, candidate) = (routing_to("old", "care"), trapping("new"));
    let desk = desk(&serving);
    let mut turns = desk.beside.turns().unwrap();
    assert!(desk.beside.begin_canary(&candidate, plan(&[100.0], |_| {})));
    assert!(!desk.beside.begin_canary(&candidate, plan(&[100.0], |_| {})), "one at a time");
    let mut live = desk.live.subscribe();
    let (stop, running) = desk.run();
    for (seq, by) in [(1, &candidate), (2, &serving), (3, &serving)] {
        desk.store.wait_for(seq, "k", "hello");
        desk.dispatcher.wake();
        assert_eq!(live.recv().await.unwrap().decision.decided_by, *by.id());
    }
    stop.cancel();
    running.await.unwrap();
    assert_eq!(turned(&mut turns), ("withdrawn", "1 of 1 decisions had a fault, more than 1 %".to_owned()));
    let report = desk.beside.canary_report().unwrap();
    assert_eq!((report.end, report.decisions, report.faulted, report.share_percent), (Some(CanaryEnd::Withdrawn), 1, 1, 0.0));
    assert!(desk.beside.end_canary(CanaryEnd::Withdrawn, "by hand").is_none());
    assert!(desk.beside.begin_canary(&candidate, plan(&[1.0], |_| {})), "another may begin");
}

#[tokio::test]
async fn a_few_faults_among_many_are_borne() {
    let (serving, fine, bad) = (routing_to("old", "care"), routing_to("new", "care"), trapping("bad"));
    let desk = desk(&serving);
    let order = |order: &mut CanaryOrder| order.thresholds.fault_rate_max = 0.2;
    assert!(desk.beside.begin_canary(&fine, plan(&[50.0], order)));
    let fault = told(&bad, 1, 100).await;
    let faulted = || desk.beside.tell(Told { generation: Arc::clone(&fine), ..fault.clone() });
    faulted();
    faulted();
    assert!(desk.current.canary().is_some(), "2 of at least 10");
    tell(&desk, &fine, 18, 100).await;
    faulted();
    faulted();
    assert!(desk.current.canary().is_some(), "4 of 22");
    faulted();
    assert!(desk.current.canary().is_none(), "5 of 23");
}

#[tokio::test]
async fn a_canary_that_disagrees_is_withdrawn() {
    let (serving, candidate) = (routing_to("old", "care"), routing_to("new", "triage"));
    let desk = desk(&serving);
    let mut turns = desk.beside.turns().unwrap();
    assert!(desk.beside.begin_canary(&candidate, plan(&[5.0], |_| {})));
    compare(&desk);
    tell(&desk, &candidate, 2, 100).await;
    until(|| desk.beside.canary_report().unwrap().compared == 2).await;
    assert!(desk.current.canary().is_some(), "2 of at least 10");
    tell(&desk, &candidate, 1, 100).await;
    until(|| desk.current.canary().is_none()).await;
    assert_eq!(turned(&mut turns), ("withdrawn", "3 of 3 decisions were against the serving generation, more than 20 %".to_owned()));
    let report = desk.beside.canary_report().unwrap();
    assert_eq!((report.compared, report.disagreed, report.differences.len()), (3, 3, 1));
    assert_eq!((report.differences[0].from.as_str(), report.differences[0].to.as_str()), ("care", "triage"));
}

#[tokio::test]
async fn a_canary_that_is_slow_is_withdrawn() {
    let (serving, candidate) = (routing_to("old", "care"), routing_to("new", "care"));
    let desk = desk(&serving);
    let mut turns = desk.beside.turns().unwrap();
    assert!(desk.beside.begin_canary(&candidate, plan(&[5.0], |_| {})));
    tell(&desk, &candidate, 20, 1_000).await;
    tell(&desk, &serving, 20, 1_000).await;
    tell(&desk, &candidate, 2, 90_000).await;
    assert!(desk.current.canary().is_some(), "two that were interrupted are no percentile");
    tell(&desk, &candidate, 1, 90_000).await;
    assert!(desk.current.canary().is_none());
    let (name, why) = turned(&mut turns);
    assert_eq!((name, why.contains("more than 2 times the 1.0 ms")), ("withdrawn", true), "{why}");
}

#[tokio::test]
async fn a_good_canary_grows_by_time_and_count_until_it_serves_everybody() {
    let (serving, candidate) = (routing_to("old", "care"), routing_to("new", "care"));
    let desk = desk(&serving);
    let mut turns = desk.beside.turns().unwrap();
    assert!(desk.beside.begin_canary(&candidate, plan(&[1.0, 10.0, 100.0], |_| {})));
    compare(&desk);
    let share = || desk.current.canary().map(|(_, share_ppm)| share_ppm);
    let settled = async |count: u64| until(|| desk.beside.canary_report().unwrap().compared == count).await;
    tell(&desk, &candidate, 12, 100).await;
    settled(12).await;
    assert_eq!(share(), Some(10_000), "time is missing");
    desk.clock.pass(60_000);
    tell(&desk, &serving, 1, 100).await;
    assert_eq!(share(), Some(100_000));
    assert_eq!(turned(&mut turns).0, "widened");
    desk.clock.pass(60_000);
    tell(&desk, &candidate, 9, 100).await;
    settled(21).await;
    assert_eq!(share(), Some(100_000), "decisions are missing");
    tell(&desk, &candidate, 1, 100).await;
    until(|| share() == Some(WHOLE)).await;
    assert_eq!(
        turned(&mut turns),
        ("widened", "10 decisions, 0 with a fault, 0 of 10 compared against the serving generation, p99 0.1 ms to unknown".to_owned())
    );
    desk.clock.pass(60_000);
    tell(&desk, &candidate, 12, 100).await;
    until(|| desk.beside.canary_report().unwrap().compared == 34).await;
    assert_eq!(turned(&mut turns).0, "whole");
    assert!(turns.try_recv().is_err(), "once");
    assert!(desk.current.promote(&candidate).is_some());
    assert!(desk.beside.end_canary(CanaryEnd::Promoted, "all steps").is_some());
    let report = desk.beside.canary_report().unwrap();
    assert_eq!((report.end, report.step, report.decisions, report.disagreed), (Some(CanaryEnd::Promoted), 3, 34, 0));
}

#[tokio::test]
async fn a_canary_is_promoted_by_hand_and_ends_when_something_else_serves() {
    let (serving, candidate) = (routing_to("old", "care"), routing_to("new", "care"));
    let desk = desk(&serving);
    assert!(desk.beside.promote().is_none() && desk.beside.canary_report().is_none());
    assert!(desk.beside.begin_canary(&candidate, plan(&[1.0, 50.0], |_| {})));
    assert!(matches!(desk.beside.promote(), Some(CanaryTurn::Widened { share_ppm: 500_000, .. })));
    assert!(matches!(desk.beside.promote(), Some(CanaryTurn::Whole { .. })));
    desk.current.replace(routing_to("third", "care"));
    assert_eq!(desk.beside.canary_report().unwrap().end, Some(CanaryEnd::Replaced));
    assert!(desk.beside.promote().is_none());
}

#[test]
fn odd_plans_are_refused() {
    let check = |change: fn(&mut CanaryOrder), expected: &str| {
        let mut order: CanaryOrder = serde_json::from_str(r#"{"candidate": "x", "steps_percent": [1, 10, 100]}"#).unwrap();
        change(&mut order);
        assert_eq!(CanaryPlan::of(&order).map_or_else(|error| error.to_string(), |plan| format!("{:?}", plan.shares_ppm())), expected);
    };
    let steps = "steps are 1 to 20 growing shares above 0 and at most 100 percent";
    check(|_| {}, "[10000, 100000, 1000000]");
    check(|order| order.steps_percent = vec![0.000_001], "[1]");
    check(|order| order.steps_percent.clear(), steps);
    check(|order| order.steps_percent = vec![10.0, 5.0], steps);
    check(|order| order.steps_percent = vec![f64::NAN], steps);
    check(|order| order.steps_percent = vec![100.1], steps);
    check(|order| order.steps_percent = vec![0.0], steps);
    check(|order| order.thresholds.fault_rate_max = 1.1, "`fault_rate_max` is no share between 0 and 1");
    check(|order| order.thresholds.disagreement_max = f64::NAN, "`disagreement_max` is no share between 0 and 1");
    check(|order| order.thresholds.p99_ratio_max = 0.5, "`p99_ratio_max` is no number of at least 1");
}

#[tokio::test]
async fn a_shadow_is_asked_about_its_sample_and_changes_nothing() {
    let serving = routing_to("old", "care");
    let louder = Scripted::new("router").routes(|seen, _, _| {
        let mut routing = hold_in(if seen.id.0.ends_with('1') { "triage" } else { "care" });
        routing.effects.push(Effect::Timer { name: "look".into(), after_ms: 1 });
        Ok(routing)
    });
    let ranked = Scripted::new("rank").prioritizes(|_| Ok(Priority { score: 90.0, factors: vec![] })).done();
    let steps = vec![step("rank", Role::Prioritizer, None, OnFault::Skip), step("router", Role::Router, None, OnFault::Hold)];
    let candidate = generation(&[louder.done(), ranked], vec![], vec![chain("new", None, steps)]);
    let desk = desk(&serving);
    desk.beside.begin_shadow(Arc::clone(&candidate), WHOLE / 10);
    for seq in 1..=200 {
        desk.store.wait_for(seq, &seq.to_string(), "hello");
    }
    compare(&desk);
    desk.decide(200).await;
    until(|| desk.beside.shadow_report().unwrap().judged == 20).await;
    assert!(desk.beside.end_shadow() && !desk.beside.end_shadow());
    let report = desk.beside.shadow_report().unwrap();
    assert_eq!((report.sampled, report.dropped, report.unjudged, report.different), (20, 0, 0, 20));
    let told: Vec<_> = report.differences.iter().map(|group| (group.aspect, group.from.as_str(), group.to.as_str())).collect();
    assert_eq!(told[..2], [(Aspect::Priority, "none", "80-100"), (Aspect::Effects, "none", "timer")]);
    assert_eq!((report.differences[0].count, report.differences[0].examples.len()), (20, 5));
    assert_eq!((report.primary.fuel, report.candidate.fuel), (20 * 7, 20 * 14));
    assert_eq!(report.until, Some(Timestamp(QuickClock::START)));
    let memory = desk.store.memory();
    assert_eq!(memory.decided.len(), 200);
    assert!(memory.decided.iter().all(|(_, decision)| decision.decided_by == *serving.id() && decision.routing.effects.is_empty()));
    let counts = desk.counters.snapshot();
    assert_eq!((counts.plugins.contains_key("rank"), counts.plugins["router"].calls), (false, 200), "the primary's counts are its own");
}

#[tokio::test]
async fn what_the_shadow_cannot_keep_up_with_is_dropped_and_counted() {
    let (serving, candidate) = (routing_to("old", "care"), routing_to("new", "triage"));
    let desk = desk(&serving);
    desk.beside.begin_shadow(Arc::clone(&candidate), WHOLE);
    // Nobody compares, and nobody waits for that.
    tell(&desk, &serving, WAITING_DECISIONS_MAX + 44, 100).await;
    let report = desk.beside.shadow_report().unwrap();
    assert_eq!((report.sampled, report.dropped, report.judged), (300, 44, 0));
    compare(&desk);
    until(|| desk.beside.shadow_report().unwrap().judged == 256).await;
    assert_eq!(desk.beside.shadow_report().unwrap().flipped, 256);
    tell(&desk, &candidate, 3, 100).await;
    assert_eq!(desk.beside.shadow_report().unwrap().sampled, 300, "it is not held against itself");
}

#[tokio::test]
async fn look_ups_of_a_shadow_come_from_the_record() {
    let made = |name: &str, when: Option<&str>| {
        let crm = Scripted::new("crm").known(|info| info.spec.grants.fields = BTreeSet::from(["text".to_owned()]));
        let crm = crm.enriches(|_| Ok(vec![signal("known", true)]));
        let asked = crm.asked();
        let router = Scripted::new("router").routes(|seen, _, _| Ok(hold_in(if seen.signals.is_empty() { "triage" } else { "care" })));
        let plugins: [Arc<dyn Plugin>; 2] = [crm.done(), router.done()];
        let steps = vec![step("crm", Role::Enricher, when, OnFault::Skip), step("router", Role::Router, None, OnFault::Hold)];
        (generation(&plugins, vec![], vec![chain(name, None, steps)]), asked)
    };
    let ((looks_up, _), (candidate, asked)) = (made("old", None), made("new", None));
    let (looks_not, _) = made("blind", Some("interaction.text == 'other'"));
    let desk = desk(&looks_up);
    desk.beside.begin_shadow(candidate, WHOLE);
    tell(&desk, &looks_up, 3, 100).await;
    tell(&desk, &looks_not, 2, 100).await;
    compare(&desk);
    until(|| desk.beside.shadow_report().is_some_and(|report| report.judged + report.unjudged == 5)).await;
    let report = desk.beside.shadow_report().unwrap();
    assert_eq!((report.judged, report.different, report.unjudged, report.unanswered["crm"]), (3, 0, 2, 2));
    assert!(asked.lock().unwrap().is_empty(), "the candidate's enricher is never asked");
}
