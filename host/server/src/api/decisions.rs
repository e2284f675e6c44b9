//! What was decided.

use axum::Json;
use axum::extract::State;
use dispatch::port::DecisionFilter;
use model::{DecisionId, DecisionSummary, StoredDecision};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::{Id, Page, Params, cursor, rows};
use super::schema;
use crate::problem::{Code, Problem};
use crate::site::Shared;

/// Which decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only in this queue.
    queue: Option<String>,
    /// Only of this connector.
    connector: Option<String>,
    /// Only with this disposition: `assign`, `hold` or `file`.
    disposition: Option<String>,
    /// Newest first, older than this sequence number: `next` of the page before.
    before: Option<String>,
    /// Oldest first, newer than this sequence number: `next` of the page before. Excludes `before`.
    after: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

impl Filter {
    fn lower(self) -> Result<DecisionFilter, Problem> {
        if self.before.is_some() && self.after.is_some() {
            return Err(Problem::new(Code::BadRequest, "`before` and `after` exclude each other."));
        }
        if self.disposition.as_deref().is_some_and(|name| !matches!(name, "assign" | "hold" | "file")) {
            return Err(Problem::new(Code::BadRequest, "`disposition` is `assign`, `hold` or `file`."));
        }
        Ok(DecisionFilter {
            after: cursor("after", self.after.as_deref())?,
            before: cursor("before", self.before.as_deref())?,
            queue: self.queue,
            connector: self.connector,
            disposition: self.disposition,
            limit: rows(self.limit)?.saturating_add(1),
        })
    }
}

/// Decisions, newest first, or after a sequence number oldest first.
#[utoipa::path(get, path = "/api/v1/decisions", tag = "decisions", params(Filter), responses(
    (status = 200, description = "A page of decisions.", body = Page<schema::DecisionSummary>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(filter): Params<Filter>) -> Result<Json<Page<DecisionSummary>>, Problem> {
    let filter = filter.lower()?;
    let limit = filter.limit.saturating_sub(1);
    let found = site.services.store.decisions(filter).await?;
    Ok(Json(Page::cut(found, limit, |row| row.seq.to_string())))
}

/// One decision with its trace and effects.
#[utoipa::path(get, path = "/api/v1/decisions/{id}", tag = "decisions", params(("id" = String, Path, description = "The decision's id.")),
    responses((status = 200, description = "The decision.", body = schema::StoredDecision)))]
pub(crate) async fn get(State(site): State<Shared>, Id(id): Id) -> Result<Json<StoredDecision>, Problem> {
    Ok(Json(site.services.store.decision(&DecisionId(id)).await?))
}
