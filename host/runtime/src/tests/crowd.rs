//! More calls than places: they wait, nobody fails, and nobody waits for one plugin's flood.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dispatch::port::{Budget, Plugin as _};
use model::{FaultKind, Interaction, Limits, PluginSpec, Timestamp};

use super::guest::{WORLD, bare, interactions, judge, manifest, misbehaving, scores, spec, with_manifest};
use super::world::{services, settings};
use crate::engine::EngineKind;
use crate::{Compile, Runtime, RuntimeSettings};

fn narrow(instances_max: u32) -> Runtime {
    let settings = RuntimeSettings { instances_max, ..settings(None, Compile::InProcess) };
    Runtime::new(settings, services(false)).unwrap()
}

#[tokio::test]
async fn calls_beyond_the_places_wait_and_succeed() {
    let (runtime, component) = (narrow(2), judge());
    let limits = Limits { deadline_ms: 5_000, ..Limits::PURE };
    let plugin = runtime.stage(&PluginSpec { limits, ..spec(&component, ".") }, &component).await.unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(scores(&*plugin, &["abc"])[0].outcome, Ok(3.0));
                }
            });
        }
    });
}

#[tokio::test]
async fn components_of_many_parts_do_not_use_up_the_pool() {
    // As many tables as one component may have, in as many calls as there are places, again and again.
    let tables = "(table 1 funcref)".repeat(14);
    let core = include_str!("guest.wat").replace("(global $heap", &format!("{tables} (global $heap"));
    let component = with_manifest(bare(&core, WORLD), &manifest());
    let runtime = narrow(4);
    let limits = Limits { deadline_ms: 5_000, ..Limits::PURE };
    let plugin = runtime.staged(&PluginSpec { limits, ..spec(&component, ".") }, &component).await.unwrap();
    let calls = (0..40).map(|_| {
        let plugin = Arc::clone(&plugin);
        tokio::spawn(async move { plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Ok(Ok(Vec::new())));
    }
}

#[tokio::test]
async fn a_wait_that_takes_the_whole_budget_says_so_and_is_not_the_plugins_fault() {
    let (runtime, component) = (narrow(1), misbehaving());
    let busy = runtime.staged(&spec(&component, "l"), &component).await.unwrap();
    let limits = Limits { deadline_ms: 5_000, ..Limits::PURE };
    let waits = runtime.staged(&PluginSpec { limits, ..spec(&component, ".") }, &component).await.unwrap();
    let (interactions, situation) = (interactions(&["a"]), model::Situation::default());
    let ask = |budget| {
        let question = dispatch::port::Question { interaction: &interactions[0], situation: &situation, priority: None };
        dispatch::port::only(waits.prioritize(&[question], budget))
    };
    let pure = busy.lane.turn(EngineKind::Pure).block(None).unwrap();
    let edge = busy.lane.turn(EngineKind::Edge).block(None).unwrap();
    let call = ask(Budget::of(20));
    assert_eq!(call.outcome, Err(FaultKind::Budget { deadline_ms: 20 }));
    assert!(!call.outcome.unwrap_err().is_its_own());
    let call = waits.enrich(&interactions[0], Timestamp(1), Budget::of(20)).await;
    assert_eq!(call.outcome, Err(FaultKind::Budget { deadline_ms: 20 }));
    drop(edge);
    // Without a budget it waits as long as it takes, and the wait is not its own time.
    std::thread::scope(|scope| {
        let started = std::time::Instant::now();
        let waiting = scope.spawn(move || (ask(Budget::WHOLE), started.elapsed()));
        while !waits.lane.is_waiting() {
            std::thread::yield_now();
        }
        let waited = started.elapsed();
        drop(pure);
        let (call, whole) = waiting.join().unwrap();
        assert!(call.outcome.is_ok());
        assert!(Duration::from_nanos(call.cost.duration_ns) <= whole.saturating_sub(waited));
        assert_eq!(call.cost.deadline_ms, 5_000);
    });
}

#[tokio::test]
async fn one_plugins_flood_does_not_hold_up_another() {
    let (runtime, component) = (narrow(1), misbehaving());
    let mut flood = spec(&component, "l");
    flood.limits = Limits { fuel_max: u64::MAX, deadline_ms: 20, calls_parallel_max: 1_000, ..Limits::PURE };
    let flood = runtime.staged(&flood, &component).await.unwrap();
    let honest = runtime.staged(&spec(&component, "."), &component).await.unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    super::guest::prioritized(&*flood, &Interaction::default());
                }
            });
        }
        let started = std::time::Instant::now();
        for _ in 0..10 {
            assert!(super::guest::prioritized(&*honest, &Interaction::default()).outcome.is_ok());
        }
        let took = started.elapsed();
        stop.store(true, Ordering::SeqCst);
        // In one queue with sixteen of them each call would wait 320 ms; taking turns it waits for one.
        assert!(took < Duration::from_millis(1_600), "{took:?}");
    });
}
