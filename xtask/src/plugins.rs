//! `cargo xtask plugins`: every folder of `plugins/` with a `manifest.json` becomes `plugins/dist/<folder>.wasm`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{component, guest, javascript, shell};

/// Which plugins to build.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Plugins {
    /// Folders under `plugins/`; all when none is named.
    names: Vec<String>,
}

impl Plugins {
    /// Builds them.
    pub(crate) fn run(&self) -> Result<()> {
        let folders = self.folders()?;
        shell::say(&format!("building {} plugins", folders.len()));
        let (scripts, crates): (Vec<PathBuf>, Vec<PathBuf>) = folders.into_iter().partition(|folder| javascript::is_guest(folder));
        let dist = shell::root().join("plugins/dist");
        std::fs::create_dir_all(&dist)?;
        if !crates.is_empty() {
            compile(&crates)?;
        }
        for folder in &crates {
            packed(folder, &dist, |out| component::pack_file(&core_module(folder)?, &folder.join("manifest.json"), out))?;
        }
        if !scripts.is_empty() && !javascript::can_build() {
            // Only what is heavy to start is missing then; continuous integration has npm.
            shell::say("npm is not installed: plugins in JavaScript are not built");
            return Ok(());
        }
        scripts.iter().try_for_each(|folder| packed(folder, &dist, |out| javascript::build(folder, out)))
    }

    fn folders(&self) -> Result<Vec<PathBuf>> {
        let all = folders()?;
        if self.names.is_empty() {
            return Ok(all);
        }
        self.names
            .iter()
            .map(|name| match all.iter().find(|folder| folder.ends_with(name)) {
                Some(folder) => Ok(folder.clone()),
                None => bail!("there is no plugin `plugins/{name}` with a manifest.json"),
            })
            .collect()
    }
}

fn compile(crates: &[PathBuf]) -> Result<()> {
    let mut build = guest::Toolchain::find()?.cargo_build();
    for folder in crates {
        build.args(["-p", &package(folder)?]);
    }
    shell::run(&mut build)
}

fn packed(folder: &Path, dist: &Path, pack: impl FnOnce(&Path) -> Result<usize>) -> Result<()> {
    let name = file_name(folder)?;
    let bytes = pack(&dist.join(format!("{name}.wasm")))?;
    shell::say(&format!("plugins/dist/{name}.wasm  {} KiB", bytes / 1024));
    Ok(())
}

/// All plugin folders, sorted.
pub(crate) fn folders() -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(shell::root().join("plugins")).context("reading plugins/")?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("manifest.json").is_file()).collect();
    folders.sort();
    Ok(folders)
}

fn core_module(folder: &Path) -> Result<PathBuf> {
    let name = package(folder)?.replace('-', "_");
    Ok(shell::root().join("plugins/target").join(guest::TARGET).join("release").join(format!("{name}.wasm")))
}

/// The package's name, from its `Cargo.toml`: the first `name = "…"`.
fn package(folder: &Path) -> Result<String> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).with_context(|| format!("reading {}/Cargo.toml", folder.display()))?;
    let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned).with_context(|| format!("{}/Cargo.toml names no package", folder.display()))
}

fn file_name(folder: &Path) -> Result<String> {
    Ok(folder.file_name().context("a folder without a name")?.to_string_lossy().into_owned())
}
