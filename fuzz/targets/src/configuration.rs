//! `pointsman.toml`: from any text to a configuration or to findings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use dispatch::condition::Condition;
use manifest::{Checks, Inspected, diff, load};
use model::{PluginManifest, Role};

use crate::{Target, repository};

/// A refused text has a finding; an accepted one has an identity that does not depend on when it is read.
pub const TARGET: Target = Target { name: "configuration", run, seeds };

/// A folder with stand-ins for components: the ones of the manifest's own tests.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("pointsman-fuzz-{}", std::process::id()));
    let plugins = folder.join("plugins");
    assert!(fs::create_dir_all(&plugins).is_ok(), "no folder for configurations");
    for path in fs::read_dir(repository::root().join("host/manifest/tests/plugins")).into_iter().flatten().flatten() {
        let path = path.path();
        if let Some(name) = path.with_extension("wasm").file_name() {
            let _ = fs::copy(&path, plugins.join(name));
        }
    }
    folder
});

fn run(bytes: &[u8]) {
    let path = FOLDER.join("pointsman.toml");
    assert!(fs::write(&path, bytes).is_ok(), "the configuration cannot be written");
    let condition = |text: &str| Condition::compile(text).map(drop).map_err(|error| error.to_string());
    let checks = Checks { condition: &condition, inspect: &inspect, variable: Some(&|name| name != "NOT_SET") };
    match load(&path, &checks) {
        Err(findings) => assert!(findings.has_errors() && !findings.to_string().is_empty()),
        Ok(read) => {
            let again = load(&path, &checks);
            let identity = read.configuration.generation().map(|id| id.0).unwrap_or_default();
            let same = again.is_ok_and(|again| {
                diff(&read.configuration, &again.configuration).is_empty()
                    && again.configuration.generation().is_ok_and(|id| id.0 == identity)
            });
            assert!(same && !identity.is_empty(), "the same text read twice differs");
            assert!(!read.warnings.has_errors());
        }
    }
}

fn inspect(component: &[u8]) -> Result<Inspected, String> {
    let stand_in: serde_json::Value = serde_json::from_slice(component).map_err(|_| "this is no component".to_owned())?;
    let part = |name: &str| stand_in.get(name).cloned().unwrap_or_default();
    let roles: BTreeSet<Role> = serde_json::from_value(part("roles")).map_err(|error| error.to_string())?;
    let manifest: PluginManifest = serde_json::from_value(part("manifest")).map_err(|error| error.to_string())?;
    Ok(Inspected { contract: BTreeMap::new(), roles, manifest })
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = repository::files("host/manifest/tests/cases", "pointsman.toml");
    seeds.extend(repository::files("examples", "pointsman.toml"));
    seeds.push(manifest::template().as_bytes().to_vec());
    seeds
}
