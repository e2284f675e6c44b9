//! The outbox: what goes out, each try, and what became of it.

use axum::extract::State;
use axum::{Extension, Json};
use dispatch::port::{OutgoingFilter, Turn};
use model::{DecisionId, InteractionId, Outgoing, OutgoingId, OutgoingRecord, OutgoingState};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::page::{Id, Page, Params, cursor, rows};
use super::schema;
use super::sent::Sent;
use crate::auth::Principal;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// The longest reason that somebody may give, in bytes.
const WHY_BYTES_MAX: usize = 2 << 10;

/// Which part of the outbox.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only in these states, with commas: `pending`, `sending`, `waiting`, `unknown`, `done`, `parked`, `recalled`.
    state: Option<String>,
    /// Only of this kind: `answer`, `notify`, `timer`, `mark`, `reply`, `post`, `edit` or `hide`.
    kind: Option<String>,
    /// Only over this connector.
    connector: Option<String>,
    /// Only about this interaction.
    interaction: Option<String>,
    /// Only by this decision.
    decision: Option<String>,
    /// `next` of the page before.
    before: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

impl Filter {
    fn lower(self) -> Result<OutgoingFilter, Problem> {
        let wrong = |name: &str| Problem::new(Code::BadRequest, format!("`{}` is no state of the outbox.", name.escape_default()));
        let states = self.state.as_deref().unwrap_or_default().split(',').filter(|name| !name.is_empty());
        let states = states.map(|name| OutgoingState::parse(name).ok_or_else(|| wrong(name))).collect::<Result<_, _>>()?;
        Ok(OutgoingFilter {
            states,
            kind: self.kind,
            connector: self.connector,
            interaction: self.interaction.map(InteractionId),
            decision: self.decision.map(DecisionId),
            before: cursor("before", self.before.as_deref())?,
            limit: rows(self.limit)?.saturating_add(1),
        })
    }
}

/// What goes out or is done, newest first.
#[utoipa::path(get, path = "/api/v1/outgoing", tag = "outbox", params(Filter), responses(
    (status = 200, description = "A page of the outbox.", body = Page<schema::Outgoing>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(filter): Params<Filter>) -> Result<Json<Page<Outgoing>>, Problem> {
    page(&site, filter).await
}

async fn page(site: &Shared, filter: Filter) -> Result<Json<Page<Outgoing>>, Problem> {
    let filter = filter.lower()?;
    let limit = filter.limit.saturating_sub(1);
    let found = site.services.outbox.outgoing(filter).await?;
    Ok(Json(Page::cut(found, limit, |row| row.seq.to_string())))
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Notices {
    /// `next` of the page before.
    before: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// What decisions want people of the company told, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "outbox", params(Notices), responses(
    (status = 200, description = "A page of notices; `done` where a notice is in this list only, or went out to its recipient.",
        body = Page<schema::Outgoing>),
))]
pub(crate) async fn notices(State(site): State<Shared>, Params(part): Params<Notices>) -> Result<Json<Page<Outgoing>>, Problem> {
    let filter = Filter { kind: Some("notify".to_owned()), before: part.before, limit: part.limit, ..Filter::default() };
    page(&site, filter).await
}

/// One of them with every try: when, on which rung, what came of it, and what was asked of the network.
#[utoipa::path(get, path = "/api/v1/outgoing/{id}", tag = "outbox", params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It and its history.", body = schema::OutgoingRecord)))]
pub(crate) async fn get(State(site): State<Shared>, Id(id): Id) -> Result<Json<OutgoingRecord>, Problem> {
    Ok(Json(site.services.outbox.outgoing_one(&OutgoingId(id)).await?))
}

/// How to try again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Again {
    /// Somebody has looked on the channel: it did not go out. Without it, what may have gone out is looked for first.
    not_sent: bool,
}

/// Why it is not to be tried any more.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parked {
    /// In your own words; at most 2,048 bytes.
    why: String,
}

/// Tries again, from the first rung of the ladder.
#[utoipa::path(post, path = "/api/v1/outgoing/{id}/retry", tag = "outbox", params(("id" = String, Path, description = "Its id.")),
    request_body(content = Again),
    responses(
        (status = 200, description = "It and its history.", body = schema::OutgoingRecord),
        (status = 409, description = "It went out, is under way, or was taken back.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn retry(
    State(site): State<Shared>,
    Id(id): Id,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Again { not_sent }): Sent<Again>,
) -> Result<Json<OutgoingRecord>, Problem> {
    tracing::info!(who, outgoing = id, not_sent, "tries again");
    turn(&site, id, Turn::Retry { not_sent }, &who).await
}

/// Tries no more: a person has to look.
#[utoipa::path(post, path = "/api/v1/outgoing/{id}/park", tag = "outbox", params(("id" = String, Path, description = "Its id.")),
    request_body(content = Parked),
    responses(
        (status = 200, description = "It and its history.", body = schema::OutgoingRecord),
        (status = 409, description = "It went out, is under way, or was taken back.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn park(
    State(site): State<Shared>,
    Id(id): Id,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Parked { why }): Sent<Parked>,
) -> Result<Json<OutgoingRecord>, Problem> {
    if why.len() > WHY_BYTES_MAX {
        return Err(Problem::new(Code::BadRequest, format!("`why` has at most {WHY_BYTES_MAX} bytes.")));
    }
    tracing::info!(who, outgoing = id, "parks");
    turn(&site, id, Turn::Park { why }, &who).await
}

async fn turn(site: &Shared, id: String, turn: Turn, who: &str) -> Result<Json<OutgoingRecord>, Problem> {
    let (id, now) = (OutgoingId(id), site.services.clock.now());
    if !site.services.outbox.turn(&id, turn, who, now).await? {
        return Err(Problem::new(Code::Conflict, "It went out, is under way at this moment, or was taken back."));
    }
    site.services.drain.wake();
    Ok(Json(site.services.outbox.outgoing_one(&id).await?))
}
