//! What Pointsman is compared with, in a process of its own, so that none of these trees comes near ours.
//!
//! `peers measure` waits for lines on stdin (`{"measure": "rhai", "calls": 2000}`) and answers each with one line, so that the program that
//! measures Pointsman can interleave everything in one run. `peers store-only` is an HTTP server that does nothing but keep each body
//! durably. `peers flow` prints what Node-RED is given.

mod contender;
mod engines;
mod measure;
mod raw;
mod script;
mod store_only;
mod versions;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// What Pointsman is compared with.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measure what is asked for, line by line.
    Measure {
        /// What to measure with: JSON, written by the program that asks.
        #[arg(long)]
        given: PathBuf,
    },
    /// Serve HTTP: each body is durable before it is answered, and nothing else is done.
    StoreOnly {
        /// Where the database lies.
        #[arg(long)]
        database: PathBuf,
    },
    /// Node-RED's flow: in, a function with the policy, out.
    Flow,
    /// Inputs as JSON lines, as they are posted.
    Inputs {
        /// How many.
        #[arg(long, default_value_t = 256)]
        count: usize,
    },
}

fn main() -> Result<()> {
    match Cli::parse().what {
        What::Measure { given } => measure::serve(&given),
        What::StoreOnly { database } => store_only::serve(&database),
        What::Flow => {
            println!("{}", script::node_red_flow(&script::policy()?));
            Ok(())
        }
        What::Inputs { count } => {
            for input in policy::inputs(count) {
                println!("{}", serde_json::to_string(&input)?);
            }
            Ok(())
        }
    }
}
