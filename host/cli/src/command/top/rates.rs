use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::sample::{Chain, ChainSums, Plugin, PluginSums, Sample};

/// What happened between two answers, what used most CPU first.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Rates {
    /// Of the later answer, in Unix milliseconds.
    pub(crate) at: u64,
    /// Between the two.
    pub(crate) interval_ms: u64,
    pub(crate) plugins: Vec<PluginRate>,
    pub(crate) chains: Vec<ChainRate>,
}

/// A plugin in the interval; what is per call is absent when there was none.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct PluginRate {
    pub(crate) name: String,
    /// `interaction`, `batch` or `warm`.
    pub(crate) isolation: String,
    /// `closed`, `open` or `half_open`; absent before the first call.
    pub(crate) breaker: Option<String>,
    pub(crate) calls_per_s: f64,
    pub(crate) faults_per_s: f64,
    /// Of one core.
    pub(crate) cpu_percent: f64,
    pub(crate) mean_us: Option<f64>,
    pub(crate) fuel_per_call: Option<f64>,
    /// Since the start of the host.
    pub(crate) memory_bytes_high: u64,
    pub(crate) in_bytes_per_s: f64,
    pub(crate) out_bytes_per_s: f64,
    pub(crate) http_requests_per_s: f64,
    /// Sent and received.
    pub(crate) http_bytes_per_s: f64,
}

/// A chain in the interval; what is per interaction is absent when there was none.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct ChainRate {
    pub(crate) name: String,
    pub(crate) interactions_per_s: f64,
    pub(crate) held_per_s: f64,
    pub(crate) calls_per_s: f64,
    pub(crate) faults_per_s: f64,
    /// Of one core.
    pub(crate) cpu_percent: f64,
    pub(crate) mean_us: Option<f64>,
    pub(crate) fuel_per_interaction: Option<f64>,
    pub(crate) http_requests_per_s: f64,
}

impl Rates {
    /// A sum that is smaller than before was begun anew: the host has started again, or serves another plugin under the name.
    pub(crate) fn between(before: &Sample, after: &Sample) -> Self {
        let span = Span { ms: after.at.saturating_sub(before.at).max(1) };
        let old: BTreeMap<&str, &PluginSums> = before.plugins.iter().map(|it| (it.name.as_str(), &it.counters)).collect();
        let mut plugins: Vec<PluginRate> =
            after.plugins.iter().map(|it| span.plugin(it, old.get(it.name.as_str()).copied().unwrap_or(&PluginSums::default()))).collect();
        let old: BTreeMap<&str, &ChainSums> = before.chains.iter().map(|it| (it.name.as_str(), &it.counters)).collect();
        let mut chains: Vec<ChainRate> =
            after.chains.iter().map(|it| span.chain(it, old.get(it.name.as_str()).copied().unwrap_or(&ChainSums::default()))).collect();
        plugins.sort_by(|a, b| b.cpu_percent.total_cmp(&a.cpu_percent).then_with(|| a.name.cmp(&b.name)));
        chains.sort_by(|a, b| b.cpu_percent.total_cmp(&a.cpu_percent).then_with(|| a.name.cmp(&b.name)));
        Self { at: after.at, interval_ms: span.ms, plugins, chains }
    }
}

/// The time between two answers.
struct Span {
    ms: u64,
}

impl Span {
    fn plugin(&self, plugin: &Plugin, old: &PluginSums) -> PluginRate {
        let new = &plugin.counters;
        let restarted = new.calls < old.calls;
        let grown = |sum: fn(&PluginSums) -> u64| if restarted { sum(new) } else { sum(new).saturating_sub(sum(old)) };
        let calls = grown(|sums| sums.calls);
        PluginRate {
            name: plugin.name.clone(),
            isolation: isolation(&plugin.isolation),
            breaker: plugin.breaker.as_ref().map(|breaker| breaker.state.clone()),
            calls_per_s: self.per_s(calls),
            faults_per_s: self.per_s(grown(|sums| sums.faults.values().sum())),
            cpu_percent: self.percent(grown(|sums| sums.cpu_ns)),
            mean_us: each(grown(|sums| sums.duration_ns), calls).map(|ns| ns / 1e3),
            fuel_per_call: each(grown(|sums| sums.fuel), calls),
            memory_bytes_high: new.memory_bytes_high,
            in_bytes_per_s: self.per_s(grown(|sums| sums.bytes_in)),
            out_bytes_per_s: self.per_s(grown(|sums| sums.bytes_out)),
            http_requests_per_s: self.per_s(grown(|sums| sums.http_requests)),
            http_bytes_per_s: self.per_s(grown(|sums| sums.http_bytes_sent.saturating_add(sums.http_bytes_received))),
        }
    }

    fn chain(&self, chain: &Chain, old: &ChainSums) -> ChainRate {
        let new = &chain.counters;
        let restarted = new.interactions < old.interactions;
        let grown = |sum: fn(&ChainSums) -> u64| if restarted { sum(new) } else { sum(new).saturating_sub(sum(old)) };
        let interactions = grown(|sums| sums.interactions);
        ChainRate {
            name: chain.name.clone(),
            interactions_per_s: self.per_s(interactions),
            held_per_s: self.per_s(grown(|sums| sums.held)),
            calls_per_s: self.per_s(grown(|sums| sums.calls)),
            faults_per_s: self.per_s(grown(|sums| sums.faults)),
            cpu_percent: self.percent(grown(|sums| sums.cpu_ns)),
            mean_us: each(grown(|sums| sums.duration_ns), interactions).map(|ns| ns / 1e3),
            fuel_per_interaction: each(grown(|sums| sums.fuel), interactions),
            http_requests_per_s: self.per_s(grown(|sums| sums.http_requests)),
        }
    }

    fn per_s(&self, count: u64) -> f64 {
        real(count) * 1e3 / real(self.ms)
    }

    /// CPU nanoseconds as a part of one core's time.
    fn percent(&self, cpu_ns: u64) -> f64 {
        real(cpu_ns) / 1e4 / real(self.ms)
    }
}

fn each(sum: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| real(sum) / real(count))
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn real(count: u64) -> f64 {
    count as f64
}

/// `interaction`, or the name of the only field: `{"batch": …}`.
fn isolation(value: &Json) -> String {
    let named = value.as_object().and_then(|object| object.keys().next()).map(String::as_str);
    value.as_str().or(named).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample(at: u64, calls: u64, cpu_ns: u64) -> Sample {
        let sums = json!({"calls": calls, "cpu_ns": cpu_ns, "duration_ns": calls * 2_000, "fuel": calls * 30, "faults": {"trap": calls / 10},
            "memory_bytes_high": 65_536, "bytes_in": calls * 10, "http_bytes_sent": calls, "http_bytes_received": calls, "not_yet_known": 1});
        let chain = json!({"name": "main", "counters": {"interactions": calls, "cpu_ns": cpu_ns, "duration_ns": calls * 4_000}});
        serde_json::from_value(json!({
            "at": at,
            "plugins": [
                {"name": "idle", "counters": {}},
                {"name": "busy", "isolation": {"batch": {"interactions_max": 32}}, "counters": sums, "breaker": {"state": "closed"}},
            ],
            "chains": [chain],
        }))
        .unwrap()
    }

    #[test]
    fn rates_are_differences_and_the_busiest_comes_first() {
        let rates = Rates::between(&sample(1_000, 100, 1_000_000), &sample(3_000, 300, 501_000_000));
        assert_eq!(rates.interval_ms, 2_000);
        let names: Vec<&str> = rates.plugins.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["busy", "idle"]);
        let busy = &rates.plugins[0];
        assert_eq!((busy.isolation.as_str(), busy.breaker.as_deref()), ("batch", Some("closed")));
        assert_eq!((busy.calls_per_s, busy.faults_per_s, busy.cpu_percent), (100.0, 10.0, 25.0));
        assert_eq!((busy.mean_us, busy.fuel_per_call, busy.in_bytes_per_s), (Some(2.0), Some(30.0), 1_000.0));
        assert_eq!((busy.http_bytes_per_s, busy.memory_bytes_high), (200.0, 65_536));
        assert_eq!((rates.plugins[1].mean_us, rates.plugins[1].calls_per_s), (None, 0.0));
        assert_eq!((rates.chains[0].interactions_per_s, rates.chains[0].mean_us), (100.0, Some(4.0)));
    }

    #[test]
    fn a_host_that_started_again_counts_from_nothing() {
        let rates = Rates::between(&sample(1_000, 1_000, 1_000_000_000), &sample(2_000, 50, 1_000_000));
        assert_eq!((rates.plugins[0].calls_per_s, rates.plugins[0].cpu_percent), (50.0, 0.1));
        assert_eq!(rates.chains[0].interactions_per_s, 50.0);
    }

    #[test]
    fn two_answers_of_one_moment_do_not_divide_by_nothing() {
        let rates = Rates::between(&sample(1_000, 1, 0), &sample(1_000, 2, 0));
        assert_eq!((rates.interval_ms, rates.plugins[0].calls_per_s), (1, 1_000.0));
    }
}
