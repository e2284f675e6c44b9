//! The command line.

mod audit;
mod backtest;
mod history;
mod operations;
mod outbox;
mod replay;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::language::Language;

pub(crate) use self::audit::Audit;
pub(crate) use self::backtest::Backtest;
pub(crate) use self::history::History;
pub(crate) use self::operations::{Apply, CanaryCommand, CanaryStart, HostArgs, Plan, Redecide, Rollback, ShadowCommand};
pub(crate) use self::outbox::{OutboxCommand, OutboxList, OutboxPark, OutboxRetry, OutboxShow, Post, Reply};
pub(crate) use self::replay::Replay;

/// First argument of the hidden child that configures, snapshots and compiles plugins within bounds.
pub(crate) const STAGE_WORKER: &str = "stage-worker";

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 command line · 3 configuration, plugin or settings wrong · 4 not found · \
5 in the way (port or store in use, read-only, disk full) · 6 a plugin refused its input or failed on it · 7 held: something is to be approved or proven first";

/// Takes in what customers say, runs it through sandboxed plugins, and decides who handles it, how soon and why.
#[derive(Parser, Debug)]
#[command(name = "pointsman", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// JSON instead of tables and sentences, one value a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of reasons and tables; by default that of the environment.
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// The language to speak.
    pub(crate) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::from_environment)
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write a commented configuration to start from.
    Init(Init),
    /// Validate the whole configuration: every error with file, key, reason and remedy.
    Check(ConfigArgs),
    /// Take in, decide, answer the API, until stopped.
    Serve(Serve),
    /// Decide about files or stdin once, without a server or a store.
    Run(Run),
    /// Tell why something was decided: each step, what it saw, said and cost.
    Explain(Explain),
    /// List decisions from the store, newest first.
    Decisions(Decisions),
    /// Make decisions again from their records, and compare them byte for byte.
    Replay(Replay),
    /// What a candidate would have decided about history: flips, faults, cost, and gates over them.
    Backtest(Backtest),
    /// What applying the configuration would change, as a diff, with the grants that are asked anew.
    Plan(Plan),
    /// Let a running host serve the configuration as it is now.
    Apply(Apply),
    /// Let an earlier generation serve again.
    Rollback(Rollback),
    /// Decide again what a withdrawn generation decided and nobody has acted on.
    Redecide(Redecide),
    /// A candidate beside what serves, without effects: what would it do otherwise?
    #[command(subcommand)]
    Shadow(ShadowCommand),
    /// A candidate that serves a share of the conversations.
    #[command(subcommand)]
    Canary(CanaryCommand),
    /// What happened to generations: who, when and why, and which one serves.
    History(History),
    /// Check that the record of decisions is as it was written: nothing changed, nothing missing.
    Audit(Audit),
    /// Look at a plugin, or call it.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// What plugins and chains of a running host cost at this moment.
    Top(Top),
    /// Deliveries that could not be read, and interactions about which a plugin failed.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Answer somebody, over a running host.
    Reply(Reply),
    /// Speak to everyone, over a running host.
    Post(Post),
    /// What goes out: what waits, each try, and what became of it.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Tokens for the API.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print completions for a shell.
    Completions(Completions),
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Where to write it.
    #[arg(default_value = "pointsman.toml")]
    pub(crate) path: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct ConfigArgs {
    /// The configuration.
    #[arg(long, short, default_value = "pointsman.toml", env = "POINTSMAN_CONFIG")]
    pub(crate) config: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Listen here instead of where the configuration says; port 0 for any.
    #[arg(long)]
    pub(crate) listen: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The connector that reads.
    #[arg(long)]
    pub(crate) connector: String,
    /// Payload files; `-` or none for stdin.
    pub(crate) files: Vec<PathBuf>,
    /// A header of the delivery, `name: value`; may be repeated.
    #[arg(long = "header")]
    pub(crate) headers: Vec<String>,
    /// Keep the outcome as a proof, a dry run, for `pointsman apply`.
    #[arg(long)]
    pub(crate) prove: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// A decision's or an interaction's id.
    pub(crate) id: String,
}

#[derive(Args, Debug)]
pub(crate) struct Decisions {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only in this queue.
    #[arg(long)]
    pub(crate) queue: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}

#[derive(Subcommand, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(crate) enum PluginCommand {
    /// Roles, imports, grants asked, digest, size.
    Inspect(Inspect),
    /// Call one function of a plugin: JSON in, JSON out.
    Call(Call),
}

#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// The component.
    pub(crate) file: PathBuf,
}

/// What is given depends on the function: `--body`, `--header`, `--method` and `--url` make a delivery, `--frame` a frame, stdin the JSON of
/// everything else (one interaction a line for classifiers).
#[derive(Args, Debug)]
pub(crate) struct Call {
    /// The component.
    pub(crate) file: PathBuf,
    /// Such as `webhook.receive` or `classifier.classify`.
    pub(crate) function: String,
    /// Its settings: a JSON or TOML file.
    #[arg(long)]
    pub(crate) settings: Option<PathBuf>,
    /// Body of the delivery.
    #[arg(long)]
    pub(crate) body: Option<PathBuf>,
    /// A header of the delivery, `name: value`; may be repeated.
    #[arg(long = "header")]
    pub(crate) headers: Vec<String>,
    /// Method of the delivery.
    #[arg(long, default_value = "POST")]
    pub(crate) method: String,
    /// Address of the delivery as its caller saw it.
    #[arg(long, default_value = "https://localhost/hooks/call")]
    pub(crate) url: String,
    /// A frame of a connection.
    #[arg(long)]
    pub(crate) frame: Option<PathBuf>,
    /// What the transport knows beside the frame, `name=value`; may be repeated.
    #[arg(long = "envelope")]
    pub(crate) envelope: Vec<String>,
    /// Where to resume, as the plugin said before.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
    /// Answer every request of the plugin with this file; without it requests fail.
    #[arg(long)]
    pub(crate) respond: Option<PathBuf>,
    /// The time that the plugin is told, in Unix milliseconds; by default now.
    #[arg(long)]
    pub(crate) now: Option<u64>,
    /// Give everything that the plugin asks for, but state and secrets (this is the default), or only these fields.
    #[arg(long = "field")]
    pub(crate) fields: Vec<String>,
    /// Print what the call cost on stderr.
    #[arg(long)]
    pub(crate) cost: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum QuarantineCommand {
    /// What is in it, oldest first.
    List(QuarantineList),
    /// Run it again, after a mend.
    Redrive(Redrive),
}

#[derive(Args, Debug)]
pub(crate) struct QuarantineList {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only what this plugin failed on.
    #[arg(long)]
    pub(crate) plugin: Option<String>,
    /// Also interactions that are not held, because the step was skipped or a fallback answered.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Redrive {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Deliveries and interactions; all when none is named.
    pub(crate) ids: Vec<String>,
    /// All that this plugin failed on.
    #[arg(long, conflicts_with = "ids")]
    pub(crate) plugin: Option<String>,
}

/// Rates come from the differences between two answers of the host. On a terminal the table stays and changes, `q` ends it; anywhere else
/// there is a table for each interval, or a line of JSON with `--json`.
#[derive(Args, Debug)]
pub(crate) struct Top {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Time between two looks, in milliseconds.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..=3_600_000))]
    pub(crate) interval_ms: u64,
    /// Look once: one table, or one line of JSON.
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum TokenCommand {
    /// Make a token: the value is shown once, the configuration holds its hash.
    New(NewToken),
}

#[derive(Args, Debug)]
pub(crate) struct NewToken {
    /// Whose it is.
    #[arg(long)]
    pub(crate) name: String,
    /// What it may do.
    #[arg(long, value_parser = ["viewer", "operator", "admin"], default_value = "viewer")]
    pub(crate) role: String,
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
