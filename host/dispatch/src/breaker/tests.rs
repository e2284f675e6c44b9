use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use proptest::prelude::*;

use super::*;
use crate::testing::Scripted;

/// A clock that stands still until it is moved.
#[derive(Default)]
struct StillClock(AtomicU64);

impl StillClock {
    fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, _: Timestamp) {}
}

const SPEC: BreakerSpec = BreakerSpec { faults_max: 3, fault_percent_min: 50, window_ms: 12_000, open_ms: 1_000, open_ms_max: 3_000 };

struct Bench {
    clock: Arc<StillClock>,
    breakers: Breakers,
    breaker: Arc<Breaker>,
}

fn info(component: &str) -> PluginInfo {
    let mut info = Scripted::new("p").done().info().clone();
    info.digest = Digest::of(component.as_bytes());
    info
}

fn bench() -> Bench {
    let clock = Arc::new(StillClock::default());
    let breakers = Breakers::new(Arc::clone(&clock) as Arc<dyn Clock>);
    let breaker = breakers.of(&info("one"));
    Bench { clock, breakers, breaker }
}

impl Bench {
    /// One call after another: `g`ood, `f`ault, `b` a fault that is not its own; a dot passes 100 ms, `!` a second. Returns what was let
    /// through: `.` for yes, `x` for no.
    fn play(&self, script: &str) -> String {
        let trap = FaultKind::Trap("unreachable".into());
        let budget = FaultKind::Budget { deadline_ms: 1 };
        let mut told = String::new();
        for step in script.chars() {
            match step {
                '.' => self.clock.pass(100),
                '!' => self.clock.pass(1_000),
                _ => match self.breaker.admit(&SPEC, 1) {
                    Ok(pass) => {
                        pass.heard([(step == 'f').then_some(&trap).or((step == 'b').then_some(&budget))]);
                        told.push('.');
                    }
                    Err(kind) => {
                        assert_eq!(kind, FaultKind::Tripped { faults_max: 3, window_ms: 12_000 });
                        told.push('x');
                    }
                },
            }
        }
        told
    }

    fn state(&self) -> (BreakerState, u32, u32, u64) {
        let row = &self.breakers.snapshot()["p"];
        (row.state, row.calls, row.faults, row.opened)
    }
}

#[test]
fn it_opens_by_count_and_share_and_closes_after_a_good_probe() {
    use BreakerState::{Closed, Open};
    let check = |script: &str, told: &str, expected: (BreakerState, u32, u32, u64)| {
        let bench = bench();
        assert_eq!(bench.play(script), told, "{script}");
        assert_eq!(bench.state(), expected, "{script}");
    };
    check("gg", "..", (Closed, 2, 0, 0));
    check("ff", "..", (Closed, 2, 2, 0));
    check("fffgg", "...xx", (Open, 3, 3, 1));
    // Three faults, but not half of the calls, until the fourth.
    check("ggggfffgf", ".........", (Closed, 9, 4, 0));
    check("ggggffff", "........", (Open, 8, 4, 1));
    // What the plugin did not do itself is no fault.
    check("bbbbb", ".....", (Closed, 5, 0, 0));
    // After a second one call is let through; a good one brings it back with an empty window.
    check("fff.........g.g", "...x.", (Closed, 0, 0, 1));
    // A fault doubles the time, up to the most.
    check("fff!f!g!g", "....x.", (Closed, 0, 0, 2));
    check("fff!f!!f!!g!g", ".....x.", (Closed, 0, 0, 3));
    check("fff!f!!f!!!f!!g!g", "......x.", (Closed, 0, 0, 4));
    // Once it is back, it starts with the short time again.
    check("fff!f!!gfff!g", ".........", (Closed, 0, 0, 3));
    // What is older than the window is forgotten.
    check("ff!!!!!!!!!!!!!f", "...", (Closed, 1, 1, 0));
}

#[test]
fn one_probe_at_a_time_and_one_that_is_given_up_makes_room() {
    let bench = bench();
    bench.play("fff!");
    let probe = bench.breaker.admit(&SPEC, 32).unwrap();
    assert_eq!((probe.calls(), bench.state().0), (1, BreakerState::HalfOpen));
    assert!(bench.breaker.admit(&SPEC, 1).is_err());
    drop(probe);
    assert_eq!(bench.state().0, BreakerState::Open);
    assert_eq!(bench.play("gg"), "..");
    let row = &bench.breakers.snapshot()["p"];
    assert_eq!((row.state, row.since, row.retry_at), (BreakerState::Closed, Some(Timestamp(1_000)), None));
}

#[test]
fn what_was_asked_before_it_opened_counts_no_more() {
    let bench = bench();
    let (late, good) = (bench.breaker.admit(&SPEC, 1).unwrap(), bench.breaker.admit(&SPEC, 1).unwrap());
    bench.play("fff");
    late.heard([Some(&FaultKind::Stack)]);
    good.heard([None]);
    assert_eq!(bench.state(), (BreakerState::Open, 3, 3, 1));
    assert_eq!(bench.breakers.snapshot()["p"].retry_at, Some(Timestamp(1_000)));
}

#[test]
fn never_more_at_once_than_could_trip_it() {
    let check = |before: &str, expected: usize| {
        let bench = bench();
        bench.play(before);
        assert_eq!(bench.breaker.admit(&SPEC, 32).unwrap().calls(), expected, "{before}");
    };
    check("", 3);
    check("f", 2);
    check("ff", 1);
    check("gggg", 4);
    check("ggggff", 2);
    check("gggggggggggg", 12);
    check("ggggfffg", 2);
    check(&"g".repeat(50), 32);
}

#[test]
fn a_breaker_that_never_trips_and_components_of_one_name() {
    let never = BreakerSpec { faults_max: 0, ..SPEC };
    let bench = bench();
    for _ in 0..9 {
        bench.breaker.admit(&never, 32).unwrap().heard([Some(&FaultKind::Stack)]);
    }
    assert_eq!(bench.breaker.admit(&never, 32).unwrap().calls(), 32);

    bench.clock.pass(99_000);
    bench.play("fff");
    let other = bench.breakers.of(&info("two"));
    assert_eq!(bench.state(), (BreakerState::Closed, 0, 0, 0), "a new component starts in service");
    assert!(other.admit(&SPEC, 1).is_ok());
    assert!(Arc::ptr_eq(&bench.breakers.of(&info("one")), &bench.breaker), "the one before is remembered");
    assert_eq!(bench.state().0, BreakerState::Open);
    let mut configured_otherwise = info("one");
    configured_otherwise.spec.settings = serde_json::json!({"strict": true});
    assert!(bench.breakers.of(&configured_otherwise).admit(&SPEC, 1).is_ok(), "other settings start in service too");
    assert!(bench.breakers.of(&info("one")).admit(&SPEC, 1).is_err());
    for name in ["two", "three", "four", "five"] {
        bench.breakers.of(&info(name));
    }
    assert!(!Arc::ptr_eq(&bench.breakers.of(&info("one")), &bench.breaker), "but not for ever");
}

/// A breaker as one would write it down: every call with the part of the window that it fell into.
#[derive(Default)]
struct Model {
    now_ms: u64,
    calls: Vec<(u64, bool)>,
    open: Option<(u64, u64)>,
}

impl Model {
    fn call(&mut self, fault: bool) -> bool {
        let part = self.now_ms / 1_000;
        match self.open {
            Some((until, _)) if self.now_ms < until => return false,
            Some((_, open_ms)) if fault => {
                let open_ms = (open_ms * 2).min(SPEC.open_ms_max);
                self.open = Some((self.now_ms + open_ms, open_ms));
            }
            Some(_) => *self = Self { now_ms: self.now_ms, ..Self::default() },
            None => {
                self.calls.push((part, fault));
                self.calls.retain(|(then, _)| part - then < 12);
                let faults = self.calls.iter().filter(|(_, fault)| *fault).count();
                if fault && faults >= 3 && faults * 2 >= self.calls.len() {
                    self.open = Some((self.now_ms + SPEC.open_ms, SPEC.open_ms));
                }
            }
        }
        true
    }
}

proptest! {
    #[test]
    fn it_does_what_the_model_does(steps in prop::collection::vec((0_u64..2_500, 0_u8..3), 1..200)) {
        let bench = bench();
        let mut model = Model::default();
        for (wait_ms, kind) in steps {
            let wait_ms = if wait_ms > 1_500 { wait_ms } else { wait_ms / 40 };
            bench.clock.pass(wait_ms);
            model.now_ms += wait_ms;
            let fault = kind == 0;
            let told = bench.play(if fault { "f" } else { "g" }) == ".";
            prop_assert_eq!(told, model.call(fault));
        }
    }

    #[test]
    fn together_it_trips_no_later_than_one_by_one(faulty in prop::collection::vec(prop::bool::weighted(0.4), 1..120), size in 1_usize..33) {
        let trap = FaultKind::Stack;
        let alone = bench();
        let one_by_one: String = faulty.iter().map(|fault| alone.play(if *fault { "f" } else { "g" })).collect();
        let together = bench();
        let mut told = String::new();
        let mut rest = faulty.as_slice();
        while !rest.is_empty() {
            match together.breaker.admit(&SPEC, rest.len().min(size)) {
                Ok(pass) => {
                    let (asked, later) = rest.split_at(pass.calls());
                    told.push_str(&".".repeat(asked.len()));
                    pass.heard(asked.iter().map(|fault| fault.then_some(&trap)));
                    rest = later;
                }
                Err(_) => {
                    told.push_str(&"x".repeat(rest.len()));
                    rest = &[];
                }
            }
        }
        prop_assert_eq!(told, one_by_one);
    }
}
