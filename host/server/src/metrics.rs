//! `/metrics`: what the server, the core and the store counted, in the text format of Prometheus.
//!
//! Labels have values from fixed sets only (routes, methods, statuses, configured names, kinds): no stranger can add a time series. What the
//! store cannot tell at this moment is left out, and `pointsman_store_up` says so, because the rest is wanted most just then.

mod core;
mod costs;
mod outbox;
mod sheet;
mod swaps;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use prometheus::{Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntGauge, Opts, Registry, TextEncoder};

use crate::problem::Problem;
use crate::site::{Shared, Site};
use sheet::Sheet;

pub use prometheus::Error as MetricsError;

/// Upper bounds of durations.
const SECONDS: [f64; 13] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What the server counts itself, from its start.
pub(crate) struct Http {
    registry: Registry,
    requests: HistogramVec,
    pub(crate) connections: IntGauge,
    pub(crate) turned_away: IntCounter,
}

/// One answered request.
pub(crate) struct HttpSample<'a> {
    pub(crate) route: &'a str,
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    pub(crate) seconds: f64,
}

impl Http {
    pub(crate) fn new() -> Result<Self, MetricsError> {
        let requests = HistogramVec::new(
            HistogramOpts::new("pointsman_http_request_duration_seconds", "Time from a request's head to its answer's.")
                .buckets(SECONDS.to_vec()),
            &["route", "method", "status"],
        )?;
        let connections = IntGauge::new("pointsman_http_connections", "Connections that are open.")?;
        let turned_away = IntCounter::new(
            "pointsman_http_connections_turned_away_total",
            "Connections that were closed at once because there were too many.",
        )?;
        let build = IntGauge::with_opts(
            Opts::new("pointsman_build_info", "The running program, by its version.").const_label("version", env!("CARGO_PKG_VERSION")),
        )?;
        build.set(1);
        let registry = Registry::new();
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(turned_away.clone()))?;
        registry.register(Box::new(build))?;
        Ok(Self { registry, requests, connections, turned_away })
    }

    pub(crate) fn observe(&self, sample: &HttpSample<'_>) {
        let status = sample.status.to_string();
        let histogram: Result<Histogram, _> = self.requests.get_metric_with_label_values(&[sample.route, sample.method, &status]);
        if let Ok(histogram) = histogram {
            histogram.observe(sample.seconds);
        }
    }
}

/// Everything that is counted.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "All metrics.", body = String, content_type = "text/plain; version=0.0.4"),
))]
pub(crate) async fn scrape(State(site): State<Shared>) -> Result<([(HeaderName, HeaderValue); 1], Vec<u8>), Problem> {
    let mut families = site.http.registry.gather();
    let counted = counted(&site).await.map_err(|error| Problem::internal(error.to_string()))?;
    families.extend(counted.gather());
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"))], text))
}

async fn counted(site: &Site) -> Result<Sheet, MetricsError> {
    let mut sheet = Sheet::default();
    let taken = site.settings().live_clients_max.saturating_sub(site.live_seats.available_permits());
    sheet.gauge("pointsman_live_clients", "Live streams that are open.", &[], [(vec![], taken)])?;
    let id = site.services.current.load().id().0.clone();
    sheet.gauge("pointsman_generation_info", "The generation that serves, by its id.", &["generation"], [(vec![id], 1_u32)])?;
    let up = from_store(site, &mut sheet).await?;
    sheet.gauge("pointsman_store_up", "Whether the store answers.", &[], [(vec![], u32::from(up))])?;
    let counts = site.services.counters.snapshot();
    core::decisions(&counts, &mut sheet)?;
    costs::plugins(&counts, &mut sheet)?;
    costs::chains(&counts, &mut sheet)?;
    costs::breakers(&site.services.breakers.snapshot(), &mut sheet)?;
    core::connectors(&counts, &mut sheet)?;
    swaps::swaps(&counts, &mut sheet)?;
    if let Ok(losses) = site.services.history.losses().await {
        swaps::losses(&counts, &losses, &mut sheet)?;
    }
    Ok(sheet)
}

/// Whether the store told everything.
async fn from_store(site: &Site, sheet: &mut Sheet) -> Result<bool, MetricsError> {
    let (Ok(totals), Ok(queues)) = (site.services.store.totals().await, site.queues().await) else { return Ok(false) };
    let one = |value: u64| [(vec![], value)];
    sheet.counter("pointsman_deliveries_total", "Deliveries, frames and pages that were kept.", &[], one(totals.deliveries))?;
    let facts = totals.facts.into_iter().map(|(kind, count)| (vec![kind], count));
    sheet.counter("pointsman_facts_total", "Facts by kind of event.", &["kind"], facts)?;
    sheet.counter("pointsman_interactions_total", "Interactions.", &[], one(totals.interactions))?;
    sheet.counter("pointsman_decisions_total", "Decisions.", &[], one(totals.decisions))?;
    sheet.gauge("pointsman_deliveries_quarantined", "Deliveries in quarantine.", &[], one(totals.quarantined))?;
    let held = one(totals.held_after_fault);
    sheet.gauge(
        "pointsman_interactions_held_after_fault",
        "Interactions held because a plugin failed, not yet decided again.",
        &[],
        held,
    )?;
    sheet.gauge("pointsman_decisions_pending", "Occasions that wait for a decision.", &[], one(totals.pending))?;
    sheet.gauge("pointsman_effects_pending", "Effects that wait in the outbox.", &[], one(totals.effects_pending))?;
    let waiting = queues.iter().map(|queue| (vec![queue.name.clone()], queue.waiting));
    sheet.gauge("pointsman_queue_conversations", "Conversations that wait in a queue.", &["queue"], waiting)?;
    if let Ok(totals) = site.services.outbox.outbox_totals().await {
        outbox::outbox(&totals, site.services.clock.now(), sheet)?;
    }
    let now = site.services.clock.now();
    let ages = queues.iter().filter_map(|queue| Some((vec![queue.name.clone()], now.since_ms(queue.oldest_since?))));
    sheet.gauge_seconds(
        "pointsman_queue_oldest_age_seconds",
        "How long the oldest conversation has waited in a queue.",
        &["queue"],
        ages,
    )?;
    Ok(true)
}
