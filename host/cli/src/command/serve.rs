//! `pointsman serve`: everything wired, until somebody stops it.
//!
//! Started in the order in which things need each other, and stopped in the opposite one: first nothing new is let in, then what is in hand
//! is decided and committed, then the store is closed.

mod doors;
mod keys;
mod settings;

use std::sync::Arc;

use dispatch::breaker::Breakers;
use dispatch::chain::Decider;
use dispatch::counters::Counters;
use dispatch::dispatcher::{Dispatcher, DispatcherPorts, DispatcherSettings, Wake};
use dispatch::generation::{Current, Generation};
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::ingest::{Ingest, IngestPorts};
use dispatch::live::Live;
use dispatch::port::{Clock, Secrets, Store, SystemClock};
use manifest::Manifest;
use runtime::Runtime;
use serde_json::json;
use store::SqliteStore;
use tokio_util::sync::CancellationToken;
use transport::{EgressSettings, HttpEgress};

use self::doors::Doors;
use crate::args::{Cli, Serve};
use crate::assemble::{self, Outside};
use crate::exit::{Done, Failure};
use crate::secrets::ConfiguredSecrets;
use crate::{configuration, output};

/// Decisions that a slow listener of the live stream may be behind.
const LIVE_DECISIONS_MAX: usize = 1_024;

/// Serves until it is told to stop.
pub(crate) fn run(cli: &Cli, args: &Serve) -> Done {
    let manifest = configuration::load(&args.config.config, cli.json)?;
    tokio::runtime::Runtime::new()?.block_on(serve(cli, args, manifest))
}

/// The parts of a host that decides, without its doors.
pub(crate) struct Host {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) runtime: Runtime,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) egress: HttpEgress,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) breakers: Arc<Breakers>,
    pub(crate) wake: Wake,
    pub(crate) current: Arc<Current>,
    pub(crate) live: Live,
    pub(crate) ingest: Ingest,
    pub(crate) dispatcher: Dispatcher,
}

impl Host {
    /// Opens the store, stages the generation, and puts the core together.
    pub(crate) async fn build(manifest: &Manifest) -> Done<Self> {
        let store = Arc::new(open(manifest).await?);
        let secrets: Arc<dyn Secrets> = Arc::new(ConfiguredSecrets::new(manifest.secrets.clone()));
        let settings = EgressSettings { nameservers: manifest.egress.nameservers.clone() };
        let egress = HttpEgress::new(Arc::clone(&secrets), settings).map_err(|error| Failure::unavailable(error.to_string()))?;
        let outside = Outside { egress: Arc::new(egress.clone()), state: store.clone(), secrets: Arc::clone(&secrets) };
        let runtime = assemble::runtime(manifest, outside)?;
        let generation = assemble::generation(manifest, &runtime).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        store.remember_generation(generation.id(), generation.configuration(), clock.now()).await?;
        let pseudonyms = Pseudonyms::new(assemble::pseudonym_key(&manifest.store.path)?);
        Ok(Self::wire(store, runtime, (secrets, egress), clock, generation, pseudonyms))
    }

    fn wire(
        store: Arc<SqliteStore>,
        runtime: Runtime,
        (secrets, egress): (Arc<dyn Secrets>, HttpEgress),
        clock: Arc<dyn Clock>,
        generation: Generation,
        pseudonyms: Pseudonyms,
    ) -> Self {
        let current = Arc::new(Current::new(Arc::new(generation)));
        let counters = Arc::new(Counters::default());
        let breakers = Arc::new(Breakers::new(Arc::clone(&clock)));
        let (wake, live) = (Wake::default(), Live::new(LIVE_DECISIONS_MAX));
        let ingest = Ingest::new(IngestPorts {
            current: Arc::clone(&current),
            store: store.clone(),
            secrets: Arc::clone(&secrets),
            clock: Arc::clone(&clock),
            counters: Arc::clone(&counters),
            breakers: Arc::clone(&breakers),
            hop: Hop::for_cores(),
            wake: wake.clone(),
        });
        let ports = DispatcherPorts {
            store: store.clone(),
            current: Arc::clone(&current),
            clock: Arc::clone(&clock),
            decider: Decider::new(pseudonyms, Hop::for_cores(), Arc::clone(&counters), Arc::clone(&breakers)),
            live: live.clone(),
            wake: wake.clone(),
        };
        let dispatcher = Dispatcher::new(ports, DispatcherSettings::default());
        Self { store, runtime, secrets, egress, clock, counters, breakers, wake, current, live, ingest, dispatcher }
    }
}

/// The store, for the one host that decides on it.
async fn open(manifest: &Manifest) -> Done<SqliteStore> {
    let settings = store::StoreSettings { busy_timeout_ms: manifest.store.busy_timeout_ms, ..store::StoreSettings::default() };
    SqliteStore::open(&manifest.store.path, settings).await.map_err(|error| Failure::unavailable(error.to_string()))
}

async fn serve(cli: &Cli, args: &Serve, manifest: Manifest) -> Done {
    let address = match &args.listen {
        Some(text) => text.parse().map_err(|_| Failure::wrong(format!("`{text}` is no address: write `127.0.0.1:8080`")))?,
        None => manifest.server.listen,
    };
    let listener = server::bind(address).await.map_err(|error| Failure::unavailable(error.to_string()))?;
    let host = Host::build(&manifest).await?;
    keys::check(&manifest, &host)?;
    let doors = Doors::open(&host).await?;
    announce(cli, &listener, &doors, &host)?;

    let (no_more, finish) = (CancellationToken::new(), CancellationToken::new());
    let deciding = tokio::spawn({
        let (dispatcher, finish) = (host.dispatcher.clone(), finish.clone());
        async move { dispatcher.run(finish).await }
    });
    let bringing = doors.run(&host, &no_more);
    let services = settings::services(&manifest, &host)?;
    let mut serving = tokio::spawn(server::serve(listener, services, no_more.clone()));
    let early = tokio::select! {
        ended = &mut serving => Some(ended),
        () = told_to_stop() => None,
    };
    tracing::info!("stopping: nothing new is let in, what is in hand is ended");
    no_more.cancel();
    let ended = match early {
        Some(ended) => ended,
        None => serving.await,
    };
    bringing.wait().await;
    finish.cancel();
    deciding.await.map_err(|error| Failure::unavailable(format!("the dispatcher ended badly: {error}")))?;
    host.store.close().await;
    match ended {
        Ok(Ok(shutdown)) => {
            tracing::info!(connections_cut = shutdown.connections_cut, "stopped");
            Ok(())
        }
        Ok(Err(error)) => Err(Failure::unavailable(error.to_string())),
        Err(error) => Err(Failure::unavailable(format!("the server ended badly: {error}"))),
    }
}

/// The first line on stdout: where it listens, for people and programs.
fn announce(cli: &Cli, listener: &tokio::net::TcpListener, doors: &Doors, host: &Host) -> Done {
    let address = format!("http://{}", listener.local_addr()?);
    let generation = host.current.load().id().clone();
    if cli.json {
        output::json(&json!({"http": address, "lmtp": doors.lmtp_addresses(), "generation": generation}));
        return Ok(());
    }
    output::line(&format!("pointsman listens on {address}  generation {}", generation.0.get(..12).unwrap_or_default()));
    for (connector, address) in doors.lmtp_addresses() {
        output::line(&format!("  {connector}: mails over LMTP on {address}"));
    }
    for (name, connector) in host.current.load().connectors() {
        if connector.signature.is_some() && connector.has(model::Role::Webhook) {
            output::line(&format!("  {name}: POST {address}/hooks/{name}"));
        }
    }
    Ok(())
}

/// Returns when the process is told to end: Ctrl-C or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
