//! For tests: a host whose connector does what the test says, and that keeps what came in memory.

mod plugin;
pub(crate) mod post;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dispatch::breaker::Breakers;
use dispatch::counters::Counters;
use dispatch::dispatcher::Wake;
use dispatch::generation::{Current, Generation};
use dispatch::hop::Hop;
use dispatch::ingest::{Ingest, IngestPorts};
use dispatch::port::{Nothing, Plugin, SystemClock};
use model::{ChainSpec, Configuration, ConnectorSpec, Event, Fact, Item, OnFault, PluginManifest, QueueSpec, Role, StepSpec, Transport};

pub(crate) use self::plugin::{Heard, Scripted};
pub(crate) use self::store::Kept;

/// The connector's name.
pub(crate) const NAME: &str = "desk";

/// A host with one connector, and what it keeps.
pub(crate) fn host(
    transport: Transport,
    script: impl Fn(Heard<'_>) -> Result<model::Advance, model::Refusal> + Send + Sync + 'static,
) -> (Ingest, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    (on(Arc::clone(&kept), transport, script), kept)
}

/// The same over a store that is there already: after a restart.
pub(crate) fn on(
    kept: Arc<Kept>,
    transport: Transport,
    script: impl Fn(Heard<'_>) -> Result<model::Advance, model::Refusal> + Send + Sync + 'static,
) -> Ingest {
    let manifest = PluginManifest { transport: Some(transport), ..PluginManifest::default() };
    let clock = Arc::new(SystemClock);
    Ingest::new(IngestPorts {
        current: current(Scripted::new("reader", [Role::Connection], manifest, script)),
        store: kept,
        secrets: Arc::new(Nothing),
        remote_keys: Arc::new(Nothing),
        breakers: Arc::new(Breakers::new(clock.clone())),
        clock,
        counters: Arc::new(Counters::default()),
        hop: Hop::for_cores(),
        wake: Wake::default(),
    })
}

/// A generation whose connector has this plugin.
pub(crate) fn current(reader: Scripted) -> Arc<Current> {
    let router = Scripted::new("router", [Role::Router], PluginManifest::default(), |_| Ok(model::Advance::default()));
    let plugins: BTreeMap<String, Arc<dyn Plugin>> =
        [reader, router].into_iter().map(|plugin| (plugin.info().spec.name.clone(), Arc::new(plugin) as Arc<dyn Plugin>)).collect();
    let step = StepSpec { plugin: "router".to_owned(), role: Role::Router, when: None, on_fault: OnFault::Hold };
    let chain = ChainSpec {
        name: "main".to_owned(),
        when: None,
        hold_queue: "care".to_owned(),
        deadline_ms: ChainSpec::DEADLINE_MS,
        arm: None,
        steps: vec![step],
    };
    // The fields that other connectors need are as when they are left out.
    let spec = serde_json::json!({"name": NAME, "plugin": "reader", "channel": "test", "lmtp_listen": "127.0.0.1:0"});
    let connector: ConnectorSpec = serde_json::from_value(spec).unwrap();
    let mut configuration = Configuration {
        plugins: plugins.values().map(|plugin| plugin.info().spec.clone()).collect(),
        connectors: vec![connector],
        chains: vec![chain],
        queues: vec![QueueSpec { name: "care".to_owned(), title: String::new() }],
        ..Configuration::default()
    };
    if !matches!(plugins["reader"].info().manifest.transport, Some(Transport::Mail { .. })) {
        configuration.connectors[0].lmtp_listen = None;
    }
    let generation = Generation::assemble(configuration, plugins).unwrap_or_else(|error| panic!("{error}"));
    Arc::new(Current::new(Arc::new(generation)))
}

/// Something that was said.
pub(crate) fn said(id: &str) -> Fact {
    let item = Item { source_id: id.to_owned(), text: "hello".to_owned(), ..Item::default() };
    Fact { account: None, dedup_key: None, event: Event::Said(item) }
}

/// Waits until something holds, at most ten seconds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came: {what}");
}
