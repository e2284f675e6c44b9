use std::path::PathBuf;

use clap::Args;

use super::ConfigArgs;

const GATES: &str = "A gate is a CEL condition over `summary`, the `summary` of --json; shares are from 0 to 1:\n  \
--fail-if 'summary.flips.queue.share > 0.05'\n  \
--fail-if 'summary.queues.complaints.candidate > 2 * summary.queues.complaints.recorded'\n  \
--fail-if 'summary.faults.candidate.count > 0'\n  \
--fail-if 'summary.labels.labelled > 20 && summary.labels.candidate < summary.labels.recorded'";

/// Nothing is sent, stored or shown to anybody: what was looked up then is taken from the record. The outcome is kept beside the store as a
/// proof for `pointsman apply`, and the exit code is 1 when a gate was met.
#[derive(Args, Debug)]
#[command(after_help = GATES)]
pub(crate) struct Backtest {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The configuration to try; by default the configured one as it is now.
    #[arg(long, value_name = "FILE")]
    pub(crate) candidate: Option<PathBuf>,
    /// Decisions since then: `7d`, `36h`, `2026-11-01`, RFC 3339. By default all.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Decisions before then.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// The latest so many of them.
    #[arg(long, value_name = "DECISIONS")]
    pub(crate) limit: Option<u64>,
    /// Only what went through this chain, then or now.
    #[arg(long, value_name = "NAME")]
    pub(crate) chain: Option<String>,
    /// Fail when this is so; may be repeated.
    #[arg(long = "fail-if", value_name = "CEL")]
    pub(crate) fail_if: Vec<String>,
    /// Write a page to read and to send around.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Measure also how quick the candidate's chains are by themselves, in the same run.
    #[arg(long)]
    pub(crate) measure: bool,
}
