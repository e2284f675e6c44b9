//! `cargo xtask bench`: plugins, host and peers built for release, then measured together in one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::plugins::Plugins;
use crate::{component, guest, shell};

/// What to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Bench {
    /// Build everything and measure nothing.
    #[arg(long)]
    build_only: bool,
    /// Measure the peers of `bench/peers` too: other engines, wasmtime with nothing of ours around it, Node-RED.
    #[arg(long)]
    peers: bool,
    /// Everything for the measuring program: `--quick`, `--only chain,http`, `--skip-http`, `--rounds 5`, `--json`; `-- --help` lists it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<String>,
}

impl Bench {
    /// Builds and runs it.
    pub(crate) fn run(&self) -> Result<()> {
        Plugins::default().run()?;
        if self.peers {
            guests()?;
            peers()?;
            if !self.says("--skip-http") {
                node_red()?;
            }
        }
        shell::say("building pointsman for release: minutes, the first time");
        shell::run(shell::cargo().args(["build", "--release", "-p", "pointsman", "-p", "bench"]))?;
        if self.build_only {
            return Ok(());
        }
        shell::say("measuring");
        let mut bench = Command::new(released("bench")?);
        if !self.peers {
            bench.arg("--skip-peers");
        }
        shell::run(bench.current_dir(shell::root()).args(&self.more))
    }

    fn says(&self, flag: &str) -> bool {
        self.more.iter().any(|word| word == flag)
    }
}

/// The policy as a plugin of Pointsman and of Extism.
fn guests() -> Result<()> {
    let here = shell::root().join("bench/peers/guests");
    shell::say("building the policy's guests");
    shell::run(guest::Toolchain::find()?.cargo_build().current_dir(&here))?;
    let target = shell::root().join("target");
    let core = target.join("peers-guests").join(guest::TARGET).join("release/pointsman_policy.wasm");
    std::fs::create_dir_all(target.join("peers"))?;
    component::pack_file(&core, &here.join("pointsman/manifest.json"), &target.join("peers/policy.wasm")).map(drop)
}

/// The peers' program, a workspace of its own: their trees come nowhere near ours.
fn peers() -> Result<()> {
    shell::say("building the peers: long, the first time");
    shell::run(shell::cargo().current_dir(shell::root().join("bench/peers")).args(["build", "--release", "--locked"]))
}

/// Node-RED, and a newer Node.js than most machines have, because it needs a third of the CPU there. Without npm it is left out.
fn node_red() -> Result<()> {
    let folder = shell::root().join("target/node-red");
    if folder.join("node_modules/node-red/red.js").is_file() {
        return Ok(());
    }
    if !shell::succeeds(Command::new("npm").arg("--version")) {
        shell::say("npm is not installed: Node-RED is left out");
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    write_package(&folder)?;
    shell::say("installing Node-RED into target/node-red");
    shell::run(Command::new("npm").current_dir(&folder).args(["install", "--no-audit", "--no-fund"]))
}

fn write_package(folder: &Path) -> Result<()> {
    let package = serde_json::json!({"private": true, "dependencies": {"node-red": "^5", "node": "^24"}});
    std::fs::write(folder.join("package.json"), package.to_string()).context("writing package.json")
}

/// A program of the release profile, whose folder lies beside the one of this program's profile.
fn released(name: &str) -> Result<PathBuf> {
    let here = shell::built(name);
    let target = here.parent().and_then(|profile| profile.parent()).context("this program lies in no target folder")?;
    Ok(target.join("release").join(name))
}
