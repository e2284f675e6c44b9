//! What belongs together.

use axum::Json;
use axum::extract::State;
use dispatch::port::Conversation;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::interactions::{InteractionRow, of_conversation};
use super::page::{Id, Page, Params, cursor, rows};
use super::schema;
use crate::problem::Problem;
use crate::site::Shared;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// `next` of the page before.
    before: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// A conversation and what was said in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    /// Its id in `/conversations`.
    id: String,
    /// Its interactions, newest first.
    interactions: Page<InteractionRow>,
}

/// Conversations, the one where somebody spoke last first.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Part), responses(
    (status = 200, description = "A page of conversations.", body = Page<schema::Conversation>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(part): Params<Part>) -> Result<Json<Page<Conversation>>, Problem> {
    let limit = rows(part.limit)?;
    let before = cursor("before", part.before.as_deref())?.map(Timestamp);
    let found = site.services.store.conversations(before, limit.saturating_add(1)).await?;
    Ok(Json(Page::cut(found, limit, |row| row.last_at.0.to_string())))
}

/// One conversation with its interactions.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "The conversation's id, percent-encoded."), Part),
    responses((status = 200, description = "The conversation.", body = ConversationPage)))]
pub(crate) async fn get(State(site): State<Shared>, Id(id): Id, Params(part): Params<Part>) -> Result<Json<ConversationPage>, Problem> {
    let first = part.before.is_none();
    let interactions = of_conversation(&site, &id, part.before, part.limit).await?;
    // A conversation begins with an interaction: there is none without.
    if first && interactions.items.is_empty() {
        return Err(Problem::not_found("conversation"));
    }
    Ok(Json(ConversationPage { id, interactions }))
}
