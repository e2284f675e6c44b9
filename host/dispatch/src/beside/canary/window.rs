//! What a canary's thresholds are held against: its decisions of one step, of which the old ones count less and less.

use crate::beside::latency::Latency;
use crate::port::CanaryThresholds;

/// Decisions after which everything counts half.
const DECISIONS_MAX: u64 = 4_096;
/// Decisions that are slower than they may be before a percentile means anything: one that was interrupted is no percentile.
const SLOW_MIN: u64 = 3;

pub(super) struct Window {
    decisions: u64,
    faulted: u64,
    compared: u64,
    disagreed: u64,
    own: Latency,
    serving: Latency,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { decisions: 0, faulted: 0, compared: 0, disagreed: 0, own: Latency::new(), serving: Latency::new() }
    }

    /// The canary decided.
    pub(super) fn decided(&mut self, took_ns: u64, faulted: bool) {
        if self.decisions >= DECISIONS_MAX {
            (self.decisions, self.faulted) = (self.decisions / 2, self.faulted / 2);
            self.own.fade();
        }
        self.decisions += 1;
        self.faulted += u64::from(faulted);
        self.own.add(took_ns);
    }

    /// The serving generation decided.
    pub(super) fn served(&mut self, took_ns: u64) {
        if self.serving.count() >= DECISIONS_MAX {
            self.serving.fade();
        }
        self.serving.add(took_ns);
    }

    /// The serving generation was asked about one of the canary's decisions.
    pub(super) fn compared(&mut self, disagreed: bool) {
        if self.compared >= DECISIONS_MAX {
            (self.compared, self.disagreed) = (self.compared / 2, self.disagreed / 2);
        }
        self.compared += 1;
        self.disagreed += u64::from(disagreed);
    }

    pub(super) fn p99_ns(&self) -> Option<u64> {
        self.own.p99_ns()
    }

    pub(super) fn serving_p99_ns(&self) -> Option<u64> {
        self.serving.p99_ns()
    }

    /// Which threshold is passed, and by what.
    pub(super) fn passed(&self, thresholds: &CanaryThresholds) -> Option<String> {
        let least = thresholds.decisions_min.max(1);
        if is_over(self.faulted, self.decisions.max(least), thresholds.fault_rate_max) {
            let most = thresholds.fault_rate_max * 100.0;
            return Some(format!("{} of {} decisions had a fault, more than {most} %", self.faulted, self.decisions));
        }
        if is_over(self.disagreed, self.compared.max(least), thresholds.disagreement_max) {
            let most = thresholds.disagreement_max * 100.0;
            return Some(format!(
                "{} of {} decisions were against the serving generation, more than {most} %",
                self.disagreed, self.compared
            ));
        }
        self.slower(least, thresholds.p99_ratio_max)
    }

    fn slower(&self, least: u64, ratio_max: f64) -> Option<String> {
        if self.own.count() < least || self.serving.count() < least {
            return None;
        }
        let (own, serving) = (self.own.p99_ns()?, self.serving.p99_ns()?);
        let limit = number(serving) * ratio_max;
        let slower = number(own) > limit && self.own.over(limit) >= SLOW_MIN;
        slower.then(|| {
            format!("99 of 100 decisions took up to {}, more than {ratio_max} times the {} of the serving generation", ms(own), ms(serving))
        })
    }

    /// What was measured, in a sentence.
    pub(super) fn story(&self) -> String {
        let p99 = |latency: &Latency| latency.p99_ns().map_or_else(|| "unknown".to_owned(), ms);
        format!(
            "{} decisions, {} with a fault, {} of {} compared against the serving generation, p99 {} to {}",
            self.decisions,
            self.faulted,
            self.disagreed,
            self.compared,
            p99(&self.own),
            p99(&self.serving)
        )
    }
}

fn is_over(count: u64, of: u64, share_max: f64) -> bool {
    number(count) > share_max * number(of)
}

/// Counts and times are far below what a float holds exactly.
fn number(count: u64) -> f64 {
    count as f64
}

fn ms(ns: u64) -> String {
    format!("{:.1} ms", number(ns) / 1_000_000.0)
}
