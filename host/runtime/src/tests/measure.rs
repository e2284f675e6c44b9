//! Not tests: what a call costs on this machine, beside the same work on wasmtime alone. Ask for them with `--ignored --nocapture`, built
//! for release.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dispatch::port::{Budget, Plugin as _, Question};
use model::{Interaction, InteractionId, Isolation, Limits, PluginSpec, Situation, Timestamp};
use wasmtime::Store;

use super::guest::{judge, misbehaving, spec};
use super::world::{runtime, services, settings};
use crate::bindings::pointsman::interaction::types::Interaction as Record;
use crate::bindings::pointsman::policy::decisions;
use crate::convert::{Arena, interaction, policy};
use crate::function::Function;
use crate::host::CallHost;
use crate::staged::StagedPlugin;
use crate::{Compile, Runtime, RuntimeSettings, ticker};

const CALLS: u32 = 20_000;

fn said() -> Interaction {
    Interaction { id: InteractionId("abc".to_owned()), text: "x".repeat(280), connector: "shop".to_owned(), ..Interaction::default() }
}

fn time(rounds: &mut Vec<(String, Duration)>, what: &str, count: u32, mut call: impl FnMut()) {
    let started = Instant::now();
    for _ in 0..count {
        call();
    }
    let took = started.elapsed() / CALLS;
    match rounds.iter_mut().find(|(name, _)| name == what) {
        Some((_, least)) => *least = took.min(*least),
        None => rounds.push((what.to_owned(), took)),
    }
}

/// The same call without us: a store with its limits, an instance, a call.
fn raw(plugin: &StagedPlugin, from: &Interaction, situation: &Situation, calls: u32) {
    let side = plugin.pure.as_ref().unwrap();
    let host = CallHost::new(Arc::clone(&plugin.lent), None, Instant::now(), 50);
    let mut store = Store::new(side.pre.engine(), host);
    store.limiter(|host| &mut host.limiter);
    store.set_fuel(Limits::PURE.fuel_max).unwrap();
    store.set_epoch_deadline(ticker::ticks(50));
    let instance = side.pre.instantiate(&mut store).unwrap();
    let index = side.functions.get(Function::Prioritize).unwrap();
    type Params<'a> = (Record<'a>, decisions::Situation<'a>);
    let arena = Arena::new();
    let function = instance.get_typed_func::<Params<'_>, (decisions::PriorityResult,)>(&mut store, index).unwrap();
    for _ in 0..calls {
        let params = (interaction::interaction(&arena, from), policy::situation(&arena, situation));
        assert!(function.call(&mut store, params).unwrap().0.score >= 0.0);
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn cost_of_a_call() {
    let quiet = Runtime::new(RuntimeSettings { accounting: false, ..settings(None, Compile::InProcess) }, services(false)).unwrap();
    let (runtime, component) = (runtime(), judge());
    println!("{:?}", runtime.report());
    let stage = async |runtime: &Runtime, isolation| {
        let spec = PluginSpec { isolation, limits: Limits { deadline_ms: 5_000, ..Limits::PURE }, ..spec(&component, ".") };
        runtime.staged(&spec, &component).await.unwrap()
    };
    let fresh = stage(&runtime, Isolation::Interaction).await;
    let unmeasured = stage(&quiet, Isolation::Interaction).await;
    let batch = stage(&runtime, Isolation::Batch { interactions_max: 32 }).await;
    let warm = stage(&runtime, Isolation::Warm { calls_max: 1_000 }).await;
    let (interaction, situation) = (said(), Situation::default());
    let one = [Question { interaction: &interaction, situation: &situation, priority: None }];
    let many = [one[0]; 32];
    let mut rounds = Vec::new();
    for _ in 0..9 {
        time(&mut rounds, "raw, fresh", CALLS, || raw(&fresh, &interaction, &situation, 1));
        time(&mut rounds, "fresh", CALLS, || drop(fresh.prioritize(&one, Budget::WHOLE)));
        time(&mut rounds, "fresh, unmeasured", CALLS, || drop(unmeasured.prioritize(&one, Budget::WHOLE)));
        time(&mut rounds, "raw, 32 in one", CALLS / 32, || raw(&fresh, &interaction, &situation, 32));
        time(&mut rounds, "batch of 32", CALLS / 32, || drop(batch.prioritize(&many, Budget::WHOLE)));
        time(&mut rounds, "batch of 32, classify", CALLS / 32, || drop(batch.classify(&many, Budget::WHOLE)));
        time(&mut rounds, "warm", CALLS, || drop(warm.prioritize(&one, Budget::WHOLE)));
    }
    for (what, took) in rounds {
        println!("{what:24} {took:?}");
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn cost_of_an_edge_call() {
    let (runtime, component) = (runtime(), misbehaving());
    let interaction = said();
    for isolation in [Isolation::Interaction, Isolation::Warm { calls_max: 1_000 }] {
        let plugin = runtime.stage(&PluginSpec { isolation, ..spec(&component, ".") }, &component).await.unwrap();
        for _ in 0..3 {
            let started = Instant::now();
            for _ in 0..CALLS {
                assert!(plugin.enrich(&interaction, Timestamp(1), Budget::WHOLE).await.outcome.is_ok());
            }
            println!("{isolation:?}: {:?}", started.elapsed() / CALLS);
        }
    }
}
