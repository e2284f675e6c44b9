//! What a component says of itself, without running it: for `pointsman plugin inspect`.

use std::collections::BTreeSet;

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
