//! Interactions about which a plugin failed: kept with the component and its fault until a mend, then decided again.
//!
//! Deciding again is not done here: it makes an occasion, and the dispatcher is woken. Until it is decided, the interaction stays in the
//! list, and asking again changes nothing.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use dispatch::port::{FaultedFilter, StoreError};
use model::{FaultedInteraction, InteractionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Id, Page, Params, cursor, rows};
use super::schema;
use crate::auth::Principal;
use crate::problem::Problem;
use crate::site::Shared;

/// Rows that one call redrives at most.
const REDRIVEN_MAX: usize = 1_000;
/// Rows that are read at a time.
const PAGE_ROWS: u32 = 499;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Only faults of this plugin.
    plugin: Option<String>,
    /// Also those that are not held, because the step was skipped or a fallback answered.
    all: Option<bool>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// Interactions about which a plugin failed in their latest decision, oldest first, a row for each fault.
#[utoipa::path(get, path = "/api/v1/quarantine/interactions", tag = "quarantine", params(Part), responses(
    (status = 200, description = "A page of them.", body = Page<schema::FaultedInteraction>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(part): Params<Part>) -> Result<Json<Page<FaultedInteraction>>, Problem> {
    let limit = rows(part.limit)?;
    let filter = FaultedFilter {
        after: cursor("after", part.after.as_deref())?.unwrap_or_default(),
        plugin: part.plugin,
        all: part.all.unwrap_or_default(),
        limit: limit.saturating_add(1),
    };
    let found = site.services.store.faulted(filter).await?;
    Ok(Json(Page::cut(found, limit, |row| row.seq.to_string())))
}

/// What will be decided again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Redriven {
    /// The interaction.
    interaction: String,
}

/// Decides about it again, with what serves now. It stays in quarantine until it is decided.
#[utoipa::path(post, path = "/api/v1/quarantine/interactions/{id}/redrive", tag = "quarantine",
    params(("id" = String, Path, description = "The interaction's id.")),
    responses((status = 202, description = "It will be decided again.", body = Redriven)))]
pub(crate) async fn redrive(
    State(site): State<Shared>,
    Id(id): Id,
    Extension(Principal(who)): Extension<Principal>,
) -> Result<(StatusCode, Json<Redriven>), Problem> {
    tracing::info!(who, interaction = id, "redrives an interaction");
    site.services.store.redecide(&InteractionId(id.clone())).await?;
    site.services.wake.wake();
    Ok((StatusCode::ACCEPTED, Json(Redriven { interaction: id })))
}

/// Whose interactions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The plugin that failed, by its configured name.
    plugin: String,
    /// `next` of the answer before.
    after: Option<String>,
}

/// How many will be decided again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RedrivenMany {
    /// Interactions that will be decided again.
    redriven: usize,
    /// Whether more are held: call again with `after`.
    more: bool,
    /// What to send as `after` for the rest; absent: these were all.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Decides again about what is held because this plugin failed, oldest first, at most 1,000 in one call.
#[utoipa::path(post, path = "/api/v1/quarantine/interactions/redrive", tag = "quarantine", params(Whose), responses(
    (status = 202, description = "They will be decided again.", body = RedrivenMany),
))]
pub(crate) async fn redrive_all(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Params(whose): Params<Whose>,
) -> Result<(StatusCode, Json<RedrivenMany>), Problem> {
    let after = cursor("after", whose.after.as_deref())?.unwrap_or_default();
    let done = many(&site, &whose.plugin, after).await;
    // What was redriven before the store went away is to be decided all the same.
    site.services.wake.wake();
    let done = done?;
    tracing::info!(who, plugin = whose.plugin, redriven = done.redriven, "redrives the interactions of a plugin");
    Ok((StatusCode::ACCEPTED, Json(done)))
}

async fn many(site: &Shared, plugin: &str, mut after: u64) -> Result<RedrivenMany, Problem> {
    let store = &site.services.store;
    let mut seen = BTreeSet::new();
    loop {
        let filter = FaultedFilter { after, plugin: Some(plugin.to_owned()), all: false, limit: PAGE_ROWS };
        let page = store.faulted(filter).await?;
        if page.is_empty() {
            return Ok(RedrivenMany { redriven: seen.len(), more: false, next: None });
        }
        for row in page {
            if seen.len() == REDRIVEN_MAX {
                return Ok(RedrivenMany { redriven: seen.len(), more: true, next: Some(after.to_string()) });
            }
            match store.redecide(&row.interaction).await {
                Ok(()) => drop(seen.insert(row.interaction)),
                // Decided again or removed meanwhile: there is nothing to do about it.
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            after = row.seq;
        }
    }
}
