use serde::Serialize;

use super::Versions;
use crate::Manifest;

/// A package of the contract that a plugin was built against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractUse {
    /// The plugin, by its configured name.
    pub plugin: String,
    /// Such as `pointsman:policy`.
    pub package: String,
    /// What the plugin was built against.
    pub version: String,
    /// What this host speaks; absent when it does not know the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl ContractUse {
    /// Whether both have the same version. Another patch of it fits too; what does not fit is refused before there is a plan.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.host.as_ref() == Some(&self.version)
    }
}

/// What the candidate's plugins were built against.
pub(super) fn uses(candidate: &Manifest, host: &Versions) -> Vec<ContractUse> {
    let of = |(plugin, inspected): (&String, &crate::Inspected)| {
        let uses = inspected.contract.iter().map(|(package, version)| ContractUse {
            plugin: plugin.clone(),
            package: package.clone(),
            version: version.clone(),
            host: host.get(package).cloned(),
        });
        uses.collect::<Vec<_>>()
    };
    candidate.inspections.iter().flat_map(of).collect()
}
