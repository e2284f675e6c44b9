use dispatch::port::{Budget, Question, only};
use model::{FaultKind, Interaction, Limits, Situation, Timestamp};

use super::guest::{classified, misbehaving, prioritized, spec};
use super::world::{runtime, services, settings};
use crate::{Compile, Runtime};

const MS: u64 = 2_000;

/// Stages the guest in a mode and prioritises once.
async fn check_pure(runtime: &Runtime, component: &[u8], mode: &str, expected: Result<f32, FaultKind>) {
    let mut spec = spec(component, mode);
    spec.limits.deadline_ms = MS;
    spec.limits.host_calls_max = 10;
    let plugin = runtime.stage(&spec, component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    assert_eq!(call.outcome.map(|priority| priority.score), expected, "mode {mode}");
}

#[tokio::test]
async fn what_a_pure_guest_does_wrong_is_a_typed_fault() {
    let (runtime, component) = (runtime(), misbehaving());
    let limits = Limits::PURE;
    let contract = |why: &str| Err(FaultKind::Contract(why.to_owned()));
    for (mode, expected) in [
        (".", Ok(42.0)),
        ("i", Ok(100.0)),
        ("t", Err(FaultKind::Trap("wasm `unreachable` instruction executed".to_owned()))),
        ("o", Err(FaultKind::Trap("out of bounds memory access".to_owned()))),
        ("l", Err(FaultKind::Fuel { fuel_max: limits.fuel_max })),
        ("s", Err(FaultKind::Stack)),
        ("m", Err(FaultKind::Memory { memory_bytes_max: limits.memory_bytes_max })),
        ("b", Err(FaultKind::Output { output_bytes_max: limits.output_bytes_max })),
        ("h", Err(FaultKind::HostCalls { host_calls_max: 10 })),
        ("n", contract("the score is NaN, not a finite number")),
        ("f", contract("factor `urgency\\0\\0` is not a kebab-case name of at most 64 bytes")),
        ("u", contract("invalid utf-8 sequence of 1 bytes from index 0")),
    ] {
        check_pure(&runtime, &component, mode, expected).await;
    }
}

#[tokio::test]
async fn without_fuel_in_the_way_the_clock_ends_a_pure_call() {
    let (runtime, component) = (runtime(), misbehaving());
    let mut spec = spec(&component, "l");
    spec.limits = Limits { fuel_max: u64::MAX, deadline_ms: 20, ..Limits::PURE };
    let plugin = runtime.stage(&spec, &component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    assert_eq!(call.outcome, Err(FaultKind::Deadline { deadline_ms: 20 }));
    assert!(call.cost.duration_ns < 1_000_000_000, "{}", call.cost.duration_ns);
}

#[tokio::test]
async fn nothing_but_fuel_ends_an_unhurried_call() {
    let (runtime, component) = (runtime(), misbehaving());
    let mut spec = spec(&component, "l");
    spec.limits.deadline_ms = 1;
    let plugin = runtime.stage(&spec, &component).await.unwrap();
    let (interaction, situation) = (Interaction::default(), Situation::default());
    let question = Question { interaction: &interaction, situation: &situation, priority: None };
    let ask = |budget| only(plugin.prioritize(&[question], budget)).outcome;
    assert_eq!(ask(Budget::WHOLE), Err(FaultKind::Deadline { deadline_ms: 1 }));
    assert_eq!(ask(Budget::UNHURRIED), Err(FaultKind::Fuel { fuel_max: spec.limits.fuel_max }));
}

#[tokio::test]
async fn a_fresh_instance_sees_what_configure_left_and_nothing_of_the_last_call() {
    let (runtime, component) = (runtime(), misbehaving());
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    assert!(plugin.info().snapshotted);
    let mut costs = Vec::new();
    for _ in 0..100 {
        let call = prioritized(&*plugin, &Interaction::default());
        assert_eq!(call.outcome.map(|priority| priority.score), Ok(42.0));
        costs.push((call.cost.fuel, call.cost.memory_bytes));
    }
    costs.dedup();
    assert_eq!(costs.len(), 1, "fuel and memory are the same each time");
    let (fuel, memory_bytes) = costs[0];
    assert!(fuel > 0);
    assert_eq!(memory_bytes, 17 << 16);
}

#[tokio::test]
async fn a_pure_role_is_lent_nothing_but_the_log() {
    let (runtime, component) = (runtime(), misbehaving());
    for (mode, function, refused) in [("k", "keys.mac", "not_granted"), ("a", "state.get", "not_granted")] {
        let plugin = runtime.stage(&spec(&component, mode), &component).await.unwrap();
        let cost = prioritized(&*plugin, &Interaction::default()).cost;
        assert_eq!((cost.host_calls[0].function.as_str(), &cost.host_calls[0].answered["err"]), (function, &refused.into()));
    }
    let plugin = runtime.stage(&spec(&component, "w"), &component).await.unwrap();
    let cost = prioritized(&*plugin, &Interaction::default()).cost;
    assert_eq!(cost.host_calls[0].asked["credential"], "token");
    assert!(cost.host_calls[0].answered["err"]["not_granted"].is_string());
    let plugin = runtime.stage(&spec(&component, "g"), &component).await.unwrap();
    let cost = prioritized(&*plugin, &Interaction::default()).cost;
    assert_eq!(cost.logs[0].message, "line\\ntwo");
    assert!(cost.host_calls.is_empty());
}

#[tokio::test]
async fn an_edge_role_uses_what_was_granted_and_every_call_is_recorded() {
    let (runtime, component) = (runtime(), misbehaving());
    for (mode, function, answered) in [
        ("k", "keys.mac", serde_json::json!({ "ok": "09" })),
        ("a", "state.get", serde_json::json!({ "ok": { "value": "tester/counter", "version": 3 } })),
        ("w", "http.send", serde_json::json!({ "ok": { "status": 200, "body": "{\"api.example.com\"} true" } })),
    ] {
        let plugin = runtime.stage(&spec(&component, mode), &component).await.unwrap();
        let call = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await;
        assert_eq!(call.outcome, Ok(Ok(Vec::new())));
        assert_eq!(call.cost.host_calls[0].function, function);
        assert_eq!(call.cost.host_calls[0].answered, answered);
        let recorded = serde_json::to_string(&call.cost).unwrap();
        assert!(!recorded.contains("hush"), "a secret's value is in the record");
    }
}

#[tokio::test]
async fn an_edge_role_without_grants_is_refused() {
    let (runtime, component) = (runtime(), misbehaving());
    for mode in ["k", "a"] {
        let mut spec = spec(&component, mode);
        spec.grants = model::Grants::default();
        let plugin = runtime.stage(&spec, &component).await.unwrap();
        let call = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await;
        assert_eq!(call.cost.host_calls[0].answered["err"], "not_granted");
    }
}

#[tokio::test]
async fn the_clock_ends_an_edge_call_in_the_guest_and_in_the_host() {
    let component = misbehaving();
    let runtime = Runtime::new(settings(None, Compile::InProcess), services(true)).unwrap();
    for mode in ["l", "w"] {
        let mut spec = spec(&component, mode);
        spec.limits.deadline_ms = 30;
        let plugin = runtime.stage(&spec, &component).await.unwrap();
        let call = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await;
        assert_eq!(call.outcome, Err(FaultKind::Deadline { deadline_ms: 30 }), "mode {mode}");
        assert!(call.cost.duration_ns < 1_000_000_000);
    }
    // The runtime is none the worse for it.
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    assert_eq!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome, Ok(Ok(Vec::new())));
}

#[tokio::test]
async fn what_an_edge_guest_does_wrong_is_a_typed_fault() {
    let (runtime, component) = (runtime(), misbehaving());
    let memory = FaultKind::Memory { memory_bytes_max: Limits::PURE.memory_bytes_max };
    for (mode, expected) in [("s", FaultKind::Stack), ("m", memory)] {
        let mut spec = spec(&component, mode);
        spec.limits.deadline_ms = MS;
        let plugin = runtime.stage(&spec, &component).await.unwrap();
        assert_eq!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome, Err(expected));
    }
}

#[tokio::test]
async fn a_role_that_is_not_there_is_a_fault() {
    let (runtime, component) = (runtime(), misbehaving());
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    let outcome = classified(&*plugin, &Interaction::default()).outcome;
    assert_eq!(outcome.map_err(|fault| fault.name()), Err("instantiate"));
    let outcome = plugin.erase("somebody").await.outcome;
    assert_eq!(outcome.map_err(|fault| fault.name()), Err("instantiate"));
}
