//! What a call cost, as it is reported.

use dispatch::port::Budget;
use model::{Interaction, Limits, PluginSpec, Timestamp};

use super::guest::{misbehaving, prioritized, spec};
use super::world::{runtime, services, settings};
use crate::{Compile, Runtime, RuntimeSettings};

#[tokio::test]
async fn a_pure_call_says_what_it_took() {
    let (runtime, component) = (runtime(), misbehaving());
    let plugin = runtime.stage(&spec(&component, "h"), &component).await.unwrap();
    let cost = prioritized(&*plugin, &Interaction { text: "x".repeat(1_000), ..Interaction::default() }).cost;
    assert!(cost.cpu_ns > 0 && cost.host_ns > 0 && cost.host_ns < cost.duration_ns, "{cost:?}");
    assert_eq!(cost.deadline_ms, 50);
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    let bytes_in = |len| prioritized(&*plugin, &Interaction { text: "x".repeat(len), ..Interaction::default() }).cost.bytes_in;
    assert_eq!(bytes_in(1_000) - bytes_in(0), 1_000);
    let cost = prioritized(&*plugin, &Interaction::default()).cost;
    assert!((20..200).contains(&cost.bytes_out), "{}", cost.bytes_out);
    assert_eq!((cost.host_ns, cost.share), (0, None));
}

#[tokio::test]
async fn an_edge_call_says_what_it_took_and_sent() {
    let (runtime, component) = (runtime(), misbehaving());
    let plugin = runtime.stage(&spec(&component, "w"), &component).await.unwrap();
    let cost = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.cost;
    assert_eq!((cost.http_requests, cost.http_bytes_sent), (1, 33), "GET, the address and the credential's name");
    assert_eq!(cost.http_bytes_received, u64::try_from("{\"api.example.com\"} true".len()).unwrap());
    assert!(cost.cpu_ns > 0 && cost.host_ns > 0, "{cost:?}");
    // The guest's time is counted however often it was interrupted.
    let mut busy = spec(&component, "l");
    busy.limits.deadline_ms = 60;
    let plugin = runtime.stage(&busy, &component).await.unwrap();
    let cost = plugin.enrich(&Interaction::default(), Timestamp(1), Budget::WHOLE).await.cost;
    assert!(cost.cpu_ns > 5_000_000, "{}", cost.cpu_ns);
}

#[tokio::test]
async fn without_accounting_the_limits_hold_all_the_same() {
    let component = misbehaving();
    let settings = RuntimeSettings { accounting: false, ..settings(None, Compile::InProcess) };
    let runtime = Runtime::new(settings, services(false)).unwrap();
    let limits = Limits { host_bytes_max: 50, ..Limits::PURE };
    let plugin = runtime.stage(&PluginSpec { limits, ..spec(&component, "h") }, &component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    assert_eq!(call.outcome.unwrap_err().name(), "host_bytes");
    let cost = call.cost;
    assert_eq!((cost.cpu_ns, cost.host_ns, cost.bytes_in, cost.bytes_out), (0, 0, 0, 0));
    assert!(cost.fuel > 0 && cost.memory_bytes > 0);
}
