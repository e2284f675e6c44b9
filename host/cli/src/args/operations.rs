use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ConfigArgs;

/// Which running host, and as whom.
#[derive(Args, Debug)]
pub(crate) struct HostArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Where the host is reached; by default where the configuration says that it listens.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A token for its API.
    #[arg(long, env = "POINTSMAN_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

/// Compares the configuration with the generation that history says serves, stages its plugins and runs their examples. Nothing is changed,
/// and no host needs to run. The exit code is 7 when something is to be approved or proven first, 3 when it is refused.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// The host stages the configuration beside what serves, tests it, and replaces what serves at once; whatever is wrong changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Approve the grants that are asked anew: they are written into the approvals file, in your name.
    #[arg(long)]
    pub(crate) approve: bool,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}

/// Without a generation the one before; while there is a canary, the canary is withdrawn instead.
#[derive(Args, Debug)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// The generation, or its first digits; `pointsman history` lists them.
    pub(crate) generation: Option<String>,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}

/// Effects that are not sent yet are recalled. What an agent, a reply or a label has touched stays as it is.
#[derive(Args, Debug)]
pub(crate) struct Redecide {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// The generation that was withdrawn, or its first digits.
    #[arg(long)]
    pub(crate) generation: String,
    /// What nobody has acted on: the only kind that is ever decided again.
    #[arg(long, required = true)]
    pub(crate) open: bool,
}

/// Candidates beside what serves, without effects.
#[derive(Subcommand, Debug)]
pub(crate) enum ShadowCommand {
    /// Run a candidate on a sample of what is decided.
    Start(ShadowStart),
    /// What it would have done.
    Report(HostArgs),
    /// End it.
    Stop(HostArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ShadowStart {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Its configuration: a file beside the host's own one or in a folder below, as the host sees it.
    pub(crate) candidate: PathBuf,
    /// Share of the decisions in percent.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) sample_percent: f64,
}

/// Candidates that serve a share of the conversations.
#[derive(Subcommand, Debug)]
pub(crate) enum CanaryCommand {
    /// Let a candidate serve its first share.
    Start(Box<CanaryStart>),
    /// How it does.
    Report(HostArgs),
    /// On to its next step, or to everybody.
    Promote(CanaryPromote),
    /// End it: what serves serves everybody.
    Withdraw(CanaryWithdraw),
}

#[derive(Args, Debug)]
pub(crate) struct CanaryStart {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Its configuration: a file beside the host's own one or in a folder below, as the host sees it.
    pub(crate) candidate: PathBuf,
    /// Growing shares of the conversations in percent; after a last one of 100 it serves.
    #[arg(long = "steps", value_delimiter = ',', default_value = "5,25,100")]
    pub(crate) steps_percent: Vec<f64>,
    /// The least time of each step.
    #[arg(long, default_value_t = 300)]
    pub(crate) step_seconds: u64,
    /// The least number of its decisions in each step.
    #[arg(long, default_value_t = 100)]
    pub(crate) decisions_min: u64,
    /// Share of its decisions with a fault, 0 to 1, above which it is withdrawn.
    #[arg(long, default_value_t = 0.01)]
    pub(crate) fault_rate_max: f64,
    /// Its 99th percentile of deciding over that of what serves, above which it is withdrawn.
    #[arg(long, default_value_t = 2.0)]
    pub(crate) p99_ratio_max: f64,
    /// Share of its decisions, 0 to 1, that end in another queue or disposition, above which it is withdrawn.
    #[arg(long, default_value_t = 0.2)]
    pub(crate) disagreement_max: f64,
    /// Its decisions before rates and percentiles count.
    #[arg(long, default_value_t = 50)]
    pub(crate) judged_min: u64,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}

#[derive(Args, Debug)]
pub(crate) struct CanaryPromote {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// To everybody at once.
    #[arg(long)]
    pub(crate) whole: bool,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}

#[derive(Args, Debug)]
pub(crate) struct CanaryWithdraw {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}
