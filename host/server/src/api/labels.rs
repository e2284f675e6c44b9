//! What people do with what was decided: a transfer, another priority, or the word that it was right. Backtests hold candidates against it.

use axum::extract::State;
use axum::{Extension, Json};
use model::{DecisionId, InteractionId, Label};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::Id;
use super::schema;
use super::sent::Sent;
use crate::auth::Principal;
use crate::problem::{Code, Problem};
use crate::site::Shared;

/// What somebody did. Neither queue nor score: what was decided was right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// The configured queue where it belongs: its conversation waits there from now on. Absent: it was where it belongs.
    queue: Option<String>,
    /// The priority that it deserves, 0 to 100. Absent: the decided one was right.
    score: Option<f32>,
}

impl Given {
    fn check(&self, site: &Shared) -> Result<(), Problem> {
        if self.score.is_some_and(|score| !(0.0..=100.0).contains(&score)) {
            return Err(Problem::new(Code::BadRequest, "`score` is 0 to 100."));
        }
        let serving = site.services.current.load();
        let known = |queue: &String| serving.configuration().queues.iter().any(|spec| spec.name == *queue);
        if self.queue.as_ref().is_some_and(|queue| !known(queue)) {
            return Err(Problem::new(Code::BadRequest, "`queue` is the name of a configured queue."));
        }
        Ok(())
    }
}

/// Says where an interaction belongs and what it deserves; with a queue, its conversation is transferred there.
#[utoipa::path(post, path = "/api/v1/interactions/{id}/label", tag = "interactions",
    params(("id" = String, Path, description = "The interaction's id.")),
    request_body(content = Given),
    responses((status = 200, description = "It is kept, about the latest decision.", body = schema::Label)))]
pub(crate) async fn label(
    State(site): State<Shared>,
    Id(id): Id,
    Extension(Principal(who)): Extension<Principal>,
    Sent(given): Sent<Given>,
) -> Result<Json<Label>, Problem> {
    given.check(&site)?;
    tracing::info!(who, interaction = id, queue = given.queue, score = given.score, "labels an interaction");
    let Given { queue, score } = given;
    let (interaction, decision, at) = (InteractionId(id), DecisionId::default(), site.services.clock.now());
    Ok(Json(site.services.history.label(Label { seq: 0, interaction, decision, at, by: who, queue, score }).await?))
}
