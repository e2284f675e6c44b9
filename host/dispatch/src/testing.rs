//! For tests: a clock that does not make anybody wait, a store in memory, and plugins whose answers are written in the test.

mod desk;
mod plugin;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use model::{
    ChainSpec, Configuration, ConnectorSpec, Disposition, OnFault, PluginSpec, QueueSpec, Reason, Role, Routing, Secret, StepSpec,
    Timestamp,
};

use crate::breaker::Breakers;
use crate::chain::Decider;
use crate::counters::Counters;
use crate::generation::Generation;
use crate::grant::Pseudonyms;
use crate::hop::Hop;
use crate::port::{Clock, Plugin, Secrets};

pub(crate) use desk::Desk;
pub(crate) use plugin::{Scripted, signal};
pub(crate) use store::MemoryStore;

/// A clock whose short waits are over at once, and whose long waits never end.
#[derive(Debug, Default)]
pub(crate) struct QuickClock(AtomicU64);

impl QuickClock {
    pub(crate) const START: u64 = 1_700_000_000_000;

    pub(crate) fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for QuickClock {
    fn now(&self) -> Timestamp {
        Timestamp(Self::START + self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, at: Timestamp) {
        let wait_ms = at.since_ms(self.now());
        if wait_ms > 10_000 {
            std::future::pending::<()>().await;
        }
        self.0.fetch_add(wait_ms, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

/// Secrets by name.
#[derive(Debug, Default)]
pub(crate) struct SecretTable(pub(crate) BTreeMap<String, Vec<String>>);

impl Secrets for SecretTable {
    fn values(&self, name: &str) -> Vec<Secret> {
        self.0.get(name).into_iter().flatten().map(|value| Secret::new(value.as_str())).collect()
    }
}

pub(crate) fn decider() -> (Decider, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let breakers = Arc::new(Breakers::new(Arc::new(QuickClock::default())));
    (decider_with(Arc::clone(&counters), breakers), counters)
}

pub(crate) fn decider_with(counters: Arc<Counters>, breakers: Arc<Breakers>) -> Decider {
    Decider::new(Pseudonyms::new(Secret::new("key")), Hop::for_cores(), counters, breakers)
}

pub(crate) fn step(plugin: &str, role: Role, when: Option<&str>, on_fault: OnFault) -> StepSpec {
    StepSpec { plugin: plugin.into(), role, when: when.map(str::to_owned), on_fault }
}

pub(crate) fn chain(name: &str, when: Option<&str>, steps: Vec<StepSpec>) -> ChainSpec {
    ChainSpec {
        name: name.into(),
        when: when.map(str::to_owned),
        hold_queue: "triage".into(),
        deadline_ms: ChainSpec::DEADLINE_MS,
        arm: None,
        steps,
    }
}

/// A configuration with the queues `triage` and `care`.
pub(crate) fn configuration(plugins: &[Arc<dyn Plugin>], connectors: Vec<ConnectorSpec>, chains: Vec<ChainSpec>) -> Configuration {
    let plugins: Vec<PluginSpec> = plugins.iter().map(|plugin| plugin.info().spec.clone()).collect();
    let queues = ["triage", "care"].map(|name| QueueSpec { name: name.into(), title: String::new() }).to_vec();
    Configuration { plugins, connectors, chains, queues, notify: Vec::new() }
}

pub(crate) fn table(plugins: &[Arc<dyn Plugin>]) -> BTreeMap<String, Arc<dyn Plugin>> {
    plugins.iter().map(|plugin| (plugin.info().spec.name.clone(), Arc::clone(plugin))).collect()
}

pub(crate) fn generation(plugins: &[Arc<dyn Plugin>], connectors: Vec<ConnectorSpec>, chains: Vec<ChainSpec>) -> Arc<Generation> {
    let assembled = Generation::assemble(configuration(plugins, connectors, chains), table(plugins));
    Arc::new(assembled.unwrap_or_else(|error| panic!("{error}")))
}

pub(crate) fn connector(name: &str, plugin: &str) -> ConnectorSpec {
    ConnectorSpec {
        name: name.into(),
        plugin: plugin.into(),
        channel: "mastodon".into(),
        account: Some("desk".into()),
        poll_interval_ms: None,
        lmtp_listen: None,
        smtp_listen: None,
        smtp_tls: None,
        connect: false,
        fallback: Vec::new(),
        public_texts: Vec::new(),
    }
}

pub(crate) fn hold_in(queue: &str) -> Routing {
    Routing { disposition: Disposition::Hold(queue.into()), effects: vec![], reasons: vec![Reason::new("because", "Because.")] }
}
