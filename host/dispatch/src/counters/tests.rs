use model::{Call, Cost, FaultKind, HostCall, Share};

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
