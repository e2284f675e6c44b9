//! From the configuration's `[server]` and `[[token]]` to what the server works with.

use std::sync::Arc;

use manifest::{Manifest, TokenRole};
use server::{Access, Rate, ServerSettings, Services, Token, Tokens};
use transport::{Library, LibraryLimits, LibraryPorts};

use super::Host;
use crate::exit::{Done, Failure};
use crate::swap::Swaps;

/// What the server works with.
pub(crate) fn services(manifest: &Manifest, host: &Host, swaps: &Swaps) -> Done<Services> {
    let runtime = serde_json::to_value(host.runtime.report()).unwrap_or_default();
    Ok(Services {
        ingest: host.ingest.clone(),
        current: Arc::clone(&host.current),
        store: host.store.clone(),
        history: host.store.clone(),
        outbox: host.store.clone(),
        drain: host.drain.wake(),
        media: library(host),
        operations: Arc::new(swaps.clone()),
        live: host.live.clone(),
        counters: Arc::clone(&host.counters),
        breakers: Arc::clone(&host.breakers),
        wake: host.wake.clone(),
        clock: Arc::clone(&host.clock),
        settings: settings(manifest)?,
        tokens: tokens(manifest),
        runtime,
    })
}

/// Fetches and hands out the files of attachments.
fn library(host: &Host) -> Arc<Library> {
    let (egress, current) = (host.egress.clone(), Arc::clone(&host.current));
    Arc::new(Library::new(LibraryPorts { egress, store: host.store.clone(), media: host.store.clone(), current }, LibraryLimits::default()))
}

fn settings(manifest: &Manifest) -> Done<ServerSettings> {
    let configured = &manifest.server;
    let external_url = match &configured.external_url {
        Some(text) => Some(text.parse().map_err(|error| Failure::wrong(format!("server.external_url: {error}")))?),
        None => None,
    };
    let proxies = configured.trusted_proxies.iter().map(|network| format!("{}/{}", network.address, network.prefix).parse());
    Ok(ServerSettings {
        external_url,
        trusted_proxies: proxies.collect::<Result<_, _>>().map_err(|error| Failure::wrong(format!("server.trusted_proxies: {error}")))?,
        body_bytes_max: size(configured.body_bytes_max),
        headers_max: size(configured.headers_max),
        headers_bytes_max: size(configured.header_bytes_max),
        connections_max: size(configured.connections_max),
        address_rate: Some(rate(configured.address_requests_per_minute)),
        connector_rate: Some(rate(configured.requests_per_minute)),
        live_clients_max: size(configured.live_clients_max),
        grace_ms: configured.shutdown_grace_ms,
        open_metrics: configured.open_metrics,
        open_api_on_loopback: configured.open_api_on_loopback,
        ..ServerSettings::default()
    })
}

/// A minute's allowance, spread over its seconds; a burst may use two seconds of it.
fn rate(per_minute: u64) -> Rate {
    let per_second = u32::try_from(per_minute.div_ceil(60)).unwrap_or(u32::MAX).max(1);
    Rate { per_second, burst: per_second.saturating_mul(2) }
}

fn tokens(manifest: &Manifest) -> Tokens {
    Tokens::new(manifest.tokens.iter().map(|token| Token {
        name: token.name.clone(),
        access: match token.role {
            TokenRole::Viewer => Access::Viewer,
            TokenRole::Operator => Access::Operator,
            TokenRole::Admin => Access::Admin,
        },
        digest: token.sha256.clone(),
    }))
}

fn size(figure: u64) -> usize {
    usize::try_from(figure).unwrap_or(usize::MAX)
}
