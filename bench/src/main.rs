//! What an interaction costs, from one run: the sample chain native, in plain wasmtime and in Pointsman, the same policy in what a user could
//! pick instead, the store, and everything over HTTP.
//!
//! Every round measures everything once, in turn, so that a machine which grows slower in between slows all of it. Tables show the median of
//! the rounds and the least; trust ratios and least figures. `cargo xtask bench` builds what this needs and runs it; README.md says how to
//! read it.

mod chain;
mod chart;
mod deciding;
mod goal;
mod inputs;
mod machine;
mod native;
mod peers;
mod policy_host;
mod post;
mod process;
mod report;
mod rivals;
mod rounds;
mod run;
mod sample;
mod sandboxed;
mod serving;
mod stored;
mod two;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser as _;

/// How much is measured.
#[derive(clap::Parser, Debug)]
struct Bench {
    /// Rounds; tables show their median.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Calls of each step in a round, at least.
    #[arg(long, default_value_t = 2_000)]
    calls: usize,
    /// Deliveries over HTTP to each server in a round.
    #[arg(long, default_value_t = 4_000)]
    posts: usize,
    /// Connections that post.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Only these groups: `chain`, `policy`, `store`, `http`.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Nothing that needs the peers' program: plain wasmtime, other engines, other servers.
    #[arg(long)]
    skip_peers: bool,
    /// Nothing over HTTP.
    #[arg(long)]
    skip_http: bool,
    /// Three short rounds: figures to look at, not to quote.
    #[arg(long)]
    quick: bool,
    /// JSON instead of tables on stdout; the folder has both anyhow.
    #[arg(long)]
    json: bool,
    /// Where table.md, figures.json and chart.svg go.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// The peers' program.
    #[arg(long, default_value = "target/peers/release/peers")]
    peers: PathBuf,
    /// The policy as a plugin of Pointsman.
    #[arg(long, default_value = "target/peers/policy.wasm")]
    policy: PathBuf,
    /// The policy as a plugin of Extism.
    #[arg(long, default_value = "target/peers-guests/wasm32-unknown-unknown/release/extism_policy.wasm")]
    extism: PathBuf,
    /// Where Node-RED was installed; without it, it is left out.
    #[arg(long, default_value = "target/node-red")]
    node_red: PathBuf,
    /// A process that computes when it is told to: two of them are compared with one.
    #[arg(long, hide = true)]
    worker: bool,
}

impl Bench {
    /// Whether a group is wanted.
    fn wants(&self, group: &str) -> bool {
        let skipped = self.skip_http && group == "http";
        !skipped && (self.only.is_empty() || self.only.iter().any(|only| only == group))
    }

    fn shortened(mut self) -> Self {
        if self.quick {
            (self.rounds, self.calls, self.posts) = (3, 320, 1_000);
        }
        self
    }
}

/// The allocator of the binary, for native code too: what is compared is the sandbox.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> Result<()> {
    let bench = Bench::parse().shortened();
    if bench.worker { two::work().await } else { run::all(&bench).await }
}
