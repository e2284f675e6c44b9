//! What serves: plugins and connectors, as they were staged, not as they were asked for.

use axum::Json;
use axum::extract::State;
use dispatch::breaker::BreakerRow;
use dispatch::counters::{ConnectorCounts, PluginCounts};
use dispatch::port::PluginInfo;
use model::{ConnectorSpec, Grants, Isolation, Limits};
use serde::Serialize;
use utoipa::ToSchema;

use super::page::Page;
use super::schema;
use crate::hooks::serves;
use crate::site::Shared;

/// A plugin that serves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginRow {
    /// Its configured name.
    name: String,
    /// SHA-256 of the component that serves, computed from the bytes that were compiled.
    digest: String,
    /// What it says it is.
    manifest: ManifestRow,
    /// The interfaces that it exports.
    roles: Vec<&'static str>,
    /// What it was given: the minimum of what it asked for and what the operator gives.
    #[schema(value_type = schema::Grants)]
    grants: Grants,
    /// What one call may use up.
    #[schema(value_type = schema::Limits)]
    limits: Limits,
    /// How long its instances live: `interaction`, or an object with `batch` or `warm`.
    #[schema(value_type = serde_json::Value)]
    isolation: Isolation,
    /// Whether it is in service; absent until it was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::BreakerRow>)]
    breaker: Option<BreakerRow>,
    /// Size of the component.
    component_bytes: u64,
    /// Whether instances start from a snapshot taken after `configure`.
    snapshotted: bool,
    /// What it did since the start of the server.
    #[schema(value_type = schema::PluginCounts)]
    counters: PluginCounts,
}

/// Who made a plugin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManifestRow {
    /// Its own name.
    name: String,
    /// Its version.
    version: String,
    /// Who answers for it.
    publisher: String,
    /// What it does.
    description: String,
    /// SPDX expression.
    licence: String,
}

/// A connector that serves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorRow {
    /// Its configured name.
    name: String,
    /// The plugin that reads.
    plugin: String,
    /// The kind of channel.
    channel: String,
    /// The connected account, for facts that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Where deliveries are sent, when it takes webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook: Option<String>,
    /// How often its feed is polled.
    #[serde(skip_serializing_if = "Option::is_none")]
    poll_interval_ms: Option<u64>,
    /// Where mails are handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    lmtp_listen: Option<String>,
    /// Where mails come in over SMTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    smtp_listen: Option<String>,
    /// Whether its connection is held open.
    connect: bool,
    /// What came in over it since the start of the server.
    #[schema(value_type = schema::ConnectorCounts)]
    counters: ConnectorCounts,
}

/// The plugins that serve.
#[utoipa::path(get, path = "/api/v1/plugins", tag = "serving",
    responses((status = 200, description = "All plugins.", body = Page<PluginRow>)))]
pub(crate) async fn plugins(State(site): State<Shared>) -> Json<Page<PluginRow>> {
    let generation = site.services.current.load();
    let mut counts = site.services.counters.snapshot().plugins;
    let mut breakers = site.services.breakers.snapshot();
    let mut one = |name: &String, info| row(info, counts.remove(name).unwrap_or_default(), breakers.remove(name));
    let items = generation.plugins().iter().map(|(name, plugin)| one(name, plugin.info())).collect();
    Json(Page { items, next: None })
}

fn row(info: &PluginInfo, counters: PluginCounts, breaker: Option<BreakerRow>) -> PluginRow {
    let manifest = &info.manifest;
    PluginRow {
        name: info.spec.name.clone(),
        digest: info.digest.to_string(),
        manifest: ManifestRow {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            publisher: manifest.publisher.clone(),
            description: manifest.description.clone(),
            licence: manifest.licence.clone(),
        },
        roles: info.roles.iter().map(|role| role.name()).collect(),
        grants: info.spec.grants.clone(),
        limits: info.spec.limits.clone(),
        isolation: info.spec.isolation,
        breaker,
        component_bytes: info.component_bytes,
        snapshotted: info.snapshotted,
        counters,
    }
}

/// The connectors that serve.
#[utoipa::path(get, path = "/api/v1/connectors", tag = "serving",
    responses((status = 200, description = "All connectors.", body = Page<ConnectorRow>)))]
pub(crate) async fn connectors(State(site): State<Shared>) -> Json<Page<ConnectorRow>> {
    let generation = site.services.current.load();
    let mut counts = site.services.counters.snapshot().connectors;
    let one = |spec: &ConnectorSpec| ConnectorRow {
        name: spec.name.clone(),
        plugin: spec.plugin.clone(),
        channel: spec.channel.clone(),
        account: spec.account.clone(),
        hook: serves(&generation, &spec.name).then(|| format!("/hooks/{}", spec.name)),
        poll_interval_ms: spec.poll_interval_ms,
        lmtp_listen: spec.lmtp_listen.clone(),
        smtp_listen: spec.smtp_listen.clone(),
        connect: spec.connect,
        counters: counts.remove(&spec.name).unwrap_or_default(),
    };
    Json(Page { items: generation.configuration().connectors.iter().map(one).collect(), next: None })
}
