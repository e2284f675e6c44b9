//! Makes the models that classifiers ship, from data that is not shipped: `cargo xtask train <plugin> --data DIR`.
//!
//! The same data and seed give the same file, byte for byte: nothing runs in parallel and no hash map is walked in its own order.

mod corpus;
mod language;
mod learner;
mod measure;
mod random;
mod sentiment;
mod wordfreq;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Trains a classifier's model and prints what it reaches on validation data.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    plugin: Plugin,
}

#[derive(Debug, Subcommand)]
enum Plugin {
    /// Which language a text is in.
    Language(Options),
    /// How customers feel.
    Sentiment {
        #[command(flatten)]
        options: Options,
        #[command(flatten)]
        sources: sentiment::Sources,
    },
}

/// What every training needs.
#[derive(Debug, clap::Args)]
struct Options {
    /// Folder of `*.tsv` or `*.tsv.gz` with the columns that MODEL.md names.
    #[arg(long)]
    data: PathBuf,
    /// The `wordfreq` package, a wheel: word lists of many languages.
    #[arg(long)]
    words: Option<PathBuf>,
    /// Where to write the model.
    #[arg(long)]
    out: PathBuf,
    /// The order of examples and everything else that chance decides.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    match Arguments::parse().plugin {
        Plugin::Language(options) => language::train(&options),
        Plugin::Sentiment { options, sources } => sentiment::train(&options, &sources),
    }
}
