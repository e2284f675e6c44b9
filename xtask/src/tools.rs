//! Programs that the tests need: found, or installed from where this machine gets its packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Whether a program answers.
pub(crate) fn has(program: &str, version: &str) -> bool {
    shell::succeeds(Command::new(program).arg(version))
}

/// Installs Debian packages; needs root.
pub(crate) fn install_debian(packages: &[&str]) -> Result<()> {
    if !has("apt-get", "--version") {
        bail!("not a Debian machine: install what corresponds to {}", packages.join(" "));
    }
    shell::say(&format!("apt-get install {}", packages.join(" ")));
    if !shell::succeeds(Command::new("apt-get").arg("update")) {
        shell::say("apt-get update failed; trying with the lists that are here");
    }
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "--no-install-recommends"]).args(packages);
    if !shell::succeeds(&mut install) {
        bail!("`apt-get install {}` failed: run it as root", packages.join(" "));
    }
    Ok(())
}

/// The test runner.
pub(crate) fn nextest() -> Result<()> {
    if shell::succeeds(shell::cargo().args(["nextest", "--version"])) {
        return Ok(());
    }
    shell::say("cargo install cargo-nextest");
    shell::run(shell::cargo().args(["install", "cargo-nextest", "--locked"]))
}
