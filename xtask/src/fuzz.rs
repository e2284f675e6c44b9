//! `cargo xtask fuzz`: the parsers of foreign bytes under libFuzzer, and components that nobody wrote through the sandbox.
//!
//! Everything is built in `fuzz/`, a workspace and a target folder of its own, at low priority. What is found lies in `var/fuzz/`; an input
//! that broke a law belongs into `fuzz/regressions/<target>/`, where the ordinary tests feed it for ever.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::plugins::Plugins;
use crate::{shell, tools};

/// The parsers, by the names of their programs; `component` last: it builds the sandbox.
const TARGETS: [&str; 7] = ["condition", "configuration", "hook", "mail", "plugin-manifest", "signature", "component"];

/// Longest time for one input.
const INPUT_S_MAX: u32 = 20;
/// Memory of a fuzzer.
const MEMORY_MIB_MAX: u32 = 4_096;

/// What to feed, and for how long.
#[derive(clap::Args, Debug)]
pub(crate) struct Fuzz {
    /// One of condition, configuration, hook, mail, plugin-manifest, signature and component; or `smith`. All parsers when left out.
    target: Option<String>,
    /// Of each parser.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Of `smith`; a bounded run of 300 files when left out.
    #[arg(long)]
    minutes: Option<u32>,
    /// The first seed of `smith`.
    #[arg(long, default_value_t = 0)]
    first: u64,
}

impl Fuzz {
    /// Feeds them.
    pub(crate) fn run(&self) -> Result<()> {
        match self.target.as_deref() {
            Some("smith") => smith(self.first, self.minutes),
            Some(name) => match TARGETS.iter().find(|target| **target == name) {
                Some(target) => self.parser(target),
                None => bail!("there is no target `{name}`: there are {} and smith", TARGETS.join(", ")),
            },
            None => TARGETS.iter().try_for_each(|target| self.parser(target)),
        }
    }

    fn parser(&self, target: &str) -> Result<()> {
        installed()?;
        let found = shell::root().join("var/fuzz").join(target);
        let (corpus, artifacts) = (found.join("corpus"), found.join("artifacts"));
        for folder in [&corpus, &artifacts] {
            std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        shell::say(&format!("{target} for {} s", self.seconds));
        let mut fuzzer = nice();
        fuzzer.args(["cargo", "fuzz", "run", "--fuzz-dir", ".", "--target-dir"]).arg(target_dir()).args(["--sanitizer", "none"]);
        if target == "component" {
            fuzzer.args(["--features", "component"]);
        }
        fuzzer.arg(target).arg(&corpus).arg("--");
        fuzzer.args([
            format!("-max_total_time={}", self.seconds),
            format!("-timeout={INPUT_S_MAX}"),
            format!("-rss_limit_mb={MEMORY_MIB_MAX}"),
        ]);
        fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display())).arg("-print_final_stats=1");
        // The sanitizer's hooks are no part of a stable compiler; seeds are written by the program itself before it begins.
        fuzzer.env("RUSTC_BOOTSTRAP", "1").env("POINTSMAN_FUZZ_SEEDS", &corpus).env_remove("CARGO");
        let advice = || format!("an input broke the law of `{target}`: it lies in {}", artifacts.display());
        shell::run(&mut fuzzer).with_context(advice)
    }
}

/// Files from seeds through the sandbox: a bounded run, or one that goes on for minutes.
pub(crate) fn smith(first: u64, minutes: Option<u32>) -> Result<()> {
    if !shell::root().join("plugins/dist").is_dir() {
        Plugins::default().run()?;
    }
    shell::say("building the forge of plugin files");
    shell::run(nice().args(["cargo", "build", "--quiet", "--package", "forge", "--target-dir"]).arg(target_dir()).env_remove("CARGO"))?;
    shell::say("components that nobody wrote, through the sandbox");
    let mut test = shell::cargo();
    test.args(["test", "--quiet", "--package", "runtime", "--test", "smith", "--", "--nocapture"]);
    test.env("POINTSMAN_SMITH_FORGE", target_dir().join("debug/forge")).env("POINTSMAN_SMITH_FIRST", first.to_string());
    if let Some(minutes) = minutes {
        test.env("POINTSMAN_SMITH_MINUTES", minutes.to_string());
    }
    shell::run(&mut test)
}

/// A command in the fuzzer's workspace that leaves the machine to others.
fn nice() -> Command {
    let mut command = Command::new("nice");
    command.current_dir(shell::root().join("fuzz")).args(["-n", "10"]);
    command
}

/// Builds for the fuzzer are no use to anybody else.
fn target_dir() -> PathBuf {
    let here = shell::built("fuzz");
    here.ancestors().nth(2).unwrap_or_else(|| Path::new("target")).join("fuzz")
}

fn installed() -> Result<()> {
    if tools::has("cargo-fuzz", "--version") {
        return Ok(());
    }
    bail!("cargo-fuzz is not installed: `cargo install cargo-fuzz`, and a C++ compiler for libFuzzer (Debian: `apt install g++`)")
}
