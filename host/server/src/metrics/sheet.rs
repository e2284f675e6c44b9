//! One scrape's worth of figures that somebody else counts.

use std::time::Duration;

use prometheus::proto::MetricFamily;
use prometheus::{CounterVec, GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use super::MetricsError;

/// Figures by name, written once and gathered once. A family without rows is left out.
#[derive(Default)]
pub(super) struct Sheet(Registry);

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
        self.0.register(Box::new(family))
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
        self.0.register(Box::new(family))
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
        self.0.register(Box::new(family))
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
        self.0.register(Box::new(family))
    }

    /// Everything that was written.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.0.gather()
    }
}
