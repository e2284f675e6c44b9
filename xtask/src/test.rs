//! `cargo xtask test`: everything that must hold before a change lands, in the order in which it fails fastest.

use anyhow::{Result, bail};

use crate::plugins::Plugins;
use crate::{fuzz, shell, tidy, tools, wit};

/// What to leave out while working.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Test {
    /// Only the checks that compile nothing to run: format, lints, contract, house rules.
    #[arg(long)]
    quick: bool,
}

impl Test {
    /// Runs them all.
    pub(crate) fn run(&self) -> Result<()> {
        format()?;
        wit::check()?;
        tidy::check()?;
        lints()?;
        if self.quick {
            return Ok(());
        }
        denied()?;
        tools::nextest()?;
        Plugins::default().run()?;
        plugin_tests()?;
        host_tests()?;
        doc_tests()
    }
}

/// All of it, where a missing tool or data set is an error.
pub(crate) fn ci() -> Result<()> {
    if std::env::var_os("POINTSMAN_SHARED").is_none() {
        bail!("POINTSMAN_SHARED does not say where the test data is");
    }
    Test::default().run()?;
    // Bounded: some hundred files from seeds. `cargo xtask fuzz` goes on for as long as it is told.
    fuzz::smith(0, None)
}

fn format() -> Result<()> {
    shell::say("format");
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))?;
    shell::run(shell::plugins_cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    shell::say("lints");
    shell::run(shell::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    shell::run(shell::plugins_cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Licences, bans and sources; advisories need a data base that is not everywhere, so they are checked where it is.
fn denied() -> Result<()> {
    if !tools::has("cargo-deny", "--version") {
        shell::say("cargo-deny is not installed (`cargo install cargo-deny`): licences and sources are not checked here");
        return Ok(());
    }
    shell::say("licences, bans and sources");
    // It looks at other machines' dependencies too, which no build here has fetched.
    shell::run(shell::cargo().args(["fetch", "--quiet"]))?;
    shell::run(shell::plugins_cargo().args(["fetch", "--quiet"]))?;
    let check = ["check", "bans", "licenses", "sources"];
    shell::run(shell::cargo().args(["deny", "--log-level", "error", "--offline"]).args(check))?;
    shell::run(shell::plugins_cargo().args(["deny", "--log-level", "error", "--offline", "--config", "../deny.toml"]).args(check))
}

fn plugin_tests() -> Result<()> {
    shell::say("tests of the plugins, native");
    shell::run(shell::plugins_cargo().args(["nextest", "run", "--workspace"]))
}

fn host_tests() -> Result<()> {
    shell::say("tests of the host");
    // The integration tests run the binary, so it is built first and once.
    shell::run(shell::cargo().args(["build", "-p", "pointsman"]))?;
    let profile = if std::env::var_os("CI").is_some() { "ci" } else { "default" };
    shell::run(shell::cargo().args(["nextest", "run", "--workspace", "--profile", profile]))
}

fn doc_tests() -> Result<()> {
    shell::say("documentation tests");
    shell::run(shell::cargo().args(["test", "--workspace", "--doc"]))?;
    shell::run(shell::plugins_cargo().args(["test", "--workspace", "--doc"]))
}
