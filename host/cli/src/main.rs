//! `pointsman`: where everything is wired.
//!
//! This is the only crate that knows all the others. Commands print what they found on stdout (a table for people, JSON with `--json`) and
//! everything else on stderr; the exit code says which kind of thing went wrong (see [`exit::Code`]).

mod args;
mod assemble;
mod command;
mod configuration;
mod exit;
mod fault;
mod language;
mod logging;
mod output;
mod random;
mod secrets;
mod sentences;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command, PluginCommand, QuarantineCommand, TokenCommand};

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
        Command::Plugin(PluginCommand::Inspect(inspect)) => command::inspect::run(&cli, inspect),
        Command::Plugin(PluginCommand::Call(call)) => command::call::run(&cli, call),
        Command::Quarantine(QuarantineCommand::List(list)) => command::quarantine::list(&cli, list),
        Command::Quarantine(QuarantineCommand::Redrive(redrive)) => command::redrive::run(&cli, redrive),
        Command::Top(top) => command::top::run(&cli, top),
        Command::Token(TokenCommand::New(new)) => command::token::new(&cli, new),
        Command::Completions(completions) => command::completions::run(completions),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&cli),
    }
}
