//! What was said.

use axum::Json;
use axum::extract::State;
use dispatch::port::InteractionFilter;
use model::{InteractionId, InteractionRecord, StoredDecision};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Id, Page, Params, cursor, rows};
use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// An interaction in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InteractionRow {
    /// Grows with every interaction: the list's cursor.
    pub(crate) seq: u64,
    /// The interaction.
    #[serde(flatten)]
    #[schema(value_type = schema::InteractionRecord)]
    pub(crate) record: InteractionRecord,
}

/// Which interactions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only of this connector.
    connector: Option<String>,
    /// Only of this conversation, by its id in `/conversations`.
    conversation: Option<String>,
    /// `next` of the page before.
    before: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// Interactions, newest first.
#[utoipa::path(get, path = "/api/v1/interactions", tag = "interactions", params(Filter), responses(
    (status = 200, description = "A page of interactions.", body = Page<InteractionRow>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(filter): Params<Filter>) -> Result<Json<Page<InteractionRow>>, Problem> {
    read(&site, filter).await.map(Json)
}

async fn read(site: &Shared, filter: Filter) -> Result<Page<InteractionRow>, Problem> {
    let limit = rows(filter.limit)?;
    let filter = InteractionFilter {
        connector: filter.connector,
        conversation: filter.conversation,
        before: cursor("before", filter.before.as_deref())?,
        limit: limit.saturating_add(1),
    };
    let found = site.services.store.interactions(filter).await?;
    Ok(Page::cut(found, limit, |(seq, _)| seq.to_string()).map(|(seq, record)| InteractionRow { seq, record }))
}

/// A page of one conversation's interactions.
pub(crate) async fn of_conversation(
    site: &Shared,
    conversation: &str,
    before: Option<String>,
    limit: Option<u32>,
) -> Result<Page<InteractionRow>, Problem> {
    read(site, Filter { connector: None, conversation: Some(conversation.to_owned()), before, limit }).await
}

/// One interaction.
#[utoipa::path(get, path = "/api/v1/interactions/{id}", tag = "interactions", params(("id" = String, Path, description = "The interaction's id.")),
    responses((status = 200, description = "The interaction.", body = schema::InteractionRecord)))]
pub(crate) async fn get(State(site): State<Shared>, Id(id): Id) -> Result<Json<InteractionRecord>, Problem> {
    Ok(Json(site.services.store.interaction(&InteractionId(id)).await?))
}

/// All decisions about one interaction, oldest first, each with its trace.
#[utoipa::path(get, path = "/api/v1/interactions/{id}/decisions", tag = "interactions",
    params(("id" = String, Path, description = "The interaction's id.")),
    responses((status = 200, description = "All its decisions.", body = Page<schema::StoredDecision>)))]
pub(crate) async fn decisions(State(site): State<Shared>, Id(id): Id) -> Result<Json<Page<StoredDecision>>, Problem> {
    let id = InteractionId(id);
    // An interaction that is not there is an error; one that waits has no decisions yet.
    site.services.store.interaction(&id).await?;
    Ok(Json(Page { items: site.services.store.decisions_of(&id).await?, next: None }))
}
