use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch::port::{History as _, Nothing};
use manifest::{Manifest, Outside, Plan, PlanInputs, Serving};
use store::SqliteStore;

use super::{Tested, proofs, selftest, stored};
use crate::assemble::Outside as Ports;
use crate::command::decisions::open;
use crate::exit::{Done, Failure};
use crate::{approvals, assemble};

/// What applying a configuration would change, asked beside a host or without one: from the store, which is only read.
pub(crate) async fn enquire(manifest: &Manifest) -> Done<Plan> {
    let store = if manifest.store.path.is_file() { Some(open(manifest).await?) } else { None };
    let serving = match &store {
        Some(store) => serving(store).await?,
        None => None,
    };
    let id = manifest.configuration.generation().map_err(|error| Failure::wrong(error.to_string()))?;
    let restart = started_with(&manifest.store.path).map(|started| started.differences(&manifest.outside())).unwrap_or_default();
    let inputs = PlanInputs {
        approvals: approvals::read(&manifest.swap.approvals)?,
        proofs: proofs::read(&manifest.store.path, &id),
        host: runtime::contract(),
        restart,
    };
    let plan = Plan::new(serving.as_ref(), manifest, inputs).map_err(|error| Failure::wrong(error.to_string()))?;
    if !plan.is_empty() {
        try_out(manifest, store.as_ref()).await?;
    }
    Ok(plan)
}

async fn serving(store: &SqliteStore) -> Done<Option<Serving>> {
    match store.serving().await?.and_then(|swap| swap.generation) {
        Some(id) => Ok(Some(stored::described(store, &id).await?)),
        None => Ok(None),
    }
}

/// Everything that `apply` would find wrong with the plugins.
async fn try_out(manifest: &Manifest, store: Option<&SqliteStore>) -> Done {
    let nothing = Arc::new(Nothing);
    let outside = Ports { egress: nothing.clone(), state: nothing.clone(), secrets: nothing };
    let (runtime, tested) = (Arc::new(assemble::runtime(manifest, outside)?), Tested::default());
    if let Some(store) = store {
        for spec in &manifest.configuration.plugins {
            if store.component(&spec.digest).await.is_ok() {
                tested.add(&spec.digest);
            }
        }
    }
    selftest::staged(manifest, &runtime, &[], &tested).await.map(drop)
}

/// `<store>.started`: what the host that serves was started with, as digests.
fn note_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".started");
    PathBuf::from(path)
}

/// Notes what a host is started with, for plans that are made beside it. Without it they say less; that is all.
pub(crate) fn note_started(store: &Path, outside: &Outside) {
    let written = serde_json::to_vec(outside).map_err(std::io::Error::from).and_then(|text| std::fs::write(note_path(store), text));
    if let Err(error) = written {
        tracing::warn!(%error, "what the host was started with could not be noted: plans will not say what needs a restart");
    }
}

fn started_with(store: &Path) -> Option<Outside> {
    let text = std::fs::read_to_string(note_path(store)).ok()?;
    serde_json::from_str(&text).ok()
}
