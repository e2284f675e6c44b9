//! Generations out of the store: their configurations and components are kept as long as history names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::generation::Generation;
use dispatch::port::{History as _, Store as _};
use manifest::Serving;
use model::{Configuration, GenerationId, PluginManifest};
use store::SqliteStore;

use crate::exit::Done;

/// Keeps everything that a generation needs to be built again.
pub(crate) async fn keep(
    store: &SqliteStore,
    generation: &Generation,
    component: impl Fn(&str) -> Option<Arc<[u8]>>,
    at: model::Timestamp,
) -> Done {
    for spec in &generation.configuration().plugins {
        if let Some(bytes) = component(&spec.name) {
            store.keep_component(&spec.digest, bytes).await?;
        }
    }
    store.remember_generation(generation.id(), generation.configuration(), at).await?;
    Ok(())
}

/// A generation as plans see it, from what is stored of it.
pub(crate) async fn described(store: &SqliteStore, id: &GenerationId) -> Done<Serving> {
    let configuration: Configuration = store.generation(id).await?;
    let mut manifests = BTreeMap::new();
    for spec in &configuration.plugins {
        // Without its manifest a plugin counts as another one: its grants are asked anew.
        let inspected = store.component(&spec.digest).await.ok().and_then(|bytes| runtime::inspect(&bytes).ok());
        if let Some(manifest) = inspected.and_then(|inspected| inspected.manifest) {
            manifests.insert(spec.name.clone(), manifest);
        }
    }
    Ok(Serving { generation: id.clone(), configuration, manifests })
}

/// A generation as plans see it, from what is staged of it.
pub(crate) fn described_staged(generation: &Generation) -> Serving {
    let manifest = |(name, plugin): (&String, &Arc<dyn dispatch::port::Plugin>)| (name.clone(), plugin.info().manifest.clone());
    let manifests: BTreeMap<String, PluginManifest> = generation.plugins().iter().map(manifest).collect();
    Serving { generation: generation.id().clone(), configuration: generation.configuration().clone(), manifests }
}
