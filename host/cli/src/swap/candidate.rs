use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError};

use dispatch::generation::Generation;
use dispatch::port::OperationError;
use manifest::{Approvals, Manifest, Plan, PlanInputs};
use model::GenerationId;
use serde_json::json;

use super::outcome::{Stopped, operation};
use super::{Inner, SwapParts, files, proofs, selftest, stored};
use crate::{approvals, command, configuration};

/// A configuration that may serve next, and what that would change.
pub(super) struct Candidate {
    pub(super) manifest: Arc<Manifest>,
    pub(super) plan: Plan,
}

impl Candidate {
    pub(super) fn id(&self) -> &GenerationId {
        &self.plan.candidate
    }

    /// Whether nothing is to be approved or proven first.
    pub(super) fn let_pass(&self) -> Result<(), Stopped> {
        if self.plan.held().is_empty() { Ok(()) } else { Err(Stopped::held(&self.plan)) }
    }
}

impl Inner {
    /// Reads the host's own configuration, or another one beside it, and plans it.
    pub(super) async fn candidate(&self, path: &Path) -> Result<Candidate, Stopped> {
        let own = path == self.parts.config;
        let (path, store) = (path.to_owned(), self.parts.store_path.clone());
        let read = tokio::task::spawn_blocking(move || configuration::read(&path, true));
        let read = read.await.map_err(|error| Stopped::before(OperationError::Unavailable(error.to_string())))?;
        let manifest = Arc::new(read.map_err(|findings| Stopped::before(operation(&configuration::refused(&findings))))?);
        if own {
            *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files(&manifest);
            *self.approvals.lock().unwrap_or_else(PoisonError::into_inner) = manifest.swap.approvals.clone();
        }
        let restart = if own { self.parts.outside.differences(&manifest.outside()) } else { Vec::new() };
        let approvals = self.approvals().map_err(Stopped::before)?;
        let id = manifest.configuration.generation().map_err(|error| Stopped::before(OperationError::Unavailable(error.to_string())))?;
        let inputs = PlanInputs { approvals, proofs: proofs::read(&store, &id), host: runtime::contract(), restart };
        let serving = stored::described_staged(&self.parts.current.load());
        let plan = Plan::new(Some(&serving), &manifest, inputs);
        let plan = plan.map_err(|error| Stopped::before(OperationError::Unavailable(error.to_string())))?;
        Ok(Candidate { manifest, plan })
    }

    fn approvals(&self) -> Result<Approvals, OperationError> {
        let path = self.approvals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        approvals::read(&path).map_err(|failure| operation(&failure))
    }

    /// Stages a candidate beside what serves, tests it and keeps what it is made of: all that can go wrong does so here.
    pub(super) async fn ready(&self, candidate: &Candidate) -> Result<Arc<Generation>, Stopped> {
        let SwapParts { shelf, store, clock, secrets, .. } = &self.parts;
        let (manifest, id) = (&candidate.manifest, candidate.id());
        let generation = match shelf.get(id) {
            Some(generation) => generation,
            None => self.staged_and_tested(candidate).await?,
        };
        command::serve::check_keys(manifest, &generation, &secrets.with(&manifest.secrets))
            .map_err(|failure| Stopped::refused(id, &failure))?;
        let component = |name: &str| manifest.components.get(name).map(|component| Arc::clone(&component.bytes));
        stored::keep(store, &generation, component, clock.now()).await.map_err(|failure| Stopped::refused(id, &failure))?;
        Ok(generation)
    }

    /// Everything that a plan promises about the plugins.
    pub(super) async fn staged_and_tested(&self, candidate: &Candidate) -> Result<Arc<Generation>, Stopped> {
        let SwapParts { runtime, tested, .. } = &self.parts;
        let (manifest, id) = (&candidate.manifest, candidate.id());
        let generation = selftest::staged(manifest, runtime, &self.staged(), tested).await;
        generation.map(Arc::new).map_err(|failure| Stopped::refused(id, &failure))
    }

    /// The file of a candidate that somebody named from afar: beside the host's own configuration, or in a folder below. Only `.toml` files:
    /// what is wrong with a configuration quotes it, and secrets may lie in other files there.
    pub(super) fn candidate_path(&self, name: &str) -> Result<PathBuf, OperationError> {
        let refused = |text: String| OperationError::Refused { details: json!({ "candidate": name }), text };
        let relative = Path::new(name);
        let plain = !name.is_empty() && relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !plain {
            return Err(refused(
                "a candidate is a file beside the host's configuration or in a folder below: write its path from there".to_owned(),
            ));
        }
        let not_toml = || refused("a candidate is a `.toml` file".to_owned());
        if !is_toml(relative) {
            return Err(not_toml());
        }
        let folder = self.parts.config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let path = folder.join(relative);
        // A link may lead out of the folder, or to a file that is not a configuration.
        match folder.canonicalize().ok().zip(path.canonicalize().ok()) {
            Some((folder, end)) if !end.starts_with(&folder) => {
                Err(refused(format!("`{name}` leads out of the folder of the host's configuration")))
            }
            Some((_, end)) if !is_toml(&end) => Err(not_toml()),
            Some(_) => Ok(path),
            None => Err(refused(format!("there is no file `{name}` beside the host's configuration"))),
        }
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_toml;

    #[test]
    fn candidates_are_toml_files() {
        for (path, expected) in
            [("next.toml", true), ("below/next.toml", true), ("shop-token", false), (".toml", false), ("next.toml.bak", false)]
        {
            assert_eq!(is_toml(Path::new(path)), expected, "{path}");
        }
    }
}
