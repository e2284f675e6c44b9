//! `pointsman`: where everything is wired.
//!
//! This is the only crate that knows all the others. Commands print what they found on stdout (a table for people, JSON with `--json`) and
//! everything else on stderr; the exit code says which kind of thing went wrong (see [`exit::Code`]).

mod approvals;
mod args;
mod assemble;
mod client;
mod command;
mod configuration;
mod document;
mod exit;
mod fault;
mod language;
mod logging;
mod output;
mod pages;
mod period;
mod progress;
mod proof;
mod random;
mod rebuild;
mod secrets;
mod sentences;
mod swap;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command, OutboxCommand, PluginCommand, QuarantineCommand, TokenCommand};

/// What one thread allocates another frees here all the time: deliveries, traces, decisions on their way to the writer.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // The child of a staging must see nothing of what follows: no arguments, no log, no configuration.
    if std::env::args_os().nth(1).is_some_and(|first| first == args::STAGE_WORKER) {
        return runtime::stage_worker();
    }
    let cli = Cli::parse();
    logging::start(&cli);
    let done = match &cli.command {
        Command::Init(init) => command::init::run(init),
        Command::Check(check) => command::check::run(&cli, check),
        Command::Serve(serve) => command::serve::run(&cli, serve),
        Command::Run(run) => command::run::run(&cli, run),
        Command::Explain(explain) => command::explain::run(&cli, explain),
        Command::Decisions(decisions) => command::decisions::run(&cli, decisions),
        Command::Replay(replay) => command::replay::run(&cli, replay),
        Command::Backtest(backtest) => command::backtest::run(&cli, backtest),
        Command::Plan(plan) => command::plan::run(&cli, plan),
        Command::Apply(apply) => command::apply::run(&cli, apply),
        Command::Rollback(rollback) => command::rollback::run(&cli, rollback),
        Command::Redecide(redecide) => command::redecide::run(&cli, redecide),
        Command::Shadow(shadow) => command::shadow::run(&cli, shadow),
        Command::Canary(canary) => command::canary::run(&cli, canary),
        Command::History(history) => command::history::run(&cli, history),
        Command::Audit(audit) => command::audit::run(&cli, audit),
        Command::Plugin(PluginCommand::Inspect(inspect)) => command::inspect::run(&cli, inspect),
        Command::Plugin(PluginCommand::Call(call)) => command::call::run(&cli, call),
        Command::Quarantine(QuarantineCommand::List(list)) => command::quarantine::list(&cli, list),
        Command::Quarantine(QuarantineCommand::Redrive(redrive)) => command::redrive::run(&cli, redrive),
        Command::Top(top) => command::top::run(&cli, top),
        Command::Reply(reply) => command::reply::run(&cli, reply),
        Command::Post(post) => command::post::run(&cli, post),
        Command::Outbox(OutboxCommand::List(list)) => command::outbox::list(&cli, list),
        Command::Outbox(OutboxCommand::Show(show)) => command::outbox::show(&cli, show),
        Command::Outbox(OutboxCommand::Retry(retry)) => command::outbox::retry(&cli, retry),
        Command::Outbox(OutboxCommand::Park(park)) => command::outbox::park(&cli, park),
        Command::Token(TokenCommand::New(new)) => command::token::new(&cli, new),
        Command::Completions(completions) => command::completions::run(completions),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&cli),
    }
}
