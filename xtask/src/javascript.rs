//! Guests in JavaScript: a folder with a `package.json` that names a world and a source.
//!
//! The tool that makes components of them comes from npm, in the very version that the folder names. No lock file: it would name where
//! packages come from.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::{component, shell, tools};

#[derive(Deserialize)]
struct Package {
    pointsman: Guest,
}

/// What to make of the folder.
#[derive(Deserialize)]
struct Guest {
    /// A world of `wit/worlds.wit`.
    world: String,
    /// The module that exports the role.
    source: String,
}

/// Whether this folder is such a guest.
pub(crate) fn is_guest(folder: &Path) -> bool {
    folder.join("package.json").is_file()
}

/// Whether it can be built here.
pub(crate) fn can_build() -> bool {
    tools::has("npm", "--version")
}

/// Builds and packs it; its size.
pub(crate) fn build(folder: &Path, out: &Path) -> Result<usize> {
    let text = std::fs::read_to_string(folder.join("package.json")).context("reading package.json")?;
    let package: Package = serde_json::from_str(&text).with_context(|| format!("{}/package.json names no guest", folder.display()))?;
    let tool = folder.join("node_modules/.bin/componentize-qjs");
    if !tool.exists() {
        let install = ["install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
        shell::run(Command::new("npm").current_dir(folder).args(install))?;
    }
    let unpacked = shell::root().join("plugins/target").join(format!("{}.wasm", package.pointsman.source));
    std::fs::create_dir_all(shell::root().join("plugins/target"))?;
    let mut componentize = Command::new(tool);
    componentize.current_dir(folder).arg("--wit").arg(shell::root().join("wit")).args(["--sync", "--stub-wasi"]);
    componentize.args(["--world", &format!("pointsman:plugin/{}", package.pointsman.world), "--js", &package.pointsman.source]);
    shell::output(componentize.arg("--output").arg(&unpacked))?;
    let component = std::fs::read(&unpacked).with_context(|| format!("reading {}", unpacked.display()))?;
    component::seal_file(component, &folder.join("manifest.json"), out)
}
