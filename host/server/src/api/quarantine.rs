//! Genuine deliveries that their connector refused or failed on: kept until a mend, then run again.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use dispatch::ingest::{IngestError, Redriven};
use model::{Delivery, DeliveryId, Quarantined, SignatureScheme};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Id, Page, Params, rows};
use super::schema;
use crate::auth::Principal;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 499; 50 when absent.
    limit: Option<u32>,
}

/// A delivery in quarantine, as it arrived.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinedDelivery {
    /// Why it is there.
    #[schema(value_type = schema::Quarantined)]
    quarantined: Quarantined,
    /// The request. Headers that hold a secret have the value `withheld`.
    #[schema(value_type = schema::Delivery)]
    delivery: Delivery,
}

/// What is in quarantine, oldest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "quarantine", params(Part), responses(
    (status = 200, description = "A page of it.", body = Page<schema::Quarantined>),
))]
pub(crate) async fn list(State(site): State<Shared>, Params(part): Params<Part>) -> Result<Json<Page<Quarantined>>, Problem> {
    let limit = rows(part.limit)?;
    let after = part.after.map(DeliveryId);
    let found = site.services.store.quarantined(after.as_ref(), limit.saturating_add(1)).await?;
    Ok(Json(Page::cut(found, limit, |row| row.id.0.clone())))
}

/// One of them with its request.
#[utoipa::path(get, path = "/api/v1/quarantine/{id}", tag = "quarantine", params(("id" = String, Path, description = "The delivery's id.")),
    responses((status = 200, description = "The delivery.", body = QuarantinedDelivery)))]
pub(crate) async fn get(State(site): State<Shared>, Id(id): Id) -> Result<Json<QuarantinedDelivery>, Problem> {
    let (quarantined, mut delivery) = site.services.store.quarantined_raw(&DeliveryId(id)).await?;
    withhold(&mut delivery, token_header(&site, &quarantined.connector).as_deref());
    Ok(Json(QuarantinedDelivery { quarantined, delivery }))
}

/// The bytes of its body, for a file.
#[utoipa::path(get, path = "/api/v1/quarantine/{id}/raw", tag = "quarantine", params(("id" = String, Path, description = "The delivery's id.")),
    responses((status = 200, description = "The body.", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn raw(State(site): State<Shared>, Id(id): Id) -> Result<Response, Problem> {
    let (_, delivery) = site.services.store.quarantined_raw(&DeliveryId(id)).await?;
    // Never shown in a browser, whatever a stranger put into it.
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"delivery\"")),
    ];
    Ok((headers, delivery.body).into_response())
}

/// What became of another try.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Released {
    /// The delivery's id, as before.
    delivery: String,
    /// Interactions that wait for a decision now.
    interactions: Vec<String>,
    /// New facts.
    facts: u32,
    /// Facts that were known before.
    duplicates: u32,
}

/// Reads it again with what serves now. A delivery that could not be read this time either stays where it is.
#[utoipa::path(post, path = "/api/v1/quarantine/{id}/redrive", tag = "quarantine",
    params(("id" = String, Path, description = "The delivery's id.")),
    responses(
        (status = 200, description = "It was read; its interactions will be decided.", body = Released),
        (status = 409, description = "It could not be read this time either.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn redrive(
    State(site): State<Shared>,
    Id(id): Id,
    Extension(Principal(who)): Extension<Principal>,
) -> Result<Json<Released>, Problem> {
    tracing::info!(who, "redrives a delivery");
    match site.services.ingest.redrive(&DeliveryId(id)).await.map_err(unread)? {
        Redriven::Released(accepted) => Ok(Json(Released {
            delivery: accepted.delivery.0,
            interactions: accepted.interactions.into_iter().map(|id| id.0).collect(),
            facts: accepted.facts,
            duplicates: accepted.duplicates,
        })),
        Redriven::Retained { cause, detail } => {
            // The connector's words may quote what was sent, which operators may see and the log must not hold.
            Err(Problem::new(Code::StillRefused, format!("It stays in quarantine ({cause}): {detail}")).logged(cause))
        }
    }
}

fn unread(error: IngestError) -> Problem {
    match error {
        IngestError::Store(error) => error.into(),
        IngestError::Busy => Problem::new(Code::Busy, "It stays in quarantine; try again shortly.").retry_after(2),
        IngestError::UnknownConnector(name) => {
            Problem::new(Code::StillRefused, format!("There is no connector `{name}` any more: configure it, then try again."))
        }
        other => Problem::new(Code::StillRefused, "It stays in quarantine.").logged(other.to_string()),
    }
}

fn token_header(site: &Shared, connector: &str) -> Option<String> {
    let generation = site.services.current.load();
    match &generation.connector(connector)?.signature {
        Some(SignatureScheme::Token { header, .. } | SignatureScheme::Jwt { header, .. }) => Some(header.clone()),
        _ => None,
    }
}

fn withhold(delivery: &mut Delivery, token: Option<&str>) {
    for field in &mut delivery.headers {
        let secret = ["authorization", "proxy-authorization", "cookie"].iter().any(|name| field.name.eq_ignore_ascii_case(name));
        if secret || token.is_some_and(|name| field.name.eq_ignore_ascii_case(name)) {
            field.value = b"withheld".to_vec();
        }
    }
}
