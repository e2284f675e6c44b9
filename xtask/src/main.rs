//! The only automation entry: `cargo xtask <what>`.
//!
//! Everything that a person or a machine does to this repository besides editing it goes through here, so that the two commands of the
//! README stay two commands. Slow things print what they do; a step that fails says which, and how to run it alone.

mod bench;
mod component;
mod fuzz;
mod guest;
mod javascript;
mod plugins;
mod run;
mod score;
mod shell;
mod test;
mod tidy;
mod tools;
mod train;
mod wit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs, tests and measures Pointsman.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Build everything, serve the sample on an embedded store, deliver its payloads and show the decisions.
    Run(run::Run),
    /// Install what the tests need and run them all.
    Test(test::Test),
    /// What a machine runs for every change: `test` with nothing left out.
    Ci,
    /// Build the plugins into `plugins/dist/`.
    Plugins(plugins::Plugins),
    /// Measure the sample chain: native, sandboxed, and accepted durably over HTTP.
    Bench(bench::Bench),
    /// Feed the parsers of foreign bytes and the sandbox with what nobody wrote.
    Fuzz(fuzz::Fuzz),
    /// Check the contract: it parses, every item is documented, released packages are unchanged.
    Wit,
    /// Send labelled payloads through their connectors and write what came out, for `score_fixtures.py`.
    Score(score::Score),
    /// Make a classifier's model again from its data.
    Train(train::Train),
    /// Check the house rules: layers, file sizes, where crates may be named.
    Tidy,
}

fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Run(run) => run.run(),
        What::Test(test) => test.run(),
        What::Ci => test::ci(),
        What::Plugins(plugins) => plugins.run(),
        What::Bench(bench) => bench.run(),
        What::Fuzz(fuzz) => fuzz.run(),
        What::Wit => wit::check(),
        What::Score(score) => score.run(),
        What::Train(train) => train.run(),
        What::Tidy => tidy::check(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
