//! An earlier generation, built again from what the store kept of it: its configuration and its components. No file is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::generation::Generation;
use dispatch::port::{History, Plugin, Store, StoreError};
use model::{GenerationId, PluginSpec};
use runtime::{Runtime, StageError};

use crate::assemble::staged_in;
use crate::exit::{Code, Failure};

/// Why it cannot be built.
#[derive(Debug)]
pub(crate) enum RebuildError {
    /// The store never heard of it, or lost a component of it; in words.
    Missing(String),
    /// It was built by another version of the host, or does not stage here; in words.
    Refused(String),
    /// The store does not answer.
    Store(StoreError),
}

impl From<RebuildError> for Failure {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Missing(why) => Self::new(Code::NotFound, why),
            RebuildError::Refused(why) => Self::wrong(why),
            RebuildError::Store(error) => error.into(),
        }
    }
}

/// Builds it; it decides as it did. Plugins of exactly its components, settings, grants and limits are taken over from `others`.
///
/// # Errors
/// See [`RebuildError`].
pub(crate) async fn generation(
    history: &dyn History,
    store: &dyn Store,
    runtime: &Runtime,
    id: &GenerationId,
    others: &[Arc<Generation>],
) -> Result<Generation, RebuildError> {
    let configuration = store.generation(id).await.map_err(|error| match error {
        StoreError::NotFound { .. } => RebuildError::Missing(format!("the store does not know the generation {}", short(id))),
        other => RebuildError::Store(other),
    })?;
    let mut plugins = BTreeMap::new();
    for spec in &configuration.plugins {
        let plugin = match staged_in(others, spec) {
            Some(plugin) => plugin,
            None => plugin(history, runtime, spec, id).await?,
        };
        plugins.insert(spec.name.clone(), plugin);
    }
    let built = Generation::assemble(configuration, plugins)
        .map_err(|error| RebuildError::Refused(format!("the generation {} does not fit together any more: {error}", short(id))))?;
    if built.id() != id {
        let why = format!("the generation {} was made by a host with other semantics: it would not decide as it did", short(id));
        return Err(RebuildError::Refused(why));
    }
    Ok(built)
}

async fn plugin(history: &dyn History, runtime: &Runtime, spec: &PluginSpec, id: &GenerationId) -> Result<Arc<dyn Plugin>, RebuildError> {
    let bytes = history.component(&spec.digest).await.map_err(|error| match error {
        StoreError::NotFound { .. } => {
            let (name, digest) = (&spec.name, spec.digest.short());
            RebuildError::Missing(format!("the component {digest} of the plugin `{name}` of generation {} was not kept", short(id)))
        }
        other => RebuildError::Store(other),
    })?;
    let refused = |why: String| RebuildError::Refused(format!("the plugin `{}` of generation {} {why}", spec.name, short(id)));
    runtime.stage(spec, &bytes).await.map_err(|error| match error {
        StageError::Refused(problems) => {
            let all: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            refused(format!("refuses its settings: {}", all.join("; ")))
        }
        other => refused(format!("cannot be staged: {other}")),
    })
}

/// An id as people see it.
fn short(id: &GenerationId) -> &str {
    id.0.get(..12).unwrap_or(&id.0)
}
