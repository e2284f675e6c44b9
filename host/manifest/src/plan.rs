//! What applying a configuration would change, before anything is changed: the changes themselves, grants that are asked anew with the
//! plugin's own reasons, the contract that each plugin was built against, what armed chains have to prove, and what only a restart makes
//! effective.
//!
//! A plan is text and data about two configurations; it stages nothing. A plan that is held says why, and what lifts it.

mod arming;
mod contract;
mod grants;
mod proof;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::{Configuration, GenerationId, PluginManifest};
use serde::Serialize;

use crate::approvals::Approvals;
use crate::diff::{Change, diff};
use crate::{Findings, Manifest};

pub use arming::Arming;
pub use contract::ContractUse;
pub use grants::{GrantAsked, GrantWithheld};
pub use proof::Proof;

/// The versions of a contract's packages by name, such as `pointsman:policy` and `0.1.0`.
pub type Versions = BTreeMap<String, String>;

/// What serves, as far as a plan needs to know it.
#[derive(Clone, Debug)]
pub struct Serving {
    /// Its identity.
    pub generation: GenerationId,
    /// What it was built from.
    pub configuration: Configuration,
    /// What its plugins say of themselves, by configured name.
    pub manifests: BTreeMap<String, PluginManifest>,
}

/// What a plan is made with, beside the two configurations.
#[derive(Clone, Debug, Default)]
pub struct PlanInputs {
    /// What people have agreed to.
    pub approvals: Approvals,
    /// What was proven of the candidate.
    pub proofs: Vec<Proof>,
    /// The contract that this host speaks.
    pub host: Versions,
    /// What only a restart makes effective, see [`crate::Outside::differences`].
    pub restart: Vec<String>,
}

/// What applying a candidate would change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The generation that serves; absent when none has ever served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<GenerationId>,
    /// The generation that the configuration makes.
    pub candidate: GenerationId,
    /// In the order of an interaction's life. Of a first start everything is new, and nothing is listed.
    pub changes: Vec<Change>,
    /// Grants that the serving generation's plugin of the same name has not.
    pub grants: Vec<GrantAsked>,
    /// What new and changed plugins ask for and are not given: nothing waits for it.
    pub withheld: Vec<GrantWithheld>,
    /// What each plugin was built against, package by package.
    pub contract: Vec<ContractUse>,
    /// What armed chains need before they may serve.
    pub arming: Vec<Arming>,
    /// What was proven of the candidate.
    pub proofs: Vec<Proof>,
    /// What only a restart makes effective, sentence by sentence.
    pub restart: Vec<String>,
    /// What is probably not meant so.
    pub warnings: Findings,
}

impl Plan {
    /// What changes from `serving` to the candidate. Without anything that served before, everything counts as approved and proven: whoever
    /// starts the first host wrote its configuration.
    ///
    /// # Errors
    /// When the configuration cannot be written as JSON.
    pub fn new(serving: Option<&Serving>, candidate: &Manifest, inputs: PlanInputs) -> Result<Self, serde_json::Error> {
        let generation = candidate.configuration.generation()?;
        let changes = serving.map(|serving| diff(&serving.configuration, &candidate.configuration)).unwrap_or_default();
        Ok(Self {
            serving: serving.map(|serving| serving.generation.clone()),
            changes,
            grants: grants::asked_anew(serving, candidate, &inputs.approvals),
            withheld: grants::withheld(serving, candidate),
            contract: contract::uses(candidate, &inputs.host),
            arming: serving.map(|serving| arming::armed(serving, candidate, &generation, &inputs.proofs)).unwrap_or_default(),
            proofs: inputs.proofs.into_iter().filter(|proof| proof.generation == generation).collect(),
            restart: inputs.restart,
            warnings: candidate.warnings.clone(),
            candidate: generation,
        })
    }

    /// Whether the candidate is what serves.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.serving.as_ref() == Some(&self.candidate)
    }

    /// Grants that nobody has approved.
    #[must_use]
    pub fn unapproved(&self) -> Vec<&GrantAsked> {
        self.grants.iter().filter(|asked| !asked.approved).collect()
    }

    /// Why it may not be applied as it is, sentence by sentence; empty when it may.
    #[must_use]
    pub fn held(&self) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let grants =
            self.unapproved().into_iter().map(|asked| format!("nobody has approved `{}` for the plugin `{}`", asked.grant, asked.plugin));
        let unproven = self.arming.iter().filter(|arming| arming.missing());
        grants.chain(unproven.map(Arming::what_is_missing)).collect()
    }
}
