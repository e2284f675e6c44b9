//! `cargo xtask tidy`: the house rules that a compiler does not check.
//!
//! Layers (which crate may depend on which, and where a foreign crate may be named), file sizes, and words that must not be committed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// Longest file of Rust, in lines.
const LINES_MAX: usize = 400;

/// Foreign crates that belong to exactly one of ours.
const OWNED: [(&str, &str); 4] = [("wasmtime", "runtime"), ("rusqlite", "store"), ("axum", "server"), ("async-nats", "queue")];

/// What may stand in one file of the host only. Code and stores of two engines must never meet, so engines are made in one place
/// (RUSTSEC-2026-0222, 2026-0090), and compiled code enters the process in one place.
const PLACES: [(&str, &str); 3] = [
    ("Engine::new(", "host/runtime/src/engine.rs"),
    ("Component::deserialize(", "host/runtime/src/stage/load.rs"),
    ("Linker::new(", "host/runtime/src/host.rs"),
];

/// Our crates, and which of ours each may depend on.
const LAYERS: [(&str, &[&str]); 9] = [
    ("model", &[]),
    ("dispatch", &["model"]),
    ("manifest", &["model", "dispatch"]),
    ("runtime", &["model", "dispatch"]),
    ("store", &["model", "dispatch"]),
    ("queue", &["model", "dispatch"]),
    ("transport", &["model", "dispatch"]),
    ("server", &["model", "dispatch"]),
    ("cli", &["model", "dispatch", "manifest", "runtime", "store", "queue", "transport", "server"]),
];

/// Checks all of it; what is wrong is listed together.
pub(crate) fn check() -> Result<()> {
    let mut faults = Vec::new();
    layers(&mut faults)?;
    owned_crates(&mut faults)?;
    let files = rust_files(&shell::root())?;
    for file in &files {
        size_and_head(file, &mut faults)?;
        places(file, &mut faults)?;
    }
    if faults.is_empty() {
        shell::say(&format!("tidy: {} files", files.len()));
        return Ok(());
    }
    bail!("{} house rules are broken:\n  {}", faults.len(), faults.join("\n  "))
}

fn layers(faults: &mut Vec<String>) -> Result<()> {
    let ours: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in LAYERS {
        let Some(text) = crate_manifest(name)? else { continue };
        for used in dependencies(&text).into_iter().filter(|used| ours.contains(&used.as_str())) {
            if !allowed.contains(&used.as_str()) {
                faults.push(format!("host/{name} depends on {used}: the layers forbid it"));
            }
        }
    }
    Ok(())
}

fn owned_crates(faults: &mut Vec<String>) -> Result<()> {
    for (name, _) in LAYERS {
        let Some(text) = crate_manifest(name)? else { continue };
        for used in dependencies(&text) {
            let owner = OWNED.iter().find(|(owned, _)| used == *owned || used.starts_with(&format!("{owned}-")));
            if let Some((owned, owner)) = owner.filter(|(_, owner)| *owner != name) {
                faults.push(format!("host/{name} names {used}: {owned} belongs to host/{owner}"));
            }
        }
    }
    Ok(())
}

fn places(file: &Path, faults: &mut Vec<String>) -> Result<()> {
    let root = shell::root();
    let shown = file.strip_prefix(&root).unwrap_or(file).display().to_string();
    if !shown.starts_with("host/") {
        return Ok(());
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {shown}"))?;
    for (words, place) in PLACES.iter().filter(|(words, place)| shown != *place && text.contains(words)) {
        faults.push(format!("{shown} says `{words}`: only {place} may"));
    }
    Ok(())
}

fn crate_manifest(name: &str) -> Result<Option<String>> {
    let path = shell::root().join("host").join(name).join("Cargo.toml");
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?))
}

/// Names under `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split(['.', '=', ' ']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

fn rust_files(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = shell::output(std::process::Command::new("git").current_dir(root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.rs",
    ]))?;
    Ok(listed.lines().map(|line| root.join(line)).filter(|path| path.exists()).collect())
}

fn size_and_head(file: &Path, faults: &mut Vec<String>) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let shown = file.strip_prefix(shell::root()).unwrap_or(file).display();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        faults.push(format!("{shown} has {lines} lines, more than {LINES_MAX}: a file is one noun"));
    }
    let root_file = file.ends_with("lib.rs") || file.ends_with("main.rs");
    if root_file && !text.starts_with("//!") {
        faults.push(format!("{shown} has no head that tells its part of the story"));
    }
    Ok(())
}
