//! What decides: the generation that serves, and any that history names.

use axum::Json;
use axum::extract::State;
use model::{Configuration, GenerationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::page::Id;
use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// What serves at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Serving {
    /// The generation's id: SHA-256 over everything that decides.
    id: String,
    /// The version of the host's own semantics, part of the id.
    semantics: u32,
    /// Names of the plugins.
    plugins: Vec<String>,
    /// Names of the connectors.
    connectors: Vec<String>,
    /// Names of the chains, in order of their conditions.
    chains: Vec<String>,
    /// Names of the queues.
    queues: Vec<String>,
    /// What the runtime says of itself: engine settings, allocator, cache.
    #[schema(value_type = Object)]
    runtime: serde_json::Value,
    /// The server's version.
    version: &'static str,
}

/// The generation that serves.
#[utoipa::path(get, path = "/api/v1/generation", tag = "serving", responses((status = 200, description = "What serves.", body = Serving)))]
pub(crate) async fn serving(State(site): State<Shared>) -> Json<Serving> {
    let generation = site.services.current.load();
    let configuration = generation.configuration();
    Json(Serving {
        id: generation.id().0.clone(),
        semantics: Configuration::SEMANTICS,
        plugins: configuration.plugins.iter().map(|plugin| plugin.name.clone()).collect(),
        connectors: configuration.connectors.iter().map(|connector| connector.name.clone()).collect(),
        chains: configuration.chains.iter().map(|chain| chain.name.clone()).collect(),
        queues: configuration.queues.iter().map(|queue| queue.name.clone()).collect(),
        runtime: site.services.runtime.clone(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The whole configuration of a generation, settings included; secrets are names in it.
#[utoipa::path(get, path = "/api/v1/generations/{id}", tag = "serving",
    params(("id" = String, Path, description = "The generation's id, as decisions name it.")),
    responses((status = 200, description = "Its configuration.", body = schema::Configuration)))]
pub(crate) async fn configuration(State(site): State<Shared>, Id(id): Id) -> Result<Json<Configuration>, Problem> {
    let serving = site.services.current.load();
    if serving.id().0 == id {
        return Ok(Json(serving.configuration().clone()));
    }
    Ok(Json(site.services.store.generation(&GenerationId(id)).await?))
}
