use model::{Call, Cost, Digest, FaultKind, HostCall, Share};
use serde_json::json;

use super::*;

fn call(outcome: Result<(), FaultKind>, share: Option<Share>) -> Call<()> {
    let host_call = HostCall { function: "state.get".into(), asked: "k".into(), answered: "v".into() };
    let cost = Cost {
        fuel: 1,
        duration_ns: 2,
        cpu_ns: 3,
        host_ns: 4,
        deadline_ms: 5,
        memory_bytes: 6,
        bytes_in: 7,
        bytes_out: 8,
        http_requests: 9,
        http_bytes_sent: 10,
        http_bytes_received: 11,
        share,
        host_calls: vec![host_call],
        logs: vec![],
        logs_dropped: 12,
    };
    Call { outcome, cost }
}

#[test]
fn everything_is_counted_and_what_is_shared_once() {
    let counters = Counters::default();
    let (plugin, chain) = (counters.plugin("p"), counters.chain("c"));
    let calls = [
        call(Ok(()), None),
        call(Err(FaultKind::Stack), None),
        call(Ok(()), Some(Share { size: 2, at: 0 })),
        call(Ok(()), Some(Share { size: 2, at: 1 })),
    ];
    for call in &calls {
        plugin.called(call);
        chain.called(call);
    }
    let tripped = FaultKind::Tripped { faults_max: 1, window_ms: 1 };
    plugin.refused(&tripped);
    chain.refused();
    chain.decided(true);
    chain.decided(false);
    counters.decided("hold");
    let counts = counters.snapshot();
    let expected = PluginCounts {
        calls: 4,
        faults: BTreeMap::from([("stack".to_owned(), 1), ("tripped".to_owned(), 1)]),
        fuel: 3,
        duration_ns: 6,
        cpu_ns: 9,
        host_ns: 12,
        host_calls: 3,
        memory_bytes_high: 6,
        bytes_in: 21,
        bytes_out: 24,
        http_requests: 27,
        http_bytes_sent: 30,
        http_bytes_received: 33,
        logs_dropped: 36,
    };
    assert_eq!(counts.plugins["p"], expected);
    let expected =
        ChainCounts { interactions: 2, held: 1, calls: 4, faults: 2, fuel: 3, duration_ns: 6, cpu_ns: 9, host_ns: 12, http_requests: 27 };
    assert_eq!(counts.chains["c"], expected);
    assert_eq!(counts.decisions["hold"], 1);
    assert!(Arc::ptr_eq(&plugin, &counters.plugin("p")));
}

#[test]
fn generations_are_counted_apart_and_mixing_is_seen() {
    let router = crate::testing::Scripted::new("router").routes(|_, _, _| Ok(crate::testing::hold_in("care"))).done();
    let steps = vec![crate::testing::step("router", model::Role::Router, None, model::OnFault::Hold)];
    let generation = crate::testing::generation(&[router], vec![], vec![crate::testing::chain("main", None, steps)]);
    let decision = |by: &str| {
        let text = json!({"id": "c", "interaction": "i", "trigger": "arrived", "read_by": "r", "decided_by": by, "chain": "main",
            "decided_at": 1, "routing": {"disposition": "file"}});
        serde_json::from_value::<Decision>(text).unwrap()
    };
    let trace = |digest: &Digest| {
        let step = json!({"plugin": "router", "digest": digest, "role": "router", "outcome": "not_met"});
        serde_json::from_value::<Trace>(json!({"interaction": {}, "situation": {}, "steps": [step]})).unwrap()
    };
    let counters = Counters::default();
    let (own, other) = (trace(&Digest::of(b"router")), trace(&Digest::of(b"other")));
    let by = generation.id().0.as_str();
    counters.committed(&generation, &decision(by), &own);
    assert_eq!(counters.snapshot().generations.mixed, 0);
    counters.committed(&generation, &decision(by), &other);
    counters.committed(&generation, &decision("another"), &own);
    let counts = counters.snapshot().generations;
    assert_eq!((counts.mixed, counts.latest[1].1, counts.latest.len()), (2, 2, 2));
    for number in 0..8 {
        counters.committed(&generation, &decision(&number.to_string()), &own);
    }
    let counts = counters.snapshot().generations;
    assert_eq!((counts.latest.len(), counts.other, counts.latest[0].0.0.as_str()), (8, 3, "7"));
}

#[test]
fn swaps_are_counted_with_their_times() {
    let counters = Counters::default();
    let swap = |kind, staging_ms, publishing_ns| {
        let text = json!({"at": 1, "kind": kind, "trigger": "api", "by": "ada", "staging_ms": staging_ms, "publishing_ns": publishing_ns});
        counters.swaps().swapped(&serde_json::from_value(text).unwrap());
    };
    swap("applied", 30, 700);
    swap("applied", 0, 2_000_000_000);
    swap("refused", 20_000, 0);
    let counts = counters.snapshot().swaps;
    let counted: Vec<_> = counts.swaps.iter().map(|swap| (swap.kind.name(), swap.trigger.name(), swap.count)).collect();
    assert_eq!(counted, [("applied", "api", 2), ("refused", "api", 1)]);
    assert_eq!((counts.staging.count, counts.staging.up_to.clone()), (2, vec![0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2]));
    assert_eq!((counts.publishing.count, counts.publishing.sum_ns), (2, 2_000_000_700));
    assert_eq!(counts.publishing.up_to, [1; 11]);
}
