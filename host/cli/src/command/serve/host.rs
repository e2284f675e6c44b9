use std::sync::Arc;

use dispatch::beside::Beside;
use dispatch::breaker::Breakers;
use dispatch::chain::Decider;
use dispatch::counters::Counters;
use dispatch::dispatcher::{Dispatcher, DispatcherPorts, DispatcherSettings, Wake};
use dispatch::generation::{Current, Generation};
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::ingest::{Ingest, IngestPorts};
use dispatch::live::Live;
use dispatch::port::{Clock, SystemClock};
use manifest::Manifest;
use runtime::Runtime;
use store::SqliteStore;
use transport::{EgressSettings, HttpEgress};

use crate::assemble::{self, Outside};
use crate::exit::{Done, Failure};
use crate::secrets::ConfiguredSecrets;
use crate::swap::{Start, Tested, what_serves};

/// Decisions that a slow listener of the live stream may be behind.
const LIVE_DECISIONS_MAX: usize = 1_024;

/// The parts of a host that decides, without its doors.
pub(crate) struct Host {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) secrets: Arc<ConfiguredSecrets>,
    pub(crate) egress: HttpEgress,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) breakers: Arc<Breakers>,
    pub(crate) wake: Wake,
    pub(crate) current: Arc<Current>,
    pub(crate) live: Live,
    pub(crate) ingest: Ingest,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) beside: Beside,
    pub(crate) tested: Tested,
}

/// What the core is wired around.
struct Base {
    store: Arc<SqliteStore>,
    runtime: Arc<Runtime>,
    secrets: Arc<ConfiguredSecrets>,
    egress: HttpEgress,
    clock: Arc<dyn Clock>,
    tested: Tested,
}

impl Host {
    /// Opens the store, stages what is to serve, and puts the core together.
    pub(crate) async fn build(manifest: &Manifest) -> Done<Self> {
        let store = Arc::new(open(manifest).await?);
        let secrets = Arc::new(ConfiguredSecrets::new(manifest.secrets.clone()));
        let settings = EgressSettings { nameservers: manifest.egress.nameservers.clone() };
        let egress = HttpEgress::new(secrets.clone(), settings).map_err(|error| Failure::unavailable(error.to_string()))?;
        let outside = Outside { egress: Arc::new(egress.clone()), state: store.clone(), secrets: secrets.clone() };
        let runtime = Arc::new(assemble::runtime(manifest, outside)?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tested = Tested::default();
        let start = Start { manifest, store: &store, runtime: &runtime, clock: &*clock, tested: &tested, secrets: &secrets };
        let generation = what_serves(&start).await?;
        let pseudonyms = Pseudonyms::new(assemble::pseudonym_key(&manifest.store.path)?);
        Ok(Self::wire(Base { store, runtime, secrets, egress, clock, tested }, generation, pseudonyms))
    }

    fn wire(base: Base, generation: Generation, pseudonyms: Pseudonyms) -> Self {
        let Base { store, runtime, secrets, egress, clock, tested } = base;
        let current = Arc::new(Current::new(Arc::new(generation)));
        let counters = Arc::new(Counters::default());
        let breakers = Arc::new(Breakers::new(Arc::clone(&clock)));
        breakers.serves(&current.load());
        let (wake, live) = (Wake::default(), Live::new(LIVE_DECISIONS_MAX));
        let ingest = Ingest::new(IngestPorts {
            current: Arc::clone(&current),
            store: store.clone(),
            secrets: secrets.clone(),
            clock: Arc::clone(&clock),
            counters: Arc::clone(&counters),
            breakers: Arc::clone(&breakers),
            hop: Hop::for_cores(),
            wake: wake.clone(),
        });
        let beside = Beside::new(pseudonyms.clone(), Arc::clone(&clock), Arc::clone(&current));
        let ports = DispatcherPorts {
            store: store.clone(),
            current: Arc::clone(&current),
            clock: Arc::clone(&clock),
            decider: Decider::new(pseudonyms, Hop::for_cores(), Arc::clone(&counters), Arc::clone(&breakers)),
            live: live.clone(),
            wake: wake.clone(),
            beside: beside.clone(),
        };
        let dispatcher = Dispatcher::new(ports, DispatcherSettings::default());
        Self { store, runtime, secrets, egress, clock, counters, breakers, wake, current, live, ingest, dispatcher, beside, tested }
    }
}

/// The store, for the one host that decides on it.
async fn open(manifest: &Manifest) -> Done<SqliteStore> {
    let settings = store::StoreSettings { busy_timeout_ms: manifest.store.busy_timeout_ms, ..store::StoreSettings::default() };
    SqliteStore::open(&manifest.store.path, settings).await.map_err(|error| Failure::unavailable(error.to_string()))
}
