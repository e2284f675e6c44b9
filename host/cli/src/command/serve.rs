//! `pointsman serve`: everything wired, until somebody stops it.
//!
//! Started in the order in which things need each other, and stopped in the opposite one: first nothing new is let in, then what is in hand
//! is decided and committed, then the store is closed.

mod doors;
mod host;
mod keys;
mod settings;

use std::sync::Arc;

use dispatch::generation::Shelf;
use manifest::Manifest;
use serde_json::json;
use tokio_util::sync::CancellationToken;

pub(crate) use self::doors::Doors;
pub(crate) use self::host::Host;
pub(crate) use self::keys::{check as check_keys, without_key};

use self::doors::DoorPorts;
use crate::args::{Cli, Serve};
use crate::exit::{Done, Failure};
use crate::swap::{SwapParts, Swaps, Triggers, note_started};
use crate::{configuration, output};

/// Serves until it is told to stop.
pub(crate) fn run(cli: &Cli, args: &Serve) -> Done {
    let manifest = configuration::load(&args.config.config, cli.json)?;
    tokio::runtime::Runtime::new()?.block_on(serve(cli, args, manifest))
}

async fn serve(cli: &Cli, args: &Serve, manifest: Manifest) -> Done {
    let address = match &args.listen {
        Some(text) => text.parse().map_err(|_| Failure::wrong(format!("`{text}` is no address: write `127.0.0.1:8080`")))?,
        None => manifest.server.listen,
    };
    let listener = server::bind(address).await.map_err(|error| Failure::unavailable(error.to_string()))?;
    let mut host = Host::build(&manifest).await?;
    let serving = host.current.load();
    check_keys(&manifest, &serving, &*host.secrets)?;
    let (no_more, finish) = (CancellationToken::new(), CancellationToken::new());
    let doors = doors(&host, &no_more);
    let prepared = doors.prepare(&serving).await.map_err(Failure::unavailable)?;
    let swaps = swaps(&mut host, &manifest, &doors);
    let triggers = Triggers::new(&swaps, manifest.swap.watch)?;
    note_started(&manifest.store.path, &manifest.outside());

    let deciding = tokio::spawn({
        let (dispatcher, finish) = (host.dispatcher.clone(), finish.clone());
        async move { dispatcher.run(finish).await }
    });
    let draining = tokio::spawn({
        let (drain, finish) = (host.drain.clone(), finish.clone());
        async move { drain.run(finish).await }
    });
    doors.swing(&serving, prepared);
    drop(serving);
    announce(cli, &listener, &doors, &host)?;
    let services = settings::services(&manifest, &host, &swaps)?;
    let mut serving = tokio::spawn(server::serve(listener, services, no_more.clone()));
    let hearing = swaps.hear_canaries(no_more.clone());
    let triggered = triggers.run(swaps, no_more.clone());
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
    doors.closed().await;
    let _ = triggered.await;
    if let Some(hearing) = hearing {
        let _ = hearing.await;
    }
    finish.cancel();
    deciding.await.map_err(|error| Failure::unavailable(format!("the dispatcher ended badly: {error}")))?;
    draining.await.map_err(|error| Failure::unavailable(format!("the outbox ended badly: {error}")))?;
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

fn doors(host: &Host, stop: &CancellationToken) -> Doors {
    Doors::new(DoorPorts {
        ingest: host.ingest.clone(),
        egress: host.egress.clone(),
        secrets: host.secrets.clone(),
        clock: Arc::clone(&host.clock),
        stop: stop.clone(),
    })
}

fn swaps(host: &mut Host, manifest: &Manifest, doors: &Doors) -> Swaps {
    let parts = SwapParts {
        config: manifest.path.clone(),
        outside: manifest.outside(),
        runtime: Arc::clone(&host.runtime),
        store: Arc::clone(&host.store),
        store_path: manifest.store.path.clone(),
        current: Arc::clone(&host.current),
        shelf: Shelf::new(usize::try_from(manifest.swap.kept_generations_max).unwrap_or(Shelf::KEPT_MAX)),
        beside: host.beside.clone(),
        counters: Arc::clone(&host.counters),
        breakers: Arc::clone(&host.breakers),
        clock: Arc::clone(&host.clock),
        secrets: Arc::clone(&host.secrets),
        doors: doors.clone(),
        tested: std::mem::take(&mut host.tested),
    };
    Swaps::new(parts, manifest)
}

/// The first line on stdout: where it listens, for people and programs.
fn announce(cli: &Cli, listener: &tokio::net::TcpListener, doors: &Doors, host: &Host) -> Done {
    let address = format!("http://{}", listener.local_addr()?);
    let generation = host.current.load().id().clone();
    if cli.json {
        output::json(&json!({"http": address, "lmtp": doors.lmtp_addresses(), "smtp": doors.smtp_addresses(), "generation": generation}));
        return Ok(());
    }
    output::line(&format!("pointsman listens on {address}  generation {}", generation.0.get(..12).unwrap_or_default()));
    for (connector, address) in doors.lmtp_addresses() {
        output::line(&format!("  {connector}: mails over LMTP on {address}"));
    }
    for (connector, address) in doors.smtp_addresses() {
        output::line(&format!("  {connector}: mails over SMTP on {address}"));
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
