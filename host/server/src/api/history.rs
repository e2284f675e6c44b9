//! How what serves came to serve.

use axum::Json;
use axum::extract::State;
use model::Swap;
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::{Page, Params, cursor, rows};
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

/// What happened to generations, newest first: who, when, why, and what became of it.
#[utoipa::path(get, path = "/api/v1/history", tag = "serving", params(Part), responses(
    (status = 200, description = "A page of the history.", body = Page<schema::Swap>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(part): Params<Part>) -> Result<Json<Page<Swap>>, Problem> {
    let limit = rows(part.limit)?;
    let before = cursor("before", part.before.as_deref())?;
    let found = site.services.history.swaps(before, limit.saturating_add(1)).await?;
    Ok(Json(Page::cut(found, limit, |swap| swap.seq.to_string())))
}
