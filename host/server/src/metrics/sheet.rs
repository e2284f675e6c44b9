//! One scrape's worth of figures that somebody else counts.

use std::time::Duration;

use prometheus::proto::{Bucket, Histogram, Metric, MetricFamily, MetricType};
use prometheus::{CounterVec, GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use super::MetricsError;

/// Figures by name, written once and gathered once. A family without rows is left out.
#[derive(Default)]
pub(super) struct Sheet {
    registry: Registry,
    histograms: Vec<MetricFamily>,
}

impl Sheet {
    /// A figure that only grows. The name ends with `_total`.
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        labels: &[&str],
        rows: impl IntoIterator<Item = (Vec<String>, u64)>,
    ) -> Result<(), MetricsError> {
        let family = IntCounterVec::new(Opts::new(name, help), labels)?;
        for (values, figure) in rows {
            family.get_metric_with_label_values(&values)?.inc_by(figure);
        }
        self.registry.register(Box::new(family))
    }

    /// A time that only grows. The name ends with `_seconds_total`.
    pub(super) fn counter_seconds(
        &mut self,
        name: &str,
        help: &str,
        labels: &[&str],
        rows: impl IntoIterator<Item = (Vec<String>, Duration)>,
    ) -> Result<(), MetricsError> {
        let family = CounterVec::new(Opts::new(name, help), labels)?;
        for (values, time) in rows {
            family.get_metric_with_label_values(&values)?.inc_by(time.as_secs_f64());
        }
        self.registry.register(Box::new(family))
    }

    /// A figure that grows and shrinks.
    pub(super) fn gauge<N: TryInto<i64>>(
        &mut self,
        name: &str,
        help: &str,
        labels: &[&str],
        rows: impl IntoIterator<Item = (Vec<String>, N)>,
    ) -> Result<(), MetricsError> {
        let family = IntGaugeVec::new(Opts::new(name, help), labels)?;
        for (values, figure) in rows {
            family.get_metric_with_label_values(&values)?.set(figure.try_into().unwrap_or(i64::MAX));
        }
        self.registry.register(Box::new(family))
    }

    /// A time in milliseconds that grows and shrinks. The name ends with `_seconds`.
    pub(super) fn gauge_seconds(
        &mut self,
        name: &str,
        help: &str,
        labels: &[&str],
        rows: impl IntoIterator<Item = (Vec<String>, u64)>,
    ) -> Result<(), MetricsError> {
        let family = GaugeVec::new(Opts::new(name, help), labels)?;
        for (values, ms) in rows {
            family.get_metric_with_label_values(&values)?.set(Duration::from_millis(ms).as_secs_f64());
        }
        self.registry.register(Box::new(family))
    }

    /// Times that are counted in intervals: upper bounds in nanoseconds with how many were within, their sum and their number. The name ends
    /// with `_seconds`.
    pub(super) fn histogram(&mut self, name: &str, help: &str, up_to: impl Iterator<Item = (u64, u64)>, sum_ns: u64, count: u64) {
        let seconds = |ns: u64| Duration::from_nanos(ns).as_secs_f64();
        let buckets = up_to.map(|(bound_ns, within)| {
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(seconds(bound_ns));
            bucket.set_cumulative_count(within);
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_sum(seconds(sum_ns));
        histogram.set_sample_count(count);
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(MetricType::HISTOGRAM);
        family.set_metric(vec![metric]);
        self.histograms.push(family);
    }

    /// Everything that was written.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather().into_iter().chain(self.histograms.iter().cloned()).collect()
    }
}
