//! How much there is.

use axum::Json;
use axum::extract::State;
use dispatch::port::Totals;

use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// How much there is, since ever.
#[utoipa::path(get, path = "/api/v1/totals", tag = "serving", responses((status = 200, description = "The totals.", body = schema::Totals)))]
pub(crate) async fn totals(State(site): State<Shared>) -> Result<Json<Totals>, Problem> {
    Ok(Json(site.services.store.totals().await?))
}
