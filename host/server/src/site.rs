//! Everything that handlers share, and the one place where routes are put together.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use dispatch::breaker::Breakers;
use dispatch::counters::Counters;
use dispatch::dispatcher::Wake;
use dispatch::generation::Current;
use dispatch::ingest::Ingest;
use dispatch::live::Live;
use dispatch::outbox::DrainWake;
use dispatch::port::{History, Media, Operations, Outbox, Store};
use model::QueueSummary;
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::PartialSchema;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::auth::{Access, Tokens, guard};
use crate::body::Room;
use crate::front::{caught, front};
use crate::metrics::{Http, MetricsError};
use crate::problem::{Problem, ProblemDetails};
use crate::rate::Gates;
use crate::settings::ServerSettings;
use crate::{api, health, hooks, metrics};

/// The extension of an operation in the document that names the role it needs; absent: none.
pub(crate) const ROLE: &str = "x-pointsman-role";

/// What the server works with.
#[derive(Clone)]
pub struct Services {
    /// Takes deliveries.
    pub ingest: Ingest,
    /// The generation that serves.
    pub current: Arc<Current>,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// What is kept of how decisions came about.
    pub history: Arc<dyn History>,
    /// What goes out.
    pub outbox: Arc<dyn Outbox>,
    /// Tells that something is to go out.
    pub drain: DrainWake,
    /// The files of attachments.
    pub media: Arc<dyn Media>,
    /// What operations people do.
    pub operations: Arc<dyn Operations>,
    /// Decisions as they are committed.
    pub live: Live,
    /// What plugins and connectors did.
    pub counters: Arc<Counters>,
    /// Which plugins are out of service.
    pub breakers: Arc<Breakers>,
    /// Tells the dispatcher that something is to be decided again.
    pub wake: Wake,
    /// The time, for ages in metrics.
    pub clock: Arc<dyn dispatch::port::Clock>,
    /// Limits and trust.
    pub settings: ServerSettings,
    /// Who may ask.
    pub tokens: Tokens,
    /// What the runtime says of itself.
    pub runtime: Json,
}

/// The services with the server's own state.
pub(crate) struct Site {
    pub(crate) services: Services,
    pub(crate) gates: Gates,
    pub(crate) room: Room,
    pub(crate) http: Http,
    pub(crate) live_seats: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

/// What handlers are given.
pub(crate) type Shared = Arc<Site>;

impl Site {
    pub(crate) fn new(services: Services, stop: CancellationToken) -> Result<Shared, MetricsError> {
        let settings = &services.settings;
        Ok(Arc::new(Self {
            gates: Gates::new(settings),
            room: Room::new(settings),
            http: Http::new()?,
            live_seats: Arc::new(Semaphore::new(settings.live_clients_max.min(Semaphore::MAX_PERMITS))),
            services,
            stop,
        }))
    }

    pub(crate) fn settings(&self) -> &ServerSettings {
        &self.services.settings
    }

    /// The configured queues with what waits in them, then queues that are not configured any more but hold something.
    pub(crate) async fn queues(&self) -> Result<Vec<QueueSummary>, Problem> {
        let mut found = self.services.store.queues().await?;
        let mut all = Vec::new();
        for spec in &self.services.current.load().configuration().queues {
            let place = found.iter().position(|queue| queue.name == spec.name);
            let queue = place.map(|place| found.swap_remove(place));
            let empty = QueueSummary { name: spec.name.clone(), title: String::new(), waiting: 0, oldest_since: None, top: None };
            all.push(QueueSummary { title: spec.title.clone(), ..queue.unwrap_or(empty) });
        }
        found.retain(|queue| queue.waiting > 0);
        found.sort_by(|one, other| one.name.cmp(&other.name));
        all.extend(found);
        Ok(all)
    }
}

/// The whole server as one service, without a listener. `stop` ends its live streams. [`crate::serve`] puts connections in front of it;
/// without them nobody is known to be on loopback, and every caller has the same address.
///
/// # Errors
/// When the metrics cannot be set up.
pub fn router(services: Services, stop: CancellationToken) -> Result<Router, MetricsError> {
    Ok(assemble(&Site::new(services, stop)?).0)
}

/// The OpenAPI document of all routes, as `/api/v1/openapi.json` serves it.
#[must_use]
pub fn document() -> Json {
    rendered(&routes(None).1)
}

pub(crate) fn assemble(site: &Shared) -> (Router, OpenApi) {
    let (router, document) = routes(Some(site));
    let router = router
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(CatchPanicLayer::custom(caught as fn(Box<dyn Any + Send>) -> axum::response::Response))
        .layer(from_fn_with_state(Arc::clone(site), front))
        .with_state(Arc::clone(site));
    (router, document)
}

/// All routes with their guards. Without a site there are no guards: enough for the document.
fn routes(site: Option<&Shared>) -> (Router<Shared>, OpenApi) {
    let metrics_access = site.is_none_or(|site| !site.settings().open_metrics).then_some(Access::Viewer);
    let router = OpenApiRouter::with_openapi(api::head())
        .merge(open())
        .merge(guarded(OpenApiRouter::default().routes(routes!(metrics::scrape)), metrics_access, site))
        .merge(guarded(api::viewer(), Some(Access::Viewer), site))
        .merge(guarded(api::operator(), Some(Access::Operator), site))
        .merge(guarded(api::admin(), Some(Access::Admin), site));
    let (router, mut document) = router.split_for_parts();
    complete(&mut document);
    (router, document)
}

/// What all operations have alike: a name of their own, and problems as errors.
fn complete(document: &mut OpenApi) {
    let problem = ResponseBuilder::new()
        .description("A problem (RFC 9457).")
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("ProblemDetails"))))
        .build();
    if let Some(components) = &mut document.components {
        components.schemas.insert("ProblemDetails".to_owned(), ProblemDetails::schema());
        components.responses.insert("Problem".to_owned(), RefOr::T(problem));
    }
    for (path, item) in &mut document.paths.paths {
        let place = path.strip_prefix("/api/v1").unwrap_or(path).replace(['/', '.'], "_").replace('{', "by_").replace('}', "");
        for (method, operation) in [("get", &mut item.get), ("post", &mut item.post)] {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(format!("{method}{place}"));
            operation.responses.responses.insert("default".to_owned(), RefOr::Ref(Ref::from_response_name("Problem")));
        }
    }
}

/// What needs no token: health, the document itself, and deliveries, which prove by their signature that they are genuine.
fn open() -> OpenApiRouter<Shared> {
    let hooks = routes!(hooks::hook)
        .map(|hooks: MethodRouter<Shared>| hooks.head(hooks::other_method).options(hooks::hook).fallback(hooks::other_method));
    OpenApiRouter::default().routes(hooks).routes(routes!(health::healthz)).routes(routes!(health::readyz)).routes(routes!(openapi))
}

fn guarded(mut router: OpenApiRouter<Shared>, access: Option<Access>, site: Option<&Shared>) -> OpenApiRouter<Shared> {
    let Some(access) = access else { return router };
    for item in router.get_openapi_mut().paths.paths.values_mut() {
        mark(item, access);
    }
    match site {
        Some(site) => router.route_layer(from_fn_with_state((Arc::clone(site), access), guard)),
        None => router,
    }
}

fn mark(item: &mut PathItem, access: Access) {
    for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
        operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
        operation.extensions.get_or_insert_with(Extensions::default).insert(ROLE.to_owned(), json!(access.name()));
    }
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "serving",
    responses((status = 200, description = "The OpenAPI document of this server.", body = Object)))]
async fn openapi() -> axum::Json<Json> {
    axum::Json(document())
}

fn rendered(document: &OpenApi) -> Json {
    serde_json::to_value(document).unwrap_or_default()
}
