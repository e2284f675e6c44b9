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
use dispatch::outbox::{Drain, DrainPorts, DrainSettings, DrainWake};
use dispatch::port::{Clock, SystemClock};
use manifest::Manifest;
use runtime::Runtime;
use store::SqliteStore;
use transport::{EgressSettings, FetchedKeys, HttpEgress, SmtpHandover, SmtpLimits};

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
    pub(crate) drain: Drain,
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
    outbox: DrainSettings,
}

impl Host {
    /// Opens the store, stages what is to serve, and puts the core together.
    pub(crate) async fn build(manifest: &Manifest) -> Done<Self> {
        let store = Arc::new(open(manifest).await?);
        let secrets = Arc::new(ConfiguredSecrets::new(manifest.secrets.clone()));
        let settings = EgressSettings { nameservers: manifest.egress.nameservers.clone() };
        let egress = HttpEgress::new(secrets.clone(), settings).map_err(|error| Failure::unavailable(error.to_string()))?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let egress = egress.keeping(store.clone(), Arc::clone(&clock));
        let outside = Outside { egress: Arc::new(egress.clone()), state: store.clone(), secrets: secrets.clone() };
        let runtime = Arc::new(assemble::runtime(manifest, outside)?);
        let tested = Tested::default();
        let start = Start { manifest, store: &store, runtime: &runtime, clock: &*clock, tested: &tested, secrets: &secrets };
        let generation = what_serves(&start).await?;
        let pseudonyms = Pseudonyms::new(assemble::pseudonym_key(&manifest.store.path)?);
        Ok(Self::wire(Base { store, runtime, secrets, egress, clock, tested, outbox: outbox(manifest) }, generation, pseudonyms))
    }

    fn wire(base: Base, generation: Generation, pseudonyms: Pseudonyms) -> Self {
        let Base { store, runtime, secrets, egress, clock, tested, outbox } = base;
        let current = Arc::new(Current::new(Arc::new(generation)));
        let counters = Arc::new(Counters::default());
        let breakers = Arc::new(Breakers::new(Arc::clone(&clock)));
        breakers.serves(&current.load());
        let (wake, live) = (Wake::default(), Live::new(LIVE_DECISIONS_MAX));
        let ingest = Ingest::new(IngestPorts {
            current: Arc::clone(&current),
            store: store.clone(),
            secrets: secrets.clone(),
            remote_keys: Arc::new(FetchedKeys::new(Arc::new(egress.clone()), Arc::clone(&clock))),
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
        let ports = DrainPorts {
            outbox: store.clone(),
            current: Arc::clone(&current),
            handover: Arc::new(SmtpHandover::new(egress.clone(), SmtpLimits::default())),
            clock: Arc::clone(&clock),
            counters: Arc::clone(&counters),
            breakers: Arc::clone(&breakers),
            live: live.clone(),
            wake: wake.clone(),
        };
        let drain = Drain::new(ports, outbox, DrainWake::default());
        Self { store, runtime, secrets, egress, clock, counters, breakers, wake, current, live, ingest, dispatcher, drain, beside, tested }
    }
}

/// The bounds of the outbox.
fn outbox(manifest: &Manifest) -> DrainSettings {
    let size = |figure: u64| usize::try_from(figure).unwrap_or(usize::MAX);
    let count = |figure: u64| u32::try_from(figure).unwrap_or(u32::MAX);
    let configured = &manifest.outbox;
    DrainSettings {
        sends_parallel_max: size(configured.sends_parallel_max),
        account_sends_max: size(configured.account_sends_max),
        tries_max: count(configured.tries_max),
        find_tries_max: count(configured.find_tries_max),
        backoff_ms: configured.backoff_ms,
        backoff_ms_max: configured.backoff_ms_max,
        find_after_ms: configured.find_after_ms,
        automatic_answers_per_hour_max: count(configured.automatic_answers_per_hour_max),
        rescan_ms: configured.rescan_ms,
    }
}

/// The store, for the one host that decides on it.
async fn open(manifest: &Manifest) -> Done<SqliteStore> {
    let settings = store::StoreSettings { busy_timeout_ms: manifest.store.busy_timeout_ms, ..store::StoreSettings::default() };
    SqliteStore::open(&manifest.store.path, settings).await.map_err(|error| Failure::unavailable(error.to_string()))
}
