//! How long an instance lives: the same answers whatever the mode, and nothing used again after a fault.

use model::{Call, FaultKind, Isolation, Limits, PluginSpec, Share};
use proptest::prelude::*;

use super::guest::{interactions, judge, scores, spec};
use super::world::runtime;
use crate::Runtime;
use crate::staged::StagedPlugin;
use dispatch::port::{Budget, Plugin as _, Question};
use std::sync::Arc;

fn judging(component: &[u8], isolation: Isolation) -> PluginSpec {
    let limits = Limits { fuel_max: 200_000, deadline_ms: 5_000, memory_bytes_max: 8 << 20, ..Limits::PURE };
    PluginSpec { isolation, limits, ..spec(component, ".") }
}

async fn staged(runtime: &Runtime, component: &[u8], isolation: Isolation) -> Arc<StagedPlugin> {
    runtime.staged(&judging(component, isolation), component).await.unwrap()
}

fn outcomes<T: Clone>(calls: &[Call<T>]) -> Vec<Result<T, FaultKind>> {
    calls.iter().map(|call| call.outcome.clone()).collect()
}

fn signals(plugin: &StagedPlugin, ids: &[&str]) -> Vec<Call<Vec<model::Signal>>> {
    let (interactions, situation) = (interactions(ids), model::Situation::default());
    let questions: Vec<_> =
        interactions.iter().map(|interaction| Question { interaction, situation: &situation, priority: None }).collect();
    plugin.classify(&questions, Budget::WHOLE)
}

#[tokio::test]
async fn a_batch_answers_as_one_by_one_and_its_cost_is_one() {
    let (runtime, component) = (runtime(), judge());
    let alone = staged(&runtime, &component, Isolation::Interaction).await;
    let batch = staged(&runtime, &component, Isolation::Batch { interactions_max: 4 }).await;
    let ids = ["a", "bb", "g-log", "dddd", "a-b", "f"];
    let (one_by_one, together) = (scores(&*alone, &ids), scores(&*batch, &ids));
    assert_eq!(outcomes(&one_by_one), outcomes(&together));
    let shares: Vec<_> = together.iter().map(|call| call.cost.share).collect();
    let of = |size, at| Some(Share { size, at });
    assert_eq!(shares, [of(4, 0), of(4, 1), of(4, 2), of(4, 3), of(2, 0), of(2, 1)]);
    assert_eq!(together[0].cost.fuel, together[3].cost.fuel);
    let fuel = |calls: &[Call<f32>]| calls.iter().filter(|call| call.cost.counts()).map(|call| call.cost.fuel).sum::<u64>();
    assert!(fuel(&one_by_one).abs_diff(fuel(&together)) < 50, "the guest does the same work");
    let logs: Vec<_> = together.iter().map(|call| call.cost.logs.len()).collect();
    assert_eq!(logs, [0, 0, 1, 0, 0, 0], "each entry has its own lines");
    assert_eq!(outcomes(&signals(&alone, &ids)), outcomes(&signals(&batch, &ids)));
    assert!(scores(&*batch, &[]).is_empty());
}

#[tokio::test]
async fn after_a_fault_each_entry_of_the_batch_has_an_instance_of_its_own() {
    let (runtime, component) = (runtime(), judge());
    let batch = staged(&runtime, &component, Isolation::Batch { interactions_max: 32 }).await;
    let ids = ["n", "t", "n", "l", "n-n"];
    let score = |score| model::Value::Number(f64::from(score));
    let scored: Vec<_> = scores(&*batch, &ids).into_iter().map(|call| call.map(score)).collect();
    let found: Vec<_> = signals(&batch, &ids).into_iter().map(|call| call.map(|signals| signals[0].value.clone())).collect();
    for calls in [scored, found] {
        let one = || Ok(score(1.0));
        let trap = FaultKind::Trap("wasm `unreachable` instruction executed".to_owned());
        let fuel = FaultKind::Fuel { fuel_max: 200_000 };
        assert_eq!(outcomes(&calls), [one(), Err(trap), one(), Err(fuel), one()]);
        assert!(calls.iter().all(|call| call.cost.share.is_none()));
        let alone = scores(&*batch, &["n"]);
        assert!(calls[0].cost.fuel.abs_diff(alone[0].cost.fuel) < 100, "its own fuel and nothing else");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mix_is_answered_as_one_by_one(ids in proptest::collection::vec("[abtlsgm][a-c]{0,6}", 0..12), size in 1_u32..9) {
        static ALL: std::sync::OnceLock<(Runtime, Vec<u8>, tokio::runtime::Runtime)> = std::sync::OnceLock::new();
        let (runtime, component, threads) = ALL.get_or_init(|| {
            (runtime(), judge(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
        });
        let stage = |isolation| threads.block_on(staged(runtime, component, isolation));
        let alone = stage(Isolation::Interaction);
        let batch = stage(Isolation::Batch { interactions_max: size });
        let warm = stage(Isolation::Warm { calls_max: size });
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let expected = outcomes(&scores(&*alone, &ids));
        prop_assert_eq!(&expected, &outcomes(&scores(&*batch, &ids)));
        prop_assert_eq!(&expected, &outcomes(&scores(&*warm, &ids)));
        prop_assert_eq!(outcomes(&signals(&alone, &ids)), outcomes(&signals(&batch, &ids)));
    }
}

#[tokio::test]
async fn a_warm_instance_serves_so_many_calls_and_no_more() {
    let (runtime, component) = (runtime(), judge());
    let warm = staged(&runtime, &component, Isolation::Warm { calls_max: 3 }).await;
    let seen: Vec<_> = scores(&*warm, &["n", "n", "n", "n", "n", "n", "n"]).into_iter().map(|call| call.outcome.unwrap()).collect();
    assert_eq!(seen, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0]);
    assert_eq!(warm.idle(), 1);
    let cold = staged(&runtime, &component, Isolation::Interaction).await;
    assert_eq!(outcomes(&scores(&*cold, &["n", "n"])), [Ok(1.0), Ok(1.0)]);
    assert_eq!(cold.idle(), 0);
}

#[tokio::test]
async fn a_warm_instance_that_faulted_is_dropped_and_a_fresh_one_is_asked() {
    let (runtime, component) = (runtime(), judge());
    let warm = staged(&runtime, &component, Isolation::Warm { calls_max: 100 }).await;
    for bad in ["t", "l", "s"] {
        assert_eq!(outcomes(&scores(&*warm, &["n", "n"])), [Ok(1.0), Ok(2.0)]);
        let calls = scores(&*warm, &[bad]);
        assert!(calls[0].outcome.is_err());
        assert_eq!(warm.idle(), 0, "after `{bad}`");
    }
    // A fault that comes of what the instance has served before is not the entry's: memory is used up by and by.
    let mut spec = judging(&component, Isolation::Warm { calls_max: 100 });
    spec.limits.memory_bytes_max = 64 * 65_536;
    spec.limits.fuel_max = 50_000_000;
    let warm = runtime.staged(&spec, &component).await.unwrap();
    let calls = scores(&*warm, &["m", "m", "m"]);
    assert!(calls.iter().all(|call| call.outcome.is_ok()), "{:?}", outcomes(&calls));
}

#[tokio::test]
async fn warm_instances_are_bounded_however_many_calls_run_at_once() {
    let (runtime, component) = (runtime(), judge());
    let warm = staged(&runtime, &component, Isolation::Warm { calls_max: 1_000 }).await;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(scores(&*warm, &["a"])[0].outcome.is_ok());
                }
            });
        }
    });
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!((1..=cores).contains(&warm.idle()), "{}", warm.idle());
}
