use std::collections::VecDeque;

use model::{Decision, Digest, GenerationId, Trace};
use serde::Serialize;

use crate::generation::Generation;

/// Generations that are counted apart, at most; older ones are counted together.
const GENERATIONS_MAX: usize = 8;

/// What the generations decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GenerationCounts {
    /// The last eight that decided anything, by identity, the newest first.
    pub latest: VecDeque<(GenerationId, u64)>,
    /// All others together.
    pub other: u64,
    /// Decisions of which a step ran in a component that the generation that they name does not have. It stays 0.
    pub mixed: u64,
}

impl GenerationCounts {
    /// Counts a decision that was committed, and checks that one generation alone has made it.
    pub(super) fn committed(&mut self, generation: &Generation, decision: &Decision, trace: &Trace) {
        self.mixed += u64::from(is_mixed(generation, decision, trace));
        if let Some((_, count)) = self.latest.iter_mut().find(|(id, _)| *id == decision.decided_by) {
            *count += 1;
            return;
        }
        self.latest.push_front((decision.decided_by.clone(), 1));
        while self.latest.len() > GENERATIONS_MAX {
            self.other += self.latest.pop_back().map_or(0, |(_, count)| count);
        }
    }
}

fn is_mixed(generation: &Generation, decision: &Decision, trace: &Trace) -> bool {
    let is_its_own = |plugin: &str, digest: &Digest| generation.plugin(plugin).is_some_and(|plugin| plugin.info().digest == *digest);
    *generation.id() != decision.decided_by || trace.steps.iter().any(|step| !is_its_own(&step.plugin, &step.digest))
}
