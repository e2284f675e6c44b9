use std::time::Duration;

use model::{OnFault, Role};
use proptest::prelude::*;

use super::*;
use crate::port::Plugin;
use crate::testing::{MemoryStore, QuickClock, Scripted, chain, decider, generation, hold_in, signal, step};

struct Desk {
    store: Arc<MemoryStore>,
    dispatcher: Dispatcher,
    live: Live,
}

fn desk(enriching: bool, settings: DispatcherSettings) -> Desk {
    let router: Arc<dyn Plugin> = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
    let crm = Scripted::new("crm").enriches(|_| Ok(vec![signal("known", true)])).done();
    let mut steps = vec![step("router", Role::Router, None, OnFault::Hold)];
    if enriching {
        steps.insert(0, step("crm", Role::Enricher, None, OnFault::Skip));
    }
    let generation = generation(&[router, crm], vec![], vec![chain("main", None, steps)]);
    let store = Arc::new(MemoryStore::default());
    let live = Live::new(1_024);
    let ports = DispatcherPorts {
        store: Arc::clone(&store) as Arc<dyn Store>,
        current: Arc::new(Current::new(generation)),
        clock: Arc::new(QuickClock::default()),
        decider: decider().0,
        live: live.clone(),
        wake: Wake::default(),
    };
    Desk { store, dispatcher: Dispatcher::new(ports, settings), live }
}

/// Runs the dispatcher until so many decisions were told.
async fn decide(desk: &Desk, count: usize) {
    let mut told = desk.live.subscribe();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (dispatcher, stop) = (desk.dispatcher.clone(), stop.clone());
        async move { dispatcher.run(stop).await }
    });
    for _ in 0..count {
        tokio::time::timeout(Duration::from_secs(30), told.recv()).await.expect("a decision in time").expect("a decision");
    }
    stop.cancel();
    running.await.unwrap();
}

fn in_order(store: &MemoryStore, keys: &[u8], key: u8) -> bool {
    let decided = &store.memory().decided;
    let lane: Vec<u64> = decided.iter().map(|(seq, _)| *seq).filter(|seq| keys[usize::try_from(*seq).unwrap() - 1] == key).collect();
    lane.is_sorted()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn everything_is_decided_once_and_in_the_order_of_its_key(
        keys in prop::collection::vec(0_u8..4, 1..50), enriching: bool, away in 0_u32..6, window in 2_usize..20
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = desk(enriching, DispatcherSettings { window_max: window, parallel_max: 3, ..DispatcherSettings::default() });
            for (seq, key) in (1_u64..).zip(&keys) {
                desk.store.wait_for(seq, &key.to_string(), "hello");
            }
            desk.store.memory().away = away;
            decide(&desk, keys.len()).await;
            let mut decided: Vec<u64> = desk.store.memory().decided.iter().map(|(seq, _)| *seq).collect();
            decided.sort_unstable();
            assert_eq!(decided, (1..=u64::try_from(keys.len()).unwrap()).collect::<Vec<_>>());
            assert!((0..4).all(|key| in_order(&desk.store, &keys, key)));
        });
    }
}

#[tokio::test]
async fn what_comes_later_is_decided_after_a_wake_up() {
    let desk = desk(false, DispatcherSettings::default());
    let mut told = desk.live.subscribe();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (dispatcher, stop) = (desk.dispatcher.clone(), stop.clone());
        async move { dispatcher.run(stop).await }
    });
    for seq in 1..=3 {
        desk.store.wait_for(seq, "k", "hello");
        desk.dispatcher.wake();
        assert_eq!(told.recv().await.unwrap().seq, seq);
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_stopped_dispatcher_leaves_the_rest_where_it_is() {
    let desk = desk(false, DispatcherSettings::default());
    desk.store.wait_for(1, "k", "hello");
    let stop = CancellationToken::new();
    stop.cancel();
    desk.dispatcher.run(stop).await;
    assert_eq!(desk.store.memory().pending.len(), 1);
    decide(&desk, 1).await;
    assert!(desk.store.memory().pending.is_empty());
}
