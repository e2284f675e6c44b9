//! Whether the process lives, and whether it can take deliveries. Both are open: a balancer has no token, and they tell nothing else.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// A good answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "It lives.", body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    OK
}

/// Whether deliveries can be taken: the store commits, and the server is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "It is ready.", body = Health),
    (status = 503, description = "It is not, or not any more.", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(crate) async fn readyz(State(site): State<Shared>) -> Result<Json<Health>, Problem> {
    if site.stop.is_cancelled() {
        return Err(Problem::new(Code::NotReady, "The server is stopping.").retry_after(5));
    }
    site.services
        .store
        .ready()
        .await
        .map_err(|error| Problem::new(Code::NotReady, "The store cannot commit.").logged(error.to_string()).retry_after(5))?;
    Ok(OK)
}
