//! What operations people do to a running host: plan, apply, roll back, decide again; candidates as shadows and canaries.
//!
//! The server only asks: whoever wires the host does it, one operation at a time. What is refused or held changes nothing, and `details` of
//! the problem says the same for programs.

use axum::extract::State;
use axum::{Extension, Json};
use dispatch::port::{Applied, CanaryOrder, Mandate, OperationError, ShadowOrder};
use model::{GenerationId, SwapTrigger};
use serde::{Deserialize, Serialize};
use serde_json::Value as Details;
use utoipa::ToSchema;

use super::schema;
use super::sent::Sent;
use crate::auth::Principal;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// The longest reason that somebody may give, in bytes.
const WHY_BYTES_MAX: usize = 2 << 10;
/// Of lines of the history that are looked through for the generation that a few digits mean.
const LINES_MAX: u32 = 499;
/// Digits of a whole identity.
const ID_DIGITS: usize = 64;

/// Why it is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Why {
    /// In your own words, for the history; at most 2,048 bytes.
    why: String,
}

/// Where to go back to, and why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Back {
    /// The generation, or the first digits of it; absent: the one that served before.
    generation: Option<String>,
    /// In your own words, for the history.
    why: String,
}

/// How far a canary goes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Promotion {
    /// To everybody at once, instead of to the next step.
    whole: bool,
    /// In your own words, for the history.
    why: String,
}

/// Whose decisions are made again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawn {
    /// The generation that was withdrawn, or the first digits of it.
    generation: String,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reopened {
    /// The generation.
    generation: String,
    /// Interactions that wait for a decision again: those that nobody has acted on.
    interactions: u64,
    /// Effects that were not sent yet and never will be.
    effects_recalled: u64,
}

fn mandate(by: String, why: String) -> Result<Mandate, Problem> {
    if why.len() > WHY_BYTES_MAX {
        return Err(Problem::new(Code::BadRequest, format!("`why` has at most {WHY_BYTES_MAX} bytes.")));
    }
    Ok(Mandate { trigger: SwapTrigger::Api, by, why })
}

/// What applying the configuration as it is now would change.
#[utoipa::path(post, path = "/api/v1/plan", tag = "serving", responses(
    (status = 200, description = "The plan; `held` says why it may not be applied as it is, `text` is what a person reads.", body = Object),
    (status = 422, description = "The configuration is refused.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn plan(State(site): State<Shared>) -> Result<Json<Details>, Problem> {
    Ok(Json(site.services.operations.plan().await?))
}

/// Stages the configuration as it is now beside what serves, and lets it serve.
#[utoipa::path(post, path = "/api/v1/apply", tag = "serving", request_body(content = Why), responses(
    (status = 200, description = "It serves, or did already.", body = schema::Applied),
    (status = 409, description = "Something is to be approved or proven first.", body = ProblemDetails, content_type = "application/problem+json"),
    (status = 422, description = "The configuration is refused.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn apply(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Why { why }): Sent<Why>,
) -> Result<Json<Applied>, Problem> {
    tracing::info!(who, "applies the configuration");
    Ok(Json(site.services.operations.apply(mandate(who, why)?).await?))
}

/// Lets an earlier generation serve again. While there is a canary and no generation is named, the canary is withdrawn instead.
#[utoipa::path(post, path = "/api/v1/rollback", tag = "serving", request_body(content = Back), responses(
    (status = 200, description = "It serves, or did already.", body = schema::Applied),
))]
pub(crate) async fn rollback(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Back { generation, why }): Sent<Back>,
) -> Result<Json<Applied>, Problem> {
    tracing::info!(who, generation, "rolls back");
    Ok(Json(site.services.operations.rollback(generation.map(GenerationId), mandate(who, why)?).await?))
}

/// Decides again what a withdrawn generation decided and nobody has acted on, and recalls its effects that are not sent yet.
#[utoipa::path(post, path = "/api/v1/redecide", tag = "serving", request_body(content = Withdrawn), responses(
    (status = 200, description = "What waits for a decision again.", body = Reopened),
    (status = 404, description = "No such generation ever was here.", body = ProblemDetails, content_type = "application/problem+json"),
    (status = 409, description = "It serves, everybody or as the canary.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn redecide(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Withdrawn { generation }): Sent<Withdrawn>,
) -> Result<Json<Reopened>, Problem> {
    let generation = whole(&site, generation).await?;
    let is_canary = site.services.current.canary().is_some_and(|(canary, _)| *canary.id() == generation);
    if is_canary || *site.services.current.load().id() == generation {
        return Err(Problem::new(Code::Conflict, "This generation serves: withdraw or roll back first."));
    }
    // A generation that never was here has decided nothing: whoever names it has made a mistake.
    site.services.store.generation(&generation).await?;
    tracing::info!(who, generation = generation.0, "decides again what a generation decided");
    let reopened = site.services.history.withdraw(&generation).await?;
    site.services.wake.wake();
    let (interactions, effects_recalled) = (reopened.interactions, reopened.effects_recalled);
    Ok(Json(Reopened { generation: generation.0, interactions, effects_recalled }))
}

/// The generation that is meant by the first digits of it, as the latest history knows it.
async fn whole(site: &Shared, begin: String) -> Result<GenerationId, Problem> {
    if begin.len() == ID_DIGITS {
        return Ok(GenerationId(begin));
    }
    let lines = site.services.history.swaps(None, LINES_MAX).await?;
    let named = lines.into_iter().flat_map(|line| [line.generation, line.before]).flatten();
    let mut found: Vec<GenerationId> = named.filter(|id| !begin.is_empty() && id.0.starts_with(&begin)).collect();
    found.sort();
    found.dedup();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Problem::new(Code::Conflict, "Several generations begin so: write more of it.")),
        (None, _) => Err(Problem::not_found("generation")),
    }
}

/// What the shadow that runs, or ran last, would have done.
#[utoipa::path(get, path = "/api/v1/shadow", tag = "trials", responses((status = 200, description = "The report.", body = Object)))]
pub(crate) async fn shadow(State(site): State<Shared>) -> Result<Json<Details>, Problem> {
    Ok(Json(site.services.operations.shadow_report().await?))
}

/// Runs a candidate beside what serves: no effect of it happens, and nobody outside is asked.
#[utoipa::path(post, path = "/api/v1/shadow", tag = "trials", request_body(content = schema::ShadowOrder), responses(
    (status = 200, description = "It runs.", body = Object),
    (status = 422, description = "The candidate is refused.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn begin_shadow(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(order): Sent<ShadowOrder>,
) -> Result<Json<Details>, Problem> {
    tracing::info!(who, "begins a shadow");
    Ok(Json(site.services.operations.shadow(order).await?))
}

/// Ends it; its report stays.
#[utoipa::path(post, path = "/api/v1/shadow/end", tag = "trials", responses((status = 200, description = "The report.", body = Object)))]
pub(crate) async fn end_shadow(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
) -> Result<Json<Details>, Problem> {
    tracing::info!(who, "ends the shadow");
    Ok(Json(site.services.operations.end_shadow().await?))
}

/// How the canary that serves, or served last, does.
#[utoipa::path(get, path = "/api/v1/canary", tag = "trials", responses((status = 200, description = "The report.", body = Object)))]
pub(crate) async fn canary(State(site): State<Shared>) -> Result<Json<Details>, Problem> {
    Ok(Json(site.services.operations.canary_report().await?))
}

/// Lets a candidate serve a share of the conversations.
#[utoipa::path(post, path = "/api/v1/canary", tag = "trials", request_body(content = schema::CanaryOrder), responses(
    (status = 200, description = "It serves its first share.", body = Object),
    (status = 409, description = "Something is to be approved or proven first, or there is a canary already.", body = ProblemDetails,
        content_type = "application/problem+json"),
    (status = 422, description = "The candidate is refused.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn begin_canary(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(order): Sent<CanaryOrder>,
) -> Result<Json<Details>, Problem> {
    tracing::info!(who, "begins a canary");
    let mandate = mandate(who, order.why.clone())?;
    Ok(Json(site.services.operations.canary(order, mandate).await?))
}

/// On to its next step, or to everybody.
#[utoipa::path(post, path = "/api/v1/canary/promote", tag = "trials", request_body(content = Promotion),
    responses((status = 200, description = "The report.", body = Object)))]
pub(crate) async fn promote(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Promotion { whole, why }): Sent<Promotion>,
) -> Result<Json<Details>, Problem> {
    tracing::info!(who, whole, "promotes the canary");
    Ok(Json(site.services.operations.promote(whole, mandate(who, why)?).await?))
}

/// Ends the canary: the serving generation serves everybody.
#[utoipa::path(post, path = "/api/v1/canary/withdraw", tag = "trials", request_body(content = Why),
    responses((status = 200, description = "The report.", body = Object)))]
pub(crate) async fn withdraw(
    State(site): State<Shared>,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Why { why }): Sent<Why>,
) -> Result<Json<Details>, Problem> {
    tracing::info!(who, "withdraws the canary");
    Ok(Json(site.services.operations.withdraw(mandate(who, why)?).await?))
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::Refused { text, details } => Self::new(Code::CandidateRefused, text).with_details(details),
            OperationError::Held { text, details } => Self::new(Code::CandidateHeld, text).with_details(details),
            OperationError::NotFound(text) => Self::new(Code::NotFound, text),
            OperationError::Conflict(text) => Self::new(Code::Conflict, text),
            OperationError::Unavailable(text) => Self::new(Code::Unavailable, text).retry_after(5),
        }
    }
}
