use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures::future::join_all;
use model::{FaultKind, GenerationId, Interaction, InteractionId, OnFault, Priority, Situation, StepSpec, Suggestion};
use proptest::prelude::*;

use super::*;
use crate::breaker::Breakers;
use crate::comparison::exact;
use crate::counters::Counters;
use crate::port::{Clock, Plugin};
use crate::testing::{QuickClock, Scripted, chain, decider, decider_with, generation, hold_in, signal, step};

const NOW: Timestamp = Timestamp(QuickClock::START);

fn work(text: &str) -> Work {
    let interaction = Interaction { id: InteractionId(text.into()), text: text.into(), channel: "mail".into(), ..Interaction::default() };
    Work { interaction, situation: Situation::default(), read_by: GenerationId("reader".into()) }
}

fn may_see(plugin: Scripted) -> Scripted {
    plugin.known(|info| info.spec.grants.fields = BTreeSet::from(["text".to_owned()]))
}

/// What changes from call to call, as the world does.
#[derive(Clone, Default)]
struct World {
    clock: Arc<QuickClock>,
    calls: Arc<AtomicU64>,
    /// Nobody waits any more: nothing is late.
    unhurried: Arc<AtomicBool>,
}

impl World {
    /// What the letter after the plugin's name in the text says: `!` traps, `#` panics, `~` is late every other time, `%` takes long.
    fn mood(&self, name: &str, text: &str) -> Result<(), FaultKind> {
        let after = text.find(name).and_then(|at| text[at + name.len()..].chars().next());
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        match after {
            Some('!') => Err(FaultKind::Trap("unreachable".into())),
            Some('#') => panic!("a defect"),
            Some('~') if call.is_multiple_of(2) && !self.unhurried.load(Ordering::SeqCst) => Err(FaultKind::Deadline { deadline_ms: 50 }),
            Some('%') => {
                self.clock.pass(6_000);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn judging(&self, name: &'static str) -> Scripted {
        let worlds = [self.clone(), self.clone(), self.clone()];
        let [first, second, third] = worlds;
        may_see(Scripted::new(name))
            .classifies(move |seen| first.mood(name, &seen.text).map(|()| vec![signal("language", "fr"), signal("found-by", name)]))
            .prioritizes(move |seen| second.mood(name, &seen.text).map(|()| Priority { score: 40.3, factors: vec![] }))
            .routes(move |seen, _, priority| {
                third.mood(name, &seen.text)?;
                Ok(hold_in(if priority.is_some() && seen.signals.len() > 1 { "care" } else { "triage" }))
            })
    }

    /// Its answer is another one every time.
    fn asking(&self, name: &'static str) -> Scripted {
        let worlds = [self.clone(), self.clone()];
        let [first, second] = worlds;
        let count = |world: &Self| f64::from(u32::try_from(world.calls.load(Ordering::SeqCst)).unwrap()) / 3.0;
        let enriches =
            may_see(Scripted::new(name)).enriches(move |seen| first.mood(name, &seen.text).map(|()| vec![signal("orders", count(&first))]));
        enriches.suggests(move |seen| {
            second.mood(name, &seen.text)?;
            Ok(vec![Suggestion { text: count(&second).to_string(), private: true, source: None, confidence: 0.3 }])
        })
    }

    fn decider(&self) -> Decider {
        decider_with(Arc::new(Counters::default()), Arc::new(Breakers::new(Arc::clone(&self.clock) as Arc<dyn Clock>)))
    }
}

fn steps() -> impl Strategy<Value = Vec<StepSpec>> {
    let name = || prop::sample::select(vec!["a", "b", "c"]);
    let edge = || prop::sample::select(vec!["crm", "geo"]);
    let when = |names: Vec<Option<&'static str>>| prop::sample::select(names);
    let early = vec![None, Some("interaction.text.contains('x')"), Some("signal.orders > 0.4")];
    let late = vec![None, Some("signal.language == 'fr'"), Some("interaction.text.contains('x')"), Some("priority.score > 10")];
    let on_fault = |spare: &'static str| prop::sample::select(vec![OnFault::Skip, OnFault::Hold, OnFault::Fallback(spare.into())]);
    let enriching = (edge(), when(early), on_fault("geo2")).prop_map(|(name, when, on_fault)| step(name, Role::Enricher, when, on_fault));
    let role = prop::sample::select(vec![Role::Classifier, Role::Prioritizer]);
    let judging = (name(), role, when(late), on_fault("spare")).prop_map(|(name, role, when, on_fault)| step(name, role, when, on_fault));
    let responding = edge().prop_map(|name| step(name, Role::Responder, None, OnFault::Skip));
    let middle = (prop::collection::vec(enriching, 0..3), prop::collection::vec(judging, 0..4));
    (middle, name(), prop::collection::vec(responding, 0..2)).prop_map(|((mut steps, judging), last, responding)| {
        steps.extend(judging);
        steps.push(step(last, Role::Router, None, OnFault::Fallback("spare".into())));
        steps.extend(responding);
        steps
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn decided_again_is_as_decided(steps in steps(), texts in prop::collection::vec("((a|b|c|crm|geo|geo2|spare)[!#~% ]x?){0,4}", 1..24)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::default();
            let asking = ["crm", "geo", "geo2"].map(|name| world.asking(name));
            let asked = asking.each_ref().map(Scripted::asked);
            let mut plugins: Vec<Arc<dyn Plugin>> = asking.map(Scripted::done).into();
            plugins.extend(["a", "b", "c", "spare"].map(|name| world.judging(name).done()));
            let generation = generation(&plugins, vec![], vec![chain("main", None, steps)]);
            let decider = world.decider();
            let id = DecisionId::default;
            let decided = join_all(texts.iter().map(|text| decider.decide(&generation, work(text), NOW, id()))).await;
            let calls = || asked.each_ref().map(|asked| asked.lock().unwrap().len());
            let outside = calls();
            world.unhurried.store(true, Ordering::SeqCst);
            // On the decider whose breakers have tripped meanwhile, on a fresh one, and after the record was written and read.
            for decider in [decider, world.decider()] {
                let again = decided.iter().map(|(decision, trace)| {
                    let read: Trace = serde_json::from_str(&serde_json::to_string(trace).unwrap()).unwrap();
                    let recording = Arc::new(Recording::exact(&read));
                    let (decider, generation) = (&decider, &generation);
                    async move { decider.redecide(generation, Work::recorded(decision, &read), decision.decided_at, id(), recording).await }
                });
                for ((decision, trace), again) in decided.iter().zip(join_all(again).await) {
                    assert_eq!((decision, trace), (&again.decision, &again.trace));
                    assert_eq!(exact((decision, trace), (&again.decision, &again.trace)), []);
                    assert!(again.unanswered.is_empty());
                    let lost = trace.steps.iter().filter(|step| {
                        let edge = matches!(step.role, Role::Enricher | Role::Responder);
                        !edge && matches!(&step.outcome, model::StepOutcome::Faulted(fault) if !fault.kind.is_replayable())
                    });
                    assert_eq!(again.from_record, lost.map(|step| step.plugin.clone()).collect::<Vec<_>>());
                }
            }
            assert_eq!(calls(), outside, "nobody outside is asked again");
        });
    }
}

/// A generation of an enricher, a classifier and a router.
fn candidate(crm: &str, when: Option<&str>) -> Arc<Generation> {
    let crm_digest = model::Digest::of(crm.as_bytes());
    let crm = Scripted::new("crm").known(|info| info.digest = crm_digest).enriches(|_| Ok(vec![signal("customer", true)])).done();
    let router = Scripted::new("router").routes(|seen, _, _| Ok(hold_in(if seen.signals.is_empty() { "triage" } else { "care" }))).done();
    let steps = vec![
        step("crm", Role::Enricher, when, OnFault::Skip),
        step("router", Role::Router, None, OnFault::Hold),
        step("crm2", Role::Responder, None, OnFault::Skip),
    ];
    let crm2 = Scripted::new("crm2").suggests(|_| Ok(vec![])).done();
    generation(&[crm, router, crm2], vec![], vec![chain("main", None, steps)])
}

#[tokio::test]
async fn what_was_never_looked_up_is_told() {
    let check = async |recorded: &Arc<Generation>, candidate: &Arc<Generation>, queue: &str, unanswered: &[&str]| {
        let (decider, _) = decider();
        let (decision, trace) = decider.decide(recorded, work("hello"), NOW, DecisionId::default()).await;
        let recording = Arc::new(Recording::of(&trace));
        let again = decider.redecide(candidate, Work::recorded(&decision, &trace), NOW, DecisionId("c2".into()), recording).await;
        assert_eq!(
            (again.decision.routing.disposition.queue(), again.unanswered),
            (Some(queue), unanswered.iter().map(ToString::to_string).collect())
        );
        assert_eq!(
            (&again.decision.id.0[..], &again.decision.decided_by, &again.decision.read_by),
            ("c2", candidate.id(), &decision.read_by)
        );
    };
    let (asks, asks_not) = (candidate("crm", None), candidate("crm", Some("interaction.text == 'x'")));
    check(&asks, &asks, "care", &[]).await;
    check(&asks, &asks_not, "triage", &[]).await;
    check(&asks_not, &asks, "triage", &["crm"]).await;
    check(&asks, &candidate("other component", None), "triage", &["crm"]).await;
}

#[tokio::test]
async fn another_generation_computes_what_the_first_one_could_not() {
    let late = Arc::new(AtomicU64::new(0));
    let calls = Arc::clone(&late);
    let slow = Scripted::new("slow").classifies(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Err(FaultKind::Deadline { deadline_ms: 50 }),
        _ => Ok(vec![signal("found", true)]),
    });
    let budgets = slow.asked();
    let router = Scripted::new("router").routes(|seen, _, _| Ok(hold_in(if seen.signals.is_empty() { "triage" } else { "care" }))).done();
    let steps = vec![step("slow", Role::Classifier, None, OnFault::Skip), step("router", Role::Router, None, OnFault::Hold)];
    let generation = generation(&[slow.done(), router], vec![], vec![chain("main", None, steps)]);
    let (decider, _) = decider();
    let (decision, trace) = decider.decide(&generation, work("hello"), NOW, DecisionId::default()).await;
    let again = async |recording: Recording| {
        let work = Work::recorded(&decision, &trace);
        decider.redecide(&generation, work, NOW, DecisionId::default(), Arc::new(recording)).await
    };
    let replayed = again(Recording::exact(&trace)).await;
    assert_eq!((replayed.decision, replayed.from_record), (decision.clone(), vec!["slow".to_owned()]));
    assert_eq!(late.load(Ordering::SeqCst), 1);
    let backtested = again(Recording::of(&trace)).await;
    assert_eq!((backtested.decision.routing.disposition.queue(), backtested.from_record), (Some("care"), vec![]));
    assert_eq!(*budgets.lock().unwrap(), [(1, Some(10_000)), (1, None)], "nothing presses the second time");
}
