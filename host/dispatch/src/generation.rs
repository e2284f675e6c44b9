//! A generation: everything that decides, whole and immutable.
//!
//! It is assembled completely or not at all, and what is wrong is told completely: every unknown name, misspelt condition and missing role
//! at once. Nothing is looked up by name while an interaction runs that could be missing: assembly has resolved it.

mod assembly;
mod chain;
mod connector;
mod current;
mod scheme;
mod shelf;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use model::{Configuration, GenerationId, Role};

use crate::condition::Condition;
use crate::port::Plugin;

pub use assembly::{AssemblyError, AssemblyProblem};
pub use connector::Connector;
pub use current::{Current, WHOLE_PPM, bucket_ppm};
pub use shelf::Shelf;

/// Everything that decides.
pub struct Generation {
    id: GenerationId,
    configuration: Configuration,
    plugins: BTreeMap<String, Arc<dyn Plugin>>,
    connectors: BTreeMap<String, Arc<Connector>>,
    chains: Vec<Chain>,
    queues: BTreeSet<String>,
}

/// A chain with its conditions compiled and its plugins at hand: enrichers, then pure steps, then responders.
#[derive(Debug)]
pub struct Chain {
    /// Its name.
    pub name: String,
    /// When it is taken; absent for the last.
    pub when: Option<Condition>,
    /// Where interactions end that nobody could decide about.
    pub hold_queue: String,
    /// What all steps of one interaction may take together.
    pub deadline_ms: u64,
    /// In order.
    pub steps: Vec<Step>,
}

/// A step of a chain.
#[derive(Debug)]
pub struct Step {
    /// The plugin.
    pub plugin: Arc<dyn Plugin>,
    /// In which of its roles.
    pub role: Role,
    /// When it runs; absent: always.
    pub when: Option<Condition>,
    /// What happens when its plugin faults.
    pub on_fault: Remedy,
}

/// What happens when a step's plugin faults.
#[derive(Clone, Debug)]
pub enum Remedy {
    /// The chain goes on without the step.
    Skip,
    /// The interaction is held.
    Hold,
    /// This plugin is asked instead, once.
    Fallback(Arc<dyn Plugin>),
}

impl Generation {
    /// Builds a generation from a configuration and the plugins staged for it.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn assemble(configuration: Configuration, plugins: BTreeMap<String, Arc<dyn Plugin>>) -> Result<Self, AssemblyError> {
        assembly::assemble(configuration, plugins)
    }

    /// Its identity.
    #[must_use]
    pub fn id(&self) -> &GenerationId {
        &self.id
    }

    /// What it was built from.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// All its plugins, by configured name.
    #[must_use]
    pub fn plugins(&self) -> &BTreeMap<String, Arc<dyn Plugin>> {
        &self.plugins
    }

    /// The plugin of this name.
    #[must_use]
    pub fn plugin(&self, name: &str) -> Option<&Arc<dyn Plugin>> {
        self.plugins.get(name)
    }

    /// All its connectors, by configured name.
    #[must_use]
    pub fn connectors(&self) -> &BTreeMap<String, Arc<Connector>> {
        &self.connectors
    }

    /// The connector of this name.
    #[must_use]
    pub fn connector(&self, name: &str) -> Option<&Arc<Connector>> {
        self.connectors.get(name)
    }

    /// Its chains, the default last.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// Whether decisions may name this queue.
    #[must_use]
    pub fn has_queue(&self, name: &str) -> bool {
        self.queues.contains(name)
    }

    /// Whether any chain asks the outside before it decides.
    #[must_use]
    pub fn enriches(&self) -> bool {
        self.chains.iter().any(|chain| !chain.enrichers().is_empty())
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generation({})", self.id)
    }
}

impl Chain {
    /// The steps that look things up.
    #[must_use]
    pub fn enrichers(&self) -> &[Step] {
        let end = self.steps.iter().take_while(|step| step.role == Role::Enricher).count();
        self.steps.get(..end).unwrap_or_default()
    }

    /// The pure steps.
    #[must_use]
    pub fn judges(&self) -> &[Step] {
        let end = self.steps.iter().take_while(|step| step.role != Role::Responder).count();
        self.steps.get(self.enrichers().len()..end).unwrap_or_default()
    }

    /// The steps that suggest replies.
    #[must_use]
    pub fn responders(&self) -> &[Step] {
        self.steps.get(self.enrichers().len() + self.judges().len()..).unwrap_or_default()
    }
}
