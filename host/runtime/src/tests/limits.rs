//! Each limit of the configuration, and the fault with its figure that going beyond it ends in.

use std::time::Instant;

use dispatch::port::Budget;
use model::{FaultKind, Interaction, Limits, PluginSpec, Timestamp};

use super::guest::{WORLD, bare, manifest, misbehaving, prioritized, spec, with_manifest};
use super::world::runtime;
use crate::{Runtime, StageError};

fn with_limits(component: &[u8], mode: &str, limits: &Limits) -> PluginSpec {
    PluginSpec { limits: Limits { deadline_ms: 2_000, ..limits.clone() }, ..spec(component, mode) }
}

async fn pure(runtime: &Runtime, component: &[u8], mode: &str, limits: &Limits) -> FaultKind {
    let plugin = runtime.stage(&with_limits(component, mode, limits), component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    let again = prioritized(&*plugin, &Interaction::default());
    assert_eq!((&call.outcome, call.cost.fuel), (&again.outcome, again.cost.fuel), "mode {mode}: the same each time");
    call.outcome.unwrap_err()
}

async fn edge(runtime: &Runtime, component: &[u8], mode: &str, limits: &Limits) -> FaultKind {
    let plugin = runtime.stage(&with_limits(component, mode, limits), component).await.unwrap();
    plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome.unwrap_err()
}

#[tokio::test]
async fn each_limit_of_a_pure_call_is_a_fault_with_its_figure() {
    let (runtime, component) = (runtime(), misbehaving());
    let all = Limits::PURE;
    for (mode, limits, expected) in [
        ("l", Limits { fuel_max: 10_000, ..all.clone() }, FaultKind::Fuel { fuel_max: 10_000 }),
        ("F", Limits { fuel_max: 3_000_000, ..all.clone() }, FaultKind::Fuel { fuel_max: 3_000_000 }),
        ("m", Limits { memory_bytes_max: 3 << 20, ..all.clone() }, FaultKind::Memory { memory_bytes_max: 3 << 20 }),
        ("b", Limits { output_bytes_max: 1_000, ..all.clone() }, FaultKind::Output { output_bytes_max: 1_000 }),
        (".", Limits { list_items_max: 0, ..all.clone() }, FaultKind::List { list_items_max: 0 }),
        ("h", Limits { host_calls_max: 3, ..all.clone() }, FaultKind::HostCalls { host_calls_max: 3 }),
        ("G", Limits { host_calls_max: 100, ..all.clone() }, FaultKind::HostCalls { host_calls_max: 100 }),
        ("h", Limits { host_bytes_max: 50, ..all.clone() }, FaultKind::HostBytes { host_bytes_max: 50 }),
        // Four MiB in one call of the host: more than it ever copies for a guest with these limits.
        ("S", all.clone(), FaultKind::HostBytes { host_bytes_max: 2 << 20 }),
    ] {
        assert_eq!(pure(&runtime, &component, mode, &limits).await, expected, "mode {mode}");
    }
}

#[tokio::test]
async fn each_limit_of_an_edge_call_is_a_fault_with_its_figure() {
    let (runtime, component) = (runtime(), misbehaving());
    let all = Limits { fuel_max: 0, ..Limits::PURE };
    for (mode, limits, expected) in [
        ("W", Limits { http_requests_max: 2, ..all.clone() }, FaultKind::HttpRequests { http_requests_max: 2 }),
        ("P", Limits { state_writes_max: 3, ..all.clone() }, FaultKind::StateWrites { state_writes_max: 3 }),
        ("m", Limits { memory_bytes_max: 3 << 20, ..all.clone() }, FaultKind::Memory { memory_bytes_max: 3 << 20 }),
        ("h", Limits { host_calls_max: 3, ..all.clone() }, FaultKind::HostCalls { host_calls_max: 3 }),
        ("h", Limits { host_bytes_max: 50, ..all.clone() }, FaultKind::HostBytes { host_bytes_max: 50 }),
        ("S", all.clone(), FaultKind::HostBytes { host_bytes_max: 2 << 20 }),
    ] {
        assert_eq!(edge(&runtime, &component, mode, &limits).await, expected, "mode {mode}");
    }
}

#[tokio::test]
async fn the_stack_is_the_configured_one_and_fits_on_the_threads_that_call() {
    use super::world::{services, settings};
    use crate::{Compile, RuntimeError, RuntimeSettings};
    let component = misbehaving();
    let with = |stack_bytes_max| Runtime::new(RuntimeSettings { stack_bytes_max, ..settings(None, Compile::InProcess) }, services(false));
    let mut fuel = Vec::new();
    for stack_bytes_max in [64 << 10, 512 << 10, 1 << 20] {
        let runtime = with(stack_bytes_max).unwrap();
        let plugin = runtime.stage(&with_limits(&component, "s", &Limits::PURE), &component).await.unwrap();
        for _ in 0..100 {
            let call = prioritized(&*plugin, &Interaction::default());
            assert_eq!(call.outcome, Err(FaultKind::Stack));
            fuel.push(call.cost.fuel);
        }
        assert_eq!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome, Err(FaultKind::Stack));
    }
    assert!(fuel[0] < fuel[100] && fuel[100] < fuel[200], "deeper stacks are deeper");
    for wrong in [0, 1_000, 8 << 20] {
        assert!(matches!(with(wrong), Err(RuntimeError::Stack { .. })), "{wrong}");
    }
}

#[tokio::test]
async fn bulk_operations_do_not_hold_up_the_end_of_an_edge_call() {
    let (runtime, component) = (runtime(), misbehaving());
    let mut spec = spec(&component, "F");
    spec.limits.deadline_ms = 30;
    let plugin = runtime.stage(&spec, &component).await.unwrap();
    let started = Instant::now();
    let call = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await;
    assert_eq!(call.outcome, Err(FaultKind::Deadline { deadline_ms: 30 }));
    assert!(started.elapsed().as_millis() < 1_000, "{:?}", started.elapsed());
}

#[tokio::test]
async fn log_lines_are_dropped_and_counted_not_a_fault() {
    let (runtime, component) = (runtime(), misbehaving());
    let limits = Limits { log_lines_max: 0, ..Limits::PURE };
    let plugin = runtime.stage(&with_limits(&component, "g", &limits), &component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    assert!(call.outcome.is_ok());
    assert_eq!((call.cost.logs.len(), call.cost.logs_dropped), (0, 1));
}

#[tokio::test]
async fn the_budget_is_the_deadline_when_less_is_left_and_the_guest_is_told() {
    let (runtime, component) = (runtime(), misbehaving());
    let plugin = runtime.stage(&with_limits(&component, "R", &Limits::PURE), &component).await.unwrap();
    let (interaction, situation) = (Interaction::default(), model::Situation::default());
    let ask = |budget| {
        let question = dispatch::port::Question { interaction: &interaction, situation: &situation, priority: None };
        dispatch::port::only(plugin.prioritize(&[question], budget))
    };
    let call = ask(Budget::of(60));
    assert!((40..=60).contains(&call.cost.deadline_ms), "{}", call.cost.deadline_ms);
    let told = call.outcome.unwrap().score;
    assert!((told - call.cost.deadline_ms as f32).abs() < f32::EPSILON, "a pure role is told what is recorded: {told}");
    assert_eq!(ask(Budget::of(0)).outcome, Err(FaultKind::Budget { deadline_ms: 0 }));
    assert_eq!(ask(Budget::WHOLE).cost.deadline_ms, 2_000);
    assert_eq!(ask(Budget::of(10_000)).cost.deadline_ms, 2_000);
    let call = plugin.enrich(&interaction, Timestamp(1), Budget::of(0)).await;
    assert_eq!(call.outcome, Err(FaultKind::Budget { deadline_ms: 0 }));
}

/// The guest with more in its core module.
fn with(more: &str) -> Vec<u8> {
    let core = include_str!("guest.wat").replace("(global $heap", &format!("{more} (global $heap"));
    with_manifest(bare(&core, WORLD), &manifest())
}

async fn configured(component: &[u8], limits: Limits) -> Result<(), StageError> {
    runtime().stage(&with_limits(component, ".", &limits), component).await.map(drop)
}

#[tokio::test]
async fn what_a_component_is_made_of_is_limited_when_it_is_configured() {
    let fault = |why: StageError| match why {
        StageError::Configure(fault) => fault,
        why => panic!("{why}"),
    };
    let good = misbehaving();
    let why = configured(&good, Limits { core_instances_max: 1, ..Limits::PURE }).await.unwrap_err();
    assert_eq!(fault(why), FaultKind::Instances { core_instances_max: 1 });
    let why = configured(&good, Limits { memory_bytes_max: 1 << 20, ..Limits::PURE }).await.unwrap_err();
    assert_eq!(fault(why), FaultKind::Memory { memory_bytes_max: 1 << 20 });
    let tables = with("(table 15000 funcref) (table 1 funcref)");
    let why = configured(&tables, Limits::PURE).await.unwrap_err();
    assert_eq!(fault(why), FaultKind::Tables { table_elements_max: 10_000 });
    let starts = with("(func $start (loop $again (br $again))) (start $start)");
    let why = configured(&starts, Limits::PURE).await.unwrap_err();
    assert_eq!(fault(why).name(), "fuel", "fuel is set before anything of the guest runs");
}

#[tokio::test]
async fn a_table_that_grows_for_ever_is_a_fault() {
    let more =
        "(table $grows 0 funcref) (func $tables (loop $again (drop (table.grow $grows (ref.null func) (i32.const 100))) (br $again)))";
    let core = include_str!("guest.wat").replace("(global $heap", &format!("{more} (global $heap"));
    let core = core.replace("(if (call $is (i32.const 116)) (then unreachable))", "(if (call $is (i32.const 84)) (then (call $tables)))");
    let component = with_manifest(bare(&core, WORLD), &manifest());
    let expected = FaultKind::Tables { table_elements_max: 500 };
    let limits = Limits { table_elements_max: 500, ..Limits::PURE };
    assert_eq!(pure(&runtime(), &component, "T", &limits).await, expected);
}

#[tokio::test]
async fn handles_are_limited() {
    let core = include_str!("guest.wat")
        .replace(
            "(memory (export",
            "(import \"[export]test:guest/things\" \"[resource-new]thing\" (func $new (param i32) (result i32)))
             (func (export \"test:guest/things#[constructor]thing\") (result i32) (call $new (i32.const 1)))
             (memory (export",
        )
        .replace(
            "(if (call $is (i32.const 116)) (then unreachable))",
            "(if (call $is (i32.const 72)) (then (loop $again (drop (call $new (i32.const 1))) (br $again))))",
        );
    let world = WORLD.replace("world guest {", "interface things { resource thing { constructor(); } } world guest { export things;");
    let component = with_manifest(bare(&core, &world), &manifest());
    let limits = Limits { handles_max: 20, ..Limits::PURE };
    assert_eq!(pure(&runtime(), &component, "H", &limits).await, FaultKind::Handles { handles_max: 20 });
}
