//! What plugins and chains cost since the start of the server.
//!
//! Sums grow until the server starts again; rates are made of two answers and the times in them. What several interactions shared is
//! counted once, so the averages of a batched plugin are per call of the plugin, each for one interaction.

use axum::Json;
use axum::extract::State;
use dispatch::breaker::BreakerRow;
use dispatch::counters::{ChainCounts, PluginCounts};
use model::{Isolation, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::site::Shared;

/// What everything that serves cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Costs {
    /// When this was read, in Unix milliseconds by the host's clock.
    #[schema(value_type = u64)]
    at: Timestamp,
    /// By configured name.
    plugins: Vec<PluginCost>,
    /// In the order of their conditions.
    chains: Vec<ChainCost>,
}

/// What a plugin cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginCost {
    /// Its configured name.
    name: String,
    /// SHA-256 of the component that serves.
    digest: String,
    /// How long its instances live: `interaction`, or an object with `batch` or `warm`.
    #[schema(value_type = serde_json::Value)]
    isolation: Isolation,
    /// Sums.
    #[schema(value_type = schema::PluginCounts)]
    counters: PluginCounts,
    /// Per call; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    average: Option<PluginAverage>,
    /// Whether it is in service; absent until it was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::BreakerRow>)]
    breaker: Option<BreakerRow>,
}

/// What one call cost.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PluginAverage {
    /// Units of fuel.
    fuel: u64,
    /// Wall time in nanoseconds.
    duration_ns: u64,
    /// CPU time in nanoseconds.
    cpu_ns: u64,
    /// Wall time in nanoseconds spent in calls of the host.
    host_ns: u64,
    /// Bytes handed in.
    bytes_in: u64,
    /// Bytes that came out.
    bytes_out: u64,
}

/// What a chain cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChainCost {
    /// Its name.
    name: String,
    /// Sums.
    #[schema(value_type = schema::ChainCounts)]
    counters: ChainCounts,
    /// Per interaction; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    average: Option<ChainAverage>,
}

/// What one interaction cost.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChainAverage {
    /// Calls of plugins, in thousandths.
    calls_milli: u64,
    /// Units of fuel.
    fuel: u64,
    /// Wall time of its plugins' calls in nanoseconds.
    duration_ns: u64,
    /// CPU time of its plugins' calls in nanoseconds.
    cpu_ns: u64,
    /// Wall time in nanoseconds that its plugins spent in calls of the host.
    host_ns: u64,
}

/// What the plugins and chains that serve cost since the start of the server.
#[utoipa::path(get, path = "/api/v1/costs", tag = "serving",
    responses((status = 200, description = "Sums and averages.", body = Costs)))]
pub(crate) async fn costs(State(site): State<Shared>) -> Json<Costs> {
    let generation = site.services.current.load();
    let mut counts = site.services.counters.snapshot();
    let mut breakers = site.services.breakers.snapshot();
    let plugin = |(name, plugin): (&String, &std::sync::Arc<dyn dispatch::port::Plugin>)| {
        let counters = counts.plugins.remove(name).unwrap_or_default();
        let info = plugin.info();
        PluginCost {
            name: name.clone(),
            digest: info.digest.to_string(),
            isolation: info.spec.isolation,
            average: PluginAverage::of(&counters),
            counters,
            breaker: breakers.remove(name),
        }
    };
    let plugins = generation.plugins().iter().map(plugin).collect();
    let chain = |spec: &model::ChainSpec| {
        let counters = counts.chains.remove(&spec.name).unwrap_or_default();
        ChainCost { name: spec.name.clone(), average: ChainAverage::of(&counters), counters }
    };
    let chains = generation.configuration().chains.iter().map(chain).collect();
    Json(Costs { at: site.services.clock.now(), plugins, chains })
}

impl PluginAverage {
    fn of(counts: &PluginCounts) -> Option<Self> {
        let each = |sum: u64| sum.checked_div(counts.calls);
        Some(Self {
            fuel: each(counts.fuel)?,
            duration_ns: each(counts.duration_ns)?,
            cpu_ns: each(counts.cpu_ns)?,
            host_ns: each(counts.host_ns)?,
            bytes_in: each(counts.bytes_in)?,
            bytes_out: each(counts.bytes_out)?,
        })
    }
}

impl ChainAverage {
    fn of(counts: &ChainCounts) -> Option<Self> {
        let each = |sum: u64| sum.checked_div(counts.interactions);
        Some(Self {
            calls_milli: each(counts.calls.saturating_mul(1_000))?,
            fuel: each(counts.fuel)?,
            duration_ns: each(counts.duration_ns)?,
            cpu_ns: each(counts.cpu_ns)?,
            host_ns: each(counts.host_ns)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_per_call_and_per_interaction() {
        assert_eq!(PluginAverage::of(&PluginCounts::default()), None);
        assert_eq!(ChainAverage::of(&ChainCounts::default()), None);
        let plugin = PluginCounts { calls: 4, fuel: 10, duration_ns: 400, cpu_ns: 40, host_ns: 3, bytes_in: 8, ..PluginCounts::default() };
        let expected = PluginAverage { fuel: 2, duration_ns: 100, cpu_ns: 10, host_ns: 0, bytes_in: 2, bytes_out: 0 };
        assert_eq!(PluginAverage::of(&plugin), Some(expected));
        let chain = ChainCounts { interactions: 2, calls: 5, fuel: 10, ..ChainCounts::default() };
        let expected = ChainAverage { calls_milli: 2_500, fuel: 5, duration_ns: 0, cpu_ns: 0, host_ns: 0 };
        assert_eq!(ChainAverage::of(&chain), Some(expected));
    }
}
