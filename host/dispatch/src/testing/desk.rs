use std::sync::Arc;
use std::time::Duration;

use model::Secret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{MemoryStore, QuickClock, decider};
use crate::beside::Beside;
use crate::counters::Counters;
use crate::dispatcher::{Dispatcher, DispatcherPorts, DispatcherSettings, Wake};
use crate::generation::{Current, Generation};
use crate::grant::Pseudonyms;
use crate::live::Live;
use crate::port::Store;

/// A dispatcher with everything that it works with.
pub(crate) struct Desk {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<QuickClock>,
    pub(crate) current: Arc<Current>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) beside: Beside,
    pub(crate) live: Live,
    pub(crate) dispatcher: Dispatcher,
}

impl Desk {
    pub(crate) fn new(generation: Arc<Generation>, settings: DispatcherSettings) -> Self {
        let (store, clock) = (Arc::new(MemoryStore::default()), Arc::new(QuickClock::default()));
        let current = Arc::new(Current::new(generation));
        let live = Live::new(4_096);
        let (decider, counters) = decider();
        let beside = Beside::new(Pseudonyms::new(Secret::new("key")), Arc::clone(&clock) as _, Arc::clone(&current));
        let ports = DispatcherPorts {
            store: Arc::clone(&store) as Arc<dyn Store>,
            current: Arc::clone(&current),
            clock: Arc::clone(&clock) as _,
            decider,
            live: live.clone(),
            wake: Wake::default(),
            beside: beside.clone(),
        };
        let dispatcher = Dispatcher::new(ports, settings);
        Self { store, clock, current, counters, beside, live, dispatcher }
    }

    /// Runs the dispatcher until it is stopped.
    pub(crate) fn run(&self) -> (CancellationToken, JoinHandle<()>) {
        let stop = CancellationToken::new();
        let (dispatcher, stopped) = (self.dispatcher.clone(), stop.clone());
        (stop, tokio::spawn(async move { dispatcher.run(stopped).await }))
    }

    /// Runs the dispatcher until so many decisions were told.
    pub(crate) async fn decide(&self, count: usize) {
        let mut told = self.live.subscribe();
        let (stop, running) = self.run();
        for _ in 0..count {
            tokio::time::timeout(Duration::from_secs(30), told.recv()).await.expect("a decision in time").expect("a decision");
        }
        stop.cancel();
        running.await.unwrap();
    }
}
