//! `cargo xtask bench`: plugins and host built for release, then measured together in one run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::plugins::Plugins;
use crate::shell;

/// What to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Bench {
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// Everything else for the measuring program: `--rounds 5`, `--posts 10000`; `-- --help` lists it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<String>,
}

impl Bench {
    /// Builds and runs it.
    pub(crate) fn run(&self) -> Result<()> {
        Plugins::default().run()?;
        shell::say("building pointsman for release: minutes, the first time");
        shell::run(shell::cargo().args(["build", "--release", "-p", "pointsman", "-p", "bench"]))?;
        let mut bench = Command::new(released("bench")?);
        bench.current_dir(shell::root());
        if self.json {
            bench.arg("--json");
        }
        shell::say("measuring");
        shell::run(bench.args(&self.more))
    }
}

/// A program of the release profile, whose folder lies beside the one of this program's profile.
fn released(name: &str) -> Result<PathBuf> {
    let here = shell::built(name);
    let target = here.parent().and_then(|profile| profile.parent()).context("this program lies in no target folder")?;
    Ok(target.join("release").join(name))
}
