use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use model::Configuration;
use serde::Serialize;

use super::{Generation, chain, connector};
use crate::port::Plugin;

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssemblyProblem {
    /// Where: `chains.NAME.steps.INDEX.when`, `connectors.NAME`, `plugins.NAME`, indexes from 0.
    pub place: String,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Why a generation cannot be assembled: everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssemblyError {
    /// At least one, in the order of the configuration.
    pub problems: Vec<AssemblyProblem>,
}

impl fmt::Display for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.problems.iter().map(|problem| format!("{}: {}; {}", problem.place, problem.message, problem.remedy));
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for AssemblyError {}

/// What has been found wrong so far.
#[derive(Default)]
pub(super) struct Problems(Vec<AssemblyProblem>);

impl Problems {
    pub(super) fn add(&mut self, place: &str, message: String, remedy: &str) {
        self.0.push(AssemblyProblem { place: place.to_owned(), message, remedy: remedy.to_owned() });
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

pub(super) fn assemble(configuration: Configuration, plugins: BTreeMap<String, Arc<dyn Plugin>>) -> Result<Generation, AssemblyError> {
    let mut problems = Problems::default();
    check_names(&configuration, &mut problems);
    for spec in &configuration.plugins {
        if !plugins.contains_key(&spec.name) {
            problems.add(&format!("plugins.{}", spec.name), "the plugin was not staged".to_owned(), "see what staging said about it");
        }
    }
    let queues: BTreeSet<String> = configuration.queues.iter().map(|queue| queue.name.clone()).collect();
    let mut connectors = BTreeMap::new();
    for spec in &configuration.connectors {
        let Some(plugin) = plugins.get(&spec.plugin) else {
            problems.add(&format!("connectors.{}", spec.name), format!("there is no plugin `{}`", spec.plugin), "name a configured plugin");
            continue;
        };
        if let Some(connector) = connector::resolve(spec, plugin, &mut problems) {
            connectors.insert(spec.name.clone(), Arc::new(connector));
        }
    }
    let chains = chain::resolve(&configuration.chains, &plugins, &queues, &mut problems);
    let id = configuration.generation().map_err(|error| unnameable(&error))?;
    if problems.0.is_empty() {
        Ok(Generation { id, configuration, plugins, connectors, chains, queues })
    } else {
        Err(AssemblyError { problems: problems.0 })
    }
}

fn unnameable(error: &serde_json::Error) -> AssemblyError {
    let problem = AssemblyProblem {
        place: "plugins".to_owned(),
        message: format!("the configuration has no JSON form: {error}"),
        remedy: "mend the settings".to_owned(),
    };
    AssemblyError { problems: vec![problem] }
}

fn check_names(configuration: &Configuration, problems: &mut Problems) {
    let mut unique = |kind: &str, names: Vec<&String>| {
        let mut seen = BTreeSet::new();
        for name in names {
            if name.is_empty() {
                problems.add(kind, "a name is empty".to_owned(), "give it a name");
            } else if !seen.insert(name) {
                problems.add(&format!("{kind}.{name}"), format!("`{name}` is there twice"), "give each its own name");
            }
        }
    };
    unique("plugins", configuration.plugins.iter().map(|plugin| &plugin.name).collect());
    unique("connectors", configuration.connectors.iter().map(|connector| &connector.name).collect());
    unique("chains", configuration.chains.iter().map(|chain| &chain.name).collect());
    unique("queues", configuration.queues.iter().map(|queue| &queue.name).collect());
}
