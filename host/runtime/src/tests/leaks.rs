//! No byte of one interaction is there for the next.

use model::{Isolation, Limits, PluginSpec};

use super::guest::{judge, scores, spec};
use super::world::{services, settings};
use crate::pool::Reset;
use crate::{Compile, Runtime};

/// With pages found by the scan, when this machine has it, and with pages kept by size.
fn resets() -> Vec<Reset> {
    let here = Reset::of_this_machine();
    let plain = Reset::choose(false, here.swap_active);
    if here.pagemap_scan { vec![here, plain] } else { vec![plain] }
}

#[tokio::test]
async fn marks_all_over_the_memory_are_gone_for_the_next_instance() {
    let component = judge();
    for reset in resets() {
        // One place, so that every call uses the memory of the one before.
        let settings = crate::RuntimeSettings { instances_max: 1, ..settings(None, Compile::InProcess) };
        let runtime = Runtime::with_reset(settings, services(false), reset).unwrap();
        for isolation in [Isolation::Interaction, Isolation::Batch { interactions_max: 1 }] {
            let limits = Limits { deadline_ms: 10_000, ..Limits::PURE };
            let plugin = runtime.stage(&PluginSpec { limits, isolation, ..spec(&component, ".") }, &component).await.unwrap();
            for round in 0..60 {
                assert_eq!(scores(&*plugin, &["m"])[0].outcome, Ok(1.0));
                // A fault does not keep the memory either.
                if round % 3 == 0 {
                    assert!(scores(&*plugin, &["t"])[0].outcome.is_err());
                }
                assert_eq!(scores(&*plugin, &["e"])[0].outcome, Ok(0.0), "{reset:?}, round {round}");
            }
        }
        // And the marks would be seen: in one instance they are.
        let isolation = Isolation::Warm { calls_max: 2 };
        let limits = Limits { deadline_ms: 10_000, ..Limits::PURE };
        let plugin = runtime.stage(&PluginSpec { limits, isolation, ..spec(&component, ".") }, &component).await.unwrap();
        assert_eq!(scores(&*plugin, &["m"])[0].outcome, Ok(1.0));
        assert_eq!(scores(&*plugin, &["e"])[0].outcome, Ok(100.0), "384 marks, and a score is cut at 100");
    }
}
