use std::path::PathBuf;
use std::time::Duration;

use dispatch::backtest::{Gated, Summary};
use dispatch::port::{Clock as _, SystemClock};
use manifest::Manifest;
use model::{GenerationId, Timestamp};
use serde::Serialize;

use super::Judged;
use crate::args::Backtest;
use crate::exit::{Code, Done, Failure};
use crate::pages::Stretch;

/// A backtest's outcome, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The generation that was tried.
    pub(crate) candidate: GenerationId,
    /// Its configuration.
    pub(crate) file: PathBuf,
    /// When it was tried.
    pub(crate) at: Timestamp,
    /// Decisions since then.
    pub(crate) since: Timestamp,
    /// Decisions before then.
    pub(crate) until: Option<Timestamp>,
    /// The latest so many.
    pub(crate) limit: Option<u64>,
    /// Only of this chain.
    pub(crate) chain: Option<String>,
    /// What was found.
    pub(crate) summary: Summary,
    /// What the gates say.
    pub(crate) gates: Vec<Gated>,
    /// Whether something was judged and no gate was met.
    pub(crate) passed: bool,
    /// Where the proof lies.
    pub(crate) proof: Option<String>,
    /// How quick it was.
    pub(crate) speed: Speed,
    /// How quick the chains are by themselves.
    pub(crate) chain_speed: Option<Speed>,
    /// `speed` over `chain_speed`, of decisions per second and core.
    pub(crate) speed_ratio: Option<f64>,
}

/// How quick something was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Speed {
    /// How many.
    pub(crate) decisions: u64,
    /// Wall time.
    pub(crate) elapsed_ms: u64,
    /// CPU time of the whole process.
    pub(crate) cpu_ms: u64,
    /// Cores that were there.
    pub(crate) cores: usize,
    pub(crate) decisions_per_second: f64,
    pub(crate) decisions_per_second_per_core: f64,
    /// By CPU time: what a core does that nobody shares.
    pub(crate) decisions_per_cpu_second: f64,
}

impl Speed {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn over(decisions: u64, elapsed: Duration, cpu: Duration, cores: usize) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let per = |seconds: f64| if seconds > 0.0 { decisions as f64 / seconds } else { 0.0 };
        Self {
            decisions,
            elapsed_ms: milliseconds(elapsed),
            cpu_ms: milliseconds(cpu),
            cores,
            decisions_per_second: per(elapsed.as_secs_f64()),
            decisions_per_second_per_core: per(elapsed.as_secs_f64() * cores as f64),
            decisions_per_cpu_second: per(cpu.as_secs_f64()),
        }
    }
}

impl Report {
    pub(super) fn new(args: &Backtest, candidate: &Manifest, stretch: Stretch, judged: Judged, gates: Vec<Gated>) -> Self {
        let summary = judged.tally.summary();
        let (speed, chain_speed) = (judged.speed, judged.chain_speed);
        let of = |chain: Speed| speed.decisions_per_second_per_core / chain.decisions_per_second_per_core;
        Self {
            candidate: judged.generation,
            file: candidate.path.clone(),
            at: SystemClock.now(),
            since: stretch.since,
            until: stretch.until,
            limit: stretch.decisions_max,
            chain: args.chain.clone(),
            passed: summary.judged > 0 && !gates.iter().any(|gate| gate.failed),
            summary,
            gates,
            proof: None,
            speed,
            chain_speed,
            speed_ratio: chain_speed.map(of).filter(|ratio| ratio.is_finite()),
        }
    }

    /// A failure that names the gates that were met. Gates that nothing was held against were not passed.
    pub(super) fn outcome(&self) -> Done {
        let failed: Vec<&Gated> = self.gates.iter().filter(|gate| gate.failed).collect();
        if self.passed || self.gates.is_empty() {
            return Ok(());
        }
        if failed.is_empty() {
            return Err(Failure::new(Code::Failed, "nothing could be judged, so no gate was passed"));
        }
        let told = |gate: &&Gated| match &gate.why {
            Some(why) => format!("  {} (cannot be said: {why})", gate.fail_if),
            None => format!("  {}", gate.fail_if),
        };
        let lines: Vec<String> = failed.iter().map(told).collect();
        let text = format!("the backtest did not pass: {} of {} gates\n{}", failed.len(), self.gates.len(), lines.join("\n"));
        Err(Failure::new(Code::Failed, text).with(serde_json::json!(failed)))
    }
}
