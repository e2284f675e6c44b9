//! What a decision costs the host besides its plugins. Run by hand, on a quiet machine and with optimisation:
//! `cargo test --release -p dispatch speed -- --ignored --nocapture`.

use std::collections::BTreeSet;
use std::time::Instant;

use model::{Author, InteractionId, OnFault, Priority, Reason, Role};

use super::*;
use crate::port::{Budget, Clock, Plugin, Question, SystemClock};
use crate::testing::{Scripted, chain, decider_with, generation, hold_in, signal, step};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
/// Short rounds and many of them: one that nobody interrupted is among them.
const ROUNDS: usize = 1_000;
const EACH: usize = 64;

fn plugins() -> Vec<Arc<dyn Plugin>> {
    let sees = |plugin: Scripted, names: &[&str]| {
        let fields: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        plugin.known(|info| info.spec.grants.fields = fields)
    };
    let mut found = signal("sentiment", "negative");
    found.confidence = Some(0.9);
    found.reasons = vec![Reason::new("words", "It says: late, broken.").with("words", "late, broken")];
    let factors = |name: &str| model::Factor { name: name.into(), level: 0.5, weight: 20.0, reason: Reason::new("why", "Because of it.") };
    let priority = Priority { score: 61.0, factors: ["urgency", "value", "influence", "type"].map(factors).into() };
    vec![
        sees(Scripted::new("classifier"), &["text"]).classifies(move |_| Ok(vec![found.clone(), signal("urgency", 0.5)])).done(),
        sees(Scripted::new("prioritizer"), &["author", "engagement"]).prioritizes(move |_| Ok(priority.clone())).done(),
        sees(Scripted::new("router"), &["text", "attributes"]).routes(|_, _, _| Ok(hold_in("care"))).done(),
    ]
}

fn desk() -> (Decider, Arc<Generation>) {
    let steps = vec![
        step("classifier", Role::Classifier, None, OnFault::Skip),
        step("prioritizer", Role::Prioritizer, Some("signal.sentiment == 'negative'"), OnFault::Skip),
        step("router", Role::Router, None, OnFault::Hold),
    ];
    let generation = generation(&plugins(), vec![], vec![chain("main", None, steps)]);
    (decider_with(Arc::new(Counters::default()), Arc::new(Breakers::new(Arc::new(SystemClock)))), generation)
}

fn work() -> Work {
    let interaction = Interaction {
        id: InteractionId("i0123456789abcdef".into()),
        connector: "shop".into(),
        channel: "shop".into(),
        account: Some("desk".into()),
        conversation: "thread-4711".into(),
        author: Some(Author { id: "a-17".into(), display_name: Some("Ada".into()), ..Author::default() }),
        subject: Some("My order".into()),
        text: "The lamp came late, and it is broken. ".repeat(8),
        language: Some("en".into()),
        attributes: [("order".to_owned(), "4711".into()), ("topic".to_owned(), "order".into())].into(),
        ..Interaction::default()
    };
    Work { interaction, situation: Situation::default(), read_by: GenerationId("0123456789abcdef".repeat(4)) }
}

/// The quickest round, in nanoseconds for each.
fn best(name: &str, mut round: impl FnMut()) {
    let quickest = (0..ROUNDS).map(|_| {
        let began = Instant::now();
        round();
        began.elapsed().as_nanos() / EACH as u128
    });
    eprintln!("{name:<40} {:>8} ns", quickest.min().unwrap());
}

fn inline(decider: &Decider, generation: &Arc<Generation>, together: usize) {
    for _ in 0..EACH / together {
        let pinned = (0..together).map(|_| decider.pin(generation, work(), NOW));
        let mut runs: Vec<Run> = pinned.map(|Pinned(run)| run).collect();
        batch::judge(&mut runs);
        for mut run in runs {
            let routing = run.conclude();
            std::hint::black_box(run.finish(routing, decision_id()));
        }
    }
}

#[test]
#[ignore = "a measurement, run by hand"]
fn speed() {
    let (decider, generation) = desk();
    let (plugins, input) = (plugins(), work());
    best("making the work", || (0..EACH).for_each(|_| drop(std::hint::black_box(work()))));
    best("the plugins alone", || {
        for _ in 0..EACH {
            let question = [Question { interaction: &input.interaction, situation: &input.situation, priority: None }];
            std::hint::black_box(plugins[0].classify(&question, Budget::WHOLE));
            std::hint::black_box(plugins[1].prioritize(&question, Budget::WHOLE));
            std::hint::black_box(plugins[2].route(&question, Budget::WHOLE));
        }
    });
    best("the clock, twice", || {
        for _ in 0..2 * EACH {
            std::hint::black_box(SystemClock.elapsed());
        }
    });
    best("inline, one by one", || inline(&decider, &generation, 1));
    best("inline, 32 together", || inline(&decider, &generation, 32));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    best("an empty hop", || {
        runtime.block_on(async {
            for _ in 0..EACH {
                decider.0.hop.run("main", || ()).await.unwrap();
            }
        });
    });
    best("hopping, one by one", || {
        runtime.block_on(async {
            for _ in 0..EACH {
                std::hint::black_box(decider.decide(&generation, work(), NOW, decision_id()).await);
            }
        });
    });
    for tasks in [8, 64] {
        best(&format!("hopping, {tasks} at a time"), || {
            runtime.block_on(async {
                for _ in 0..EACH / tasks {
                    let decide = |_| {
                        let (decider, generation) = (decider.clone(), Arc::clone(&generation));
                        tokio::spawn(async move { decider.decide(&generation, work(), NOW, decision_id()).await })
                    };
                    for decided in (0..tasks).map(decide).collect::<Vec<_>>() {
                        std::hint::black_box(decided.await.unwrap());
                    }
                }
            });
        });
    }
}
