//! The drain over the real store: only clock and channels are not real.

mod channel;
mod random;
mod walks;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dispatch::breaker::Breakers;
use dispatch::counters::Counters;
use dispatch::dispatcher::Wake;
use dispatch::generation::{Current, Generation};
use dispatch::live::Live;
use dispatch::outbox::{Drain, DrainPorts, DrainSettings, DrainWake};
use dispatch::port::{Clock, Commit, Handover, Outbox, Plugin, Store};
use model::{
    Configuration, ConnectorSpec, Disposition, Effect, Fact, NotifySpec, OutgoingId, OutgoingRecord, Role, Rung, StepSpec, Timestamp,
    Undelivered,
};
use tokio_util::sync::CancellationToken;

use super::Home;
use crate::suite::fixtures::{accept, decided, pending};
use channel::Channel;

/// A clock whose waits are over at once, and have passed all the same.
#[derive(Debug)]
pub(super) struct LeapingClock(AtomicU64);

impl LeapingClock {
    const START: u64 = 10_000_000;
}

#[async_trait]
impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, at: Timestamp) {
        // Others have their turn first.
        tokio::time::sleep(Duration::from_micros(300)).await;
        self.0.fetch_max(at.0, Ordering::SeqCst);
    }
}

/// Takes mails, or refuses them.
#[derive(Default)]
pub(super) struct Post {
    pub(super) mails: Mutex<Vec<Vec<u8>>>,
}

#[async_trait]
impl Handover for Post {
    async fn hand_over(&self, _: &dispatch::generation::Connector, bytes: &[u8]) -> Result<(), Undelivered> {
        self.mails.lock().unwrap().push(bytes.to_vec());
        Ok(())
    }
}

/// A store, channels, and the drain between them.
pub(super) struct World {
    pub(super) home: Home,
    pub(super) clock: Arc<LeapingClock>,
    pub(super) current: Arc<Current>,
    pub(super) post: Arc<Post>,
    pub(super) settings: DrainSettings,
}

impl World {
    /// Channels by the names of their connectors; the ladder is that of `desk`.
    pub(super) async fn new(channels: &[(&str, &Arc<Channel>)], fallback: Vec<Rung>) -> Self {
        let notify = vec![NotifySpec { recipient: "lead".to_owned(), connector: "mail".to_owned(), to: "lead@shop.example".to_owned() }];
        let plugins: BTreeMap<String, Arc<dyn Plugin>> =
            channels.iter().map(|(name, channel)| ((*name).to_owned(), Arc::clone(channel) as Arc<dyn Plugin>)).collect();
        let connector = |(name, _): &(&str, &Arc<Channel>)| ConnectorSpec {
            name: (*name).to_owned(),
            plugin: (*name).to_owned(),
            channel: "test".to_owned(),
            account: (*name != "desk").then(|| format!("{name}@shop.example")),
            poll_interval_ms: None,
            lmtp_listen: None,
            smtp_listen: None,
            smtp_tls: None,
            connect: false,
            fallback: if *name == "desk" { fallback.clone() } else { Vec::new() },
            public_texts: Vec::new(),
        };
        let chain = model::ChainSpec {
            name: "default".to_owned(),
            when: None,
            hold_queue: "q".to_owned(),
            deadline_ms: 1_000,
            arm: None,
            steps: vec![StepSpec { plugin: "desk".to_owned(), role: Role::Router, when: None, on_fault: model::OnFault::Hold }],
        };
        let configuration = Configuration {
            plugins: plugins.values().map(|plugin| plugin.info().spec.clone()).collect(),
            connectors: channels.iter().map(connector).collect(),
            chains: vec![chain],
            queues: ["q", "phone"].map(|name| model::QueueSpec { name: name.to_owned(), title: String::new() }).to_vec(),
            notify: if channels.iter().any(|(name, _)| *name == "mail") { notify } else { Vec::new() },
        };
        let generation = Generation::assemble(configuration, plugins).unwrap_or_else(|error| panic!("{error}"));
        Self {
            home: Home::new().await,
            clock: Arc::new(LeapingClock(AtomicU64::new(LeapingClock::START))),
            current: Arc::new(Current::new(Arc::new(generation))),
            post: Arc::default(),
            settings: DrainSettings::default(),
        }
    }

    pub(super) fn store(&self) -> &crate::SqliteStore {
        &self.home.store
    }

    pub(super) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn drain(&self) -> Drain {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let ports = DrainPorts {
            outbox: Arc::new(self.home.store.clone()),
            current: Arc::clone(&self.current),
            handover: self.post.clone(),
            clock: Arc::clone(&clock),
            counters: Arc::new(Counters::default()),
            breakers: Arc::new(Breakers::new(clock)),
            live: Live::default(),
            wake: Wake::default(),
        };
        Drain::new(ports, self.settings, DrainWake::default())
    }

    /// Drains until nothing is left that happens by itself.
    pub(super) async fn settle(&self) {
        let (drain, stop) = (self.drain(), CancellationToken::new());
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { drain.run(stop).await }
        });
        let unfinished = async || {
            let totals = self.store().outbox_totals().await.unwrap();
            let waits = |state: &str| matches!(state, "pending" | "sending" | "waiting" | "unknown");
            totals.counts.iter().filter(|row| waits(&row.state)).map(|row| row.count).sum::<u64>()
        };
        while unfinished().await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        running.await.unwrap();
    }

    /// Somebody says something, and this is decided about it.
    pub(super) async fn decide(&self, said: Fact, disposition: Disposition, effects: Vec<Effect>) -> Vec<OutgoingId> {
        accept(self.store(), vec![said]).await;
        let waiting = pending(self.store()).await;
        let mut new = decided(self.store(), waiting.last().unwrap(), disposition, 1.0).await;
        new.decision.decided_at = self.clock.now();
        new.decision.routing.effects = effects;
        let (id, count) = (new.decision.id.clone(), new.decision.routing.effects.len());
        assert!(matches!(self.store().decide(new).await.unwrap(), Commit::Stored { .. }));
        (1..=count).map(|position| OutgoingId(format!("{id}.{position}"))).collect()
    }

    pub(super) async fn record(&self, id: &OutgoingId) -> OutgoingRecord {
        self.store().outgoing_one(id).await.unwrap()
    }

    /// The history as a person reads it.
    pub(super) async fn story(&self, id: &OutgoingId) -> String {
        let record = self.record(id).await;
        let line = |tried: &model::Try| {
            let detail = tried.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!("{} {} {}: {}{detail}", tried.rung + 1, tried.call.name(), tried.connector, tried.outcome)
        };
        let mut lines: Vec<String> = record.history.iter().map(line).collect();
        lines.push(format!("{}: {}", record.outgoing.state.name(), record.outgoing.why.unwrap_or_default()));
        lines.join("\n")
    }
}
