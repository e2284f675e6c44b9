//! Calls that are given up: the future is dropped at every point that it waits at.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use dispatch::port::{Budget, Plugin as _};
use model::{Interaction, Isolation, Timestamp};

use super::guest::{misbehaving, spec};
use super::world::{runtime, services, settings};
use crate::staged::StagedPlugin;
use crate::{Compile, Runtime};

/// Polls a call so often, then drops it; whether it had ended before.
fn given_up(plugin: &StagedPlugin, polls: u32) -> bool {
    let interaction = Interaction::default();
    let mut call = pin!(plugin.enrich(&interaction, Timestamp(1), Budget::WHOLE));
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).any(|_| matches!(call.as_mut().poll(&mut context), Poll::Ready(_)))
}

#[tokio::test]
async fn a_dropped_call_leaves_no_instance_and_no_place_behind() {
    let component = misbehaving();
    let runtime = Runtime::new(settings(None, Compile::InProcess), services(true)).unwrap();
    // In the guest, and in a call of the host that never answers.
    for mode in ["l", "w"] {
        for isolation in [Isolation::Interaction, Isolation::Warm { calls_max: 1_000 }] {
            let mut spec = spec(&component, mode);
            spec.isolation = isolation;
            spec.limits.deadline_ms = 60_000;
            let plugin = runtime.staged(&spec, &component).await.unwrap();
            for round in 0..1_500_u32 {
                assert!(!given_up(&plugin, round % 4), "mode {mode}");
                assert_eq!(plugin.idle(), 0);
            }
        }
    }
    // Eight places, and none is lost.
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    for _ in 0..20 {
        assert!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome.is_ok());
    }
}

#[tokio::test]
async fn a_warm_instance_that_timed_out_or_was_dropped_is_not_used_again() {
    let (runtime, component) = (runtime(), misbehaving());
    let mut spec = spec(&component, "l");
    spec.isolation = Isolation::Warm { calls_max: 1_000 };
    spec.limits.deadline_ms = 10;
    let plugin = runtime.staged(&spec, &component).await.unwrap();
    for _ in 0..10 {
        assert!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome.is_err());
        assert_eq!(plugin.idle(), 0);
    }
    spec.settings = serde_json::json!({ "mode": "." });
    let plugin = runtime.staged(&spec, &component).await.unwrap();
    for _ in 0..10 {
        assert!(plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.outcome.is_ok());
        assert_eq!(plugin.idle(), 1);
    }
}
