//! What an interaction costs, from one run: the sample chain as plain Rust, on fresh sandboxed instances, in the store, and over HTTP.
//!
//! Every round measures everything once, in turn, so that a machine which grows slower in between slows all of it. The table shows the
//! median of the rounds and the quickest; trust ratios and minima. `cargo xtask bench` builds what this needs and runs it.

mod native;
mod post;
mod report;
mod rounds;
mod sample;
mod sandboxed;
mod serving;
mod stored;

use anyhow::{Context as _, Result};
use clap::Parser as _;

use crate::native::Native;
use crate::report::Report;
use crate::rounds::Rounds;
use crate::sample::Sample;
use crate::sandboxed::Sandboxed;
use crate::serving::Serving;

/// How much is measured.
#[derive(clap::Parser, Debug)]
struct Bench {
    /// Rounds; the table shows their median.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Calls of each step in a round, at least.
    #[arg(long, default_value_t = 2_000)]
    calls: usize,
    /// Deliveries over HTTP in a round.
    #[arg(long, default_value_t = 2_000)]
    posts: usize,
    /// Connections that post.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let bench = Bench::parse();
    let folder = tempfile::tempdir().context("a folder for stores")?;
    let sample = Sample::read(folder.path())?;
    let native = Native::configure(&sample)?;
    let sandboxed = Sandboxed::stage(&sample).await?;
    sandboxed.agrees_with(&native, &sample)?;
    let serving = Serving::start(&sample, folder.path())?;
    let mut rounds = Rounds::default();
    // The first round warms caches, and is forgotten.
    for round in 0..=bench.rounds {
        rounds.forget_if(round == 1);
        native.measure(&sample, bench.calls, &mut rounds);
        sandboxed.measure(&sample, bench.calls, &mut rounds)?;
        sandboxed.measure_host(&sample, bench.calls, &mut rounds).await;
        stored::measure(&sample, &sandboxed, bench.posts, bench.connections, folder.path(), &mut rounds).await?;
        serving.measure(&sample, bench.posts, bench.connections, &mut rounds).await?;
    }
    serving.stop()?;
    let report = Report::new(&bench, &sample, &sandboxed, &rounds);
    report.print(bench.json)
}
