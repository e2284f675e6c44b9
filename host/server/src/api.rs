//! `/api/v1`: what was said, what was decided and why, what serves, and what waits.
//!
//! Every value has the JSON form of `model`, which is the form of the record itself; rows that lists add to it are described beside their
//! handlers. Lists are pages: `next` of one page is the parameter that gives the page after it, and absent on the last.

mod chains;
mod conversations;
mod costs;
mod decisions;
mod deliveries;
mod explain;
mod faulted;
mod generation;
mod history;
mod interactions;
mod labels;
mod live;
mod media;
mod operations;
mod outgoing;
mod page;
mod plugins;
mod quarantine;
mod replies;
mod schema;
mod sent;
mod totals;

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use page::Id;

use crate::site::Shared;

/// What viewers may do.
pub(crate) fn viewer() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(interactions::list))
        .routes(routes!(interactions::get))
        .routes(routes!(interactions::decisions))
        .routes(routes!(media::get))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::get))
        .routes(routes!(decisions::list))
        .routes(routes!(decisions::get))
        .routes(routes!(explain::explain))
        .routes(routes!(plugins::plugins))
        .routes(routes!(plugins::connectors))
        .routes(routes!(chains::chains))
        .routes(routes!(chains::queues))
        .routes(routes!(quarantine::list))
        .routes(routes!(faulted::list))
        .routes(routes!(costs::costs))
        .routes(routes!(deliveries::list))
        .routes(routes!(generation::serving))
        .routes(routes!(history::list))
        .routes(routes!(totals::totals))
        .routes(routes!(live::live))
        .routes(routes!(operations::shadow))
        .routes(routes!(operations::canary))
        .routes(routes!(outgoing::list))
        .routes(routes!(outgoing::get))
        .routes(routes!(outgoing::notices))
}

/// What operators may do too.
pub(crate) fn operator() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(quarantine::get))
        .routes(routes!(quarantine::raw))
        .routes(routes!(quarantine::redrive))
        .routes(routes!(faulted::redrive))
        .routes(routes!(faulted::redrive_all))
        .routes(routes!(operations::plan))
        .routes(routes!(operations::apply))
        .routes(routes!(operations::rollback))
        .routes(routes!(operations::redecide))
        .routes(routes!(operations::begin_shadow))
        .routes(routes!(operations::end_shadow))
        .routes(routes!(operations::begin_canary))
        .routes(routes!(operations::promote))
        .routes(routes!(operations::withdraw))
        .routes(routes!(labels::label))
        .routes(routes!(media::fetch))
        .routes(routes!(replies::reply))
        .routes(routes!(replies::hide))
        .routes(routes!(replies::post))
        .routes(routes!(replies::edit))
        .routes(routes!(replies::hide_sent))
        .routes(routes!(outgoing::retry))
        .routes(routes!(outgoing::park))
}

/// What only administrators may do.
pub(crate) fn admin() -> OpenApiRouter<Shared> {
    OpenApiRouter::default().routes(routes!(generation::configuration))
}

/// The head of the document.
pub(crate) fn head() -> OpenApi {
    let mut components = Components::new();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A configured token.")).build()),
    );
    let info = InfoBuilder::new()
        .title("Pointsman")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What customers said, what was decided about it and why. Times are Unix milliseconds UTC. Errors are problem details (RFC 9457).",
        ))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
