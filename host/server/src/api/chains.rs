//! How interactions are decided, and where they wait.

use axum::Json;
use axum::extract::State;
use model::{ChainSpec, QueueSummary};

use super::page::Page;
use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// The chains that serve, in order of their conditions: the first match decides.
#[utoipa::path(get, path = "/api/v1/chains", tag = "serving",
    responses((status = 200, description = "All chains.", body = Page<schema::ChainSpec>)))]
pub(crate) async fn chains(State(site): State<Shared>) -> Json<Page<ChainSpec>> {
    Json(Page { items: site.services.current.load().configuration().chains.clone(), next: None })
}

/// The queues that serve and what waits in them, and queues of earlier generations in which something still waits.
#[utoipa::path(get, path = "/api/v1/queues", tag = "queues",
    responses((status = 200, description = "All queues.", body = Page<schema::QueueSummary>)))]
pub(crate) async fn queues(State(site): State<Shared>) -> Result<Json<Page<QueueSummary>>, Problem> {
    Ok(Json(Page { items: site.queues().await?, next: None }))
}
