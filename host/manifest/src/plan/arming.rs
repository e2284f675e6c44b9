use std::collections::BTreeSet;

use model::{Arm, ChainSpec, Configuration, GenerationId, OnFault};
use serde::Serialize;

use super::{Proof, Serving};
use crate::Manifest;

/// A chain that has to prove something before it may serve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arming {
    /// The chain.
    pub chain: String,
    /// What it has to prove.
    pub arm: Arm,
    /// Whether it, or a plugin in it, is new or changed. What serves already has nothing to prove.
    pub changed: bool,
    /// The proof for this candidate, if there is one of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Arming {
    /// Whether a proof is needed and not there.
    #[must_use]
    pub fn missing(&self) -> bool {
        self.changed && !self.proof.as_ref().is_some_and(|proof| proof.passed && proof.ran(&self.chain))
    }

    pub(super) fn what_is_missing(&self) -> String {
        let (chain, noun) = (&self.chain, noun(self.arm));
        match &self.proof {
            Some(proof) if proof.passed => format!("the chain `{chain}` is armed, and no decision of the {noun} went through it"),
            Some(_) => format!("the chain `{chain}` is armed, and its {noun} did not pass"),
            None => format!("the chain `{chain}` is armed, and there is no {noun} of this candidate"),
        }
    }
}

/// What it is called in a sentence.
pub(super) fn noun(arm: Arm) -> &'static str {
    match arm {
        Arm::Backtest => "backtest",
        Arm::DryRun => "dry run",
    }
}

/// All armed chains. Taking the arm off is a change like others, but a chain that changes in the same step is still held to it, and so is a
/// new chain when an armed one is gone: it may be that one under another name.
pub(super) fn armed(serving: &Serving, candidate: &Manifest, generation: &GenerationId, proofs: &[Proof]) -> Vec<Arming> {
    let mut all = Vec::new();
    let stays = |old: &ChainSpec| candidate.configuration.chains.iter().any(|chain| chain.name == old.name);
    let gone = serving.configuration.chains.iter().filter(|old| !stays(old)).find_map(|old| old.arm);
    for chain in &candidate.configuration.chains {
        let before = serving.configuration.chains.iter().find(|before| before.name == chain.name);
        let Some(arm) = chain.arm.or(before.map_or(gone, |before| before.arm)) else { continue };
        let changed = before.is_none_or(|before| changed(before, chain, &serving.configuration, &candidate.configuration));
        if chain.arm.is_none() && !changed {
            continue;
        }
        let proof = proofs.iter().filter(|proof| proof.kind == arm && proof.generation == *generation).max_by_key(|proof| proof.at);
        all.push(Arming { chain: chain.name.clone(), arm, changed, proof: proof.cloned() });
    }
    all
}

/// Whether the chain decides otherwise than before: itself, or any plugin that it may ask.
fn changed(before: &ChainSpec, after: &ChainSpec, serving: &Configuration, candidate: &Configuration) -> bool {
    let unarmed = |chain: &ChainSpec| ChainSpec { arm: None, ..chain.clone() };
    unarmed(before) != unarmed(after) || plugins(after).into_iter().any(|name| spec(serving, name) != spec(candidate, name))
}

fn plugins(chain: &ChainSpec) -> BTreeSet<&str> {
    chain.steps.iter().flat_map(|step| [Some(step.plugin.as_str()), fallback(&step.on_fault)]).flatten().collect()
}

fn fallback(on_fault: &OnFault) -> Option<&str> {
    match on_fault {
        OnFault::Fallback(plugin) => Some(plugin),
        OnFault::Skip | OnFault::Hold => None,
    }
}

fn spec<'a>(configuration: &'a Configuration, name: &str) -> Option<&'a model::PluginSpec> {
    configuration.plugins.iter().find(|plugin| plugin.name == name)
}
