//! `cargo xtask wit`: the contract parses, says what every item means, and what was released stays as it was.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wit_parser::{Docs, Interface, Resolve, TypeDef, TypeDefKind, World, WorldItem};

use crate::shell;

/// Checks all of it; what is wrong is listed together.
pub(crate) fn check() -> Result<()> {
    let root = shell::root().join("wit");
    let mut resolve = Resolve::default();
    resolve.push_dir(&root).with_context(|| format!("{} does not parse", root.display()))?;
    let mut missing = undocumented(&resolve);
    missing.extend(changed_since_release(&root)?);
    if missing.is_empty() {
        shell::say(&format!("wit: {} packages, every item documented", resolve.packages.len()));
        return Ok(());
    }
    let list = missing.iter().fold(String::new(), |mut list, line| {
        let _ = write!(list, "\n  {line}");
        list
    });
    bail!("the contract has {} faults:{list}", missing.len())
}

/// Items without a doc comment, by their path.
fn undocumented(resolve: &Resolve) -> Vec<String> {
    let mut found = Vec::new();
    for (_, package) in &resolve.packages {
        let name = package.name.to_string();
        need(&package.docs, &name, &mut found);
        for (interface, id) in &package.interfaces {
            if let Some(it) = resolve.interfaces.get(*id) {
                in_interface(resolve, it, &format!("{name}/{interface}"), &mut found);
            }
        }
        for (world, id) in &package.worlds {
            if let Some(it) = resolve.worlds.get(*id) {
                in_world(it, &format!("{name}/{world}"), &mut found);
            }
        }
    }
    found
}

fn in_interface(resolve: &Resolve, interface: &Interface, path: &str, found: &mut Vec<String>) {
    need(&interface.docs, path, found);
    for (name, id) in &interface.types {
        if let Some(it) = resolve.types.get(*id) {
            in_type(it, &format!("{path}.{name}"), found);
        }
    }
    for (name, function) in &interface.functions {
        need(&function.docs, &format!("{path}.{name}"), found);
    }
}

fn in_type(it: &TypeDef, path: &str, found: &mut Vec<String>) {
    // A `use` is an alias of something that is documented where it is defined.
    if let TypeDefKind::Type(wit_parser::Type::Id(_)) = &it.kind {
        return;
    }
    need(&it.docs, path, found);
    let parts: Vec<(&str, &Docs)> = match &it.kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| (field.name.as_str(), &field.docs)).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| (case.name.as_str(), &case.docs)).collect(),
        TypeDefKind::Enum(all) => all.cases.iter().map(|case| (case.name.as_str(), &case.docs)).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| (flag.name.as_str(), &flag.docs)).collect(),
        _ => Vec::new(),
    };
    for (name, docs) in parts {
        need(docs, &format!("{path}.{name}"), found);
    }
}

fn in_world(world: &World, path: &str, found: &mut Vec<String>) {
    need(&world.docs, path, found);
    for item in world.exports.values() {
        if let WorldItem::Function(function) = item {
            need(&function.docs, &format!("{path}.{}", function.name), found);
        }
    }
}

fn need(docs: &Docs, path: &str, found: &mut Vec<String>) {
    if docs.contents.as_deref().unwrap_or_default().trim().is_empty() {
        found.push(format!("{path} has no doc comment"));
    }
}

/// Files under `frozen/<line>/` must equal what is published under the same version; a new version may differ.
fn changed_since_release(root: &Path) -> Result<Vec<String>> {
    let frozen = root.join("frozen");
    if !frozen.is_dir() {
        return Ok(Vec::new());
    }
    let mut changed = Vec::new();
    for line in std::fs::read_dir(&frozen)?.flatten() {
        for package in std::fs::read_dir(line.path())?.flatten() {
            for file in std::fs::read_dir(package.path())?.flatten() {
                let now = root.join("deps").join(package.file_name()).join(file.file_name());
                let then = std::fs::read_to_string(file.path())?;
                let same_version = |text: &str| text.lines().find(|line| line.starts_with("package ")).map(str::to_owned);
                let current = std::fs::read_to_string(&now).unwrap_or_default();
                if same_version(&current) == same_version(&then) && current != then {
                    changed.push(format!("{} differs from the released {}", now.display(), file.path().display()));
                }
            }
        }
    }
    Ok(changed)
}
