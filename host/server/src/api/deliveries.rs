//! What arrived.

use axum::Json;
use axum::extract::State;
use model::{DeliveryId, DeliverySummary};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::{Page, Params, rows};
use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// `next` of the page before.
    before: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// Deliveries, frames and pages that were read, newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries", params(Part), responses(
    (status = 200, description = "A page of deliveries.", body = Page<schema::DeliverySummary>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(part): Params<Part>) -> Result<Json<Page<DeliverySummary>>, Problem> {
    let limit = rows(part.limit)?;
    let before = part.before.map(DeliveryId);
    let found = site.services.store.deliveries(before.as_ref(), limit.saturating_add(1)).await?;
    Ok(Json(Page::cut(found, limit, |row| row.id.0.clone())))
}
