//! What a component says of itself, without running it: for `pointsman plugin inspect`.

use std::collections::{BTreeMap, BTreeSet};

use model::{Digest, Limits, PluginManifest, Role};
use serde::Serialize;

use crate::admission::{self, Outline};
use crate::stage::StageError;

/// What is known of a component before it runs.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Of its bytes.
    pub digest: Digest,
    /// Its size.
    pub bytes: usize,
    /// By the interfaces that it exports.
    pub roles: BTreeSet<Role>,
    /// Names of its imports, types-only interfaces included.
    pub imports: Vec<String>,
    /// Names of its exports.
    pub exports: Vec<String>,
    /// What it says of itself, when it says so properly.
    pub manifest: Option<PluginManifest>,
    /// Why this host would not stage it; absent when nothing speaks against it.
    pub refused: Option<String>,
}

impl Inspection {
    /// The packages of the contract that it was built against, with their versions, such as `pointsman:policy` and `0.1.0`.
    #[must_use]
    pub fn contract(&self) -> BTreeMap<String, String> {
        let package = |name: &String| {
            let (interface, version) = name.split_once('@')?;
            let (package, _) = interface.split_once('/')?;
            package.starts_with("pointsman:").then(|| (package.to_owned(), version.to_owned()))
        };
        self.imports.iter().chain(&self.exports).filter_map(package).collect()
    }
}

/// The packages of the contract that this host speaks, with their versions.
#[must_use]
pub fn contract() -> BTreeMap<String, String> {
    admission::packages()
}

/// Looks at a component. One that this host would refuse can be looked at too: `refused` says why.
///
/// # Errors
/// When it is no component.
pub fn inspect(component: &[u8]) -> Result<Inspection, StageError> {
    let outline = admission::outline(component)?;
    let admitted = admission::admit(component, &Limits { component_bytes_max: u64::MAX, ..Limits::default() });
    let roles = admission::roles(&outline).unwrap_or_default();
    let manifest = admission::manifest(&outline).ok();
    let Outline { imports, exports, .. } = outline;
    let refused = admitted.err().map(|why| why.to_string());
    Ok(Inspection { digest: Digest::of(component), bytes: component.len(), roles, imports, exports, manifest, refused })
}
