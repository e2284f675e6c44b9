use model::{OnFault, Role};
use proptest::prelude::*;

use super::*;
use crate::port::Plugin;
use crate::testing::{Desk, MemoryStore, Scripted, chain, generation, hold_in, signal, step};

fn desk(enriching: bool, settings: DispatcherSettings) -> Desk {
    let router: Arc<dyn Plugin> = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
    let crm = Scripted::new("crm").enriches(|_| Ok(vec![signal("known", true)])).done();
    let mut steps = vec![step("router", Role::Router, None, OnFault::Hold)];
    if enriching {
        steps.insert(0, step("crm", Role::Enricher, None, OnFault::Skip));
    }
    Desk::new(generation(&[router, crm], vec![], vec![chain("main", None, steps)]), settings)
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
            desk.decide(keys.len()).await;
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
    let (stop, running) = desk.run();
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
    desk.decide(1).await;
    assert!(desk.store.memory().pending.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swaps_under_load_mix_nothing() {
    const INTERACTIONS: u64 = 600;
    let one = |name: &'static str, enriching: bool| {
        let of_it = move |plugin: Scripted| plugin.known(|info| info.digest = model::Digest::of(name.as_bytes()));
        let crm = of_it(Scripted::new("crm")).enriches(move |_| Ok(vec![signal("made-by", name)])).done();
        let router = of_it(Scripted::new("router")).routes(move |seen, _, _| {
            let mixed = seen.signals.iter().any(|signal| signal.value != name.into());
            Ok(hold_in(if mixed { "triage" } else { "care" }))
        });
        let mut steps = vec![step("router", Role::Router, None, OnFault::Hold)];
        if enriching {
            steps.insert(0, step("crm", Role::Enricher, None, OnFault::Skip));
        }
        generation(&[crm, router.done()], vec![], vec![chain(name, None, steps)])
    };
    let generations = [one("a", true), one("b", true), one("c", false)];
    let desk = Desk::new(Arc::clone(&generations[0]), DispatcherSettings { window_max: 64, ..DispatcherSettings::default() });
    for seq in 1..=INTERACTIONS {
        desk.store.wait_for(seq, &(seq % 7).to_string(), "hello");
    }
    let mut told = desk.live.subscribe();
    let (stop, running) = desk.run();
    for at in 0..INTERACTIONS {
        told.recv().await.unwrap();
        let next = &generations[usize::try_from(at % 3).unwrap()];
        match at % 4 {
            0 => drop(desk.current.replace(Arc::clone(next))),
            1 => drop(desk.current.begin_canary(next, 500_000)),
            2 => drop(desk.current.end_canary()),
            _ => {}
        }
    }
    stop.cancel();
    running.await.unwrap();
    let decided = &desk.store.memory().decided;
    assert!(decided.iter().all(|(_, decision)| decision.routing.disposition.queue() == Some("care")));
    let named = |decision: &model::Decision| {
        generations.iter().any(|one| *one.id() == decision.decided_by && one.chains()[0].name == decision.chain)
    };
    assert!(decided.iter().all(|(_, decision)| named(decision)));
    let counts = desk.counters.snapshot().generations;
    assert_eq!((counts.mixed, counts.other), (0, 0));
    assert_eq!(counts.latest.iter().map(|(_, count)| count).sum::<u64>(), INTERACTIONS);
    assert!(counts.latest.len() > 1, "{counts:?}");
}
