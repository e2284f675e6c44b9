//! What serves after a start. A restart must not be a way around approvals, and what was left on purpose must not come back by it; so the
//! configuration's file is a candidate like any other as soon as there is a history.

use std::sync::Arc;
use std::time::Instant;

use dispatch::generation::Generation;
use dispatch::port::{Clock, History as _};
use manifest::{Manifest, Plan, PlanInputs};
use model::{GenerationId, Swap, SwapKind, SwapTrigger};
use runtime::Runtime;
use store::SqliteStore;

use super::outcome::{cut, elapsed_ms};
use super::{Tested, lineage, proofs, selftest, stored};
use crate::command::serve::check_keys;
use crate::exit::{Code, Done, Failure};
use crate::secrets::ConfiguredSecrets;
use crate::{approvals, rebuild};

/// What a start works with.
pub(crate) struct Start<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) store: &'a SqliteStore,
    pub(crate) runtime: &'a Arc<Runtime>,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) tested: &'a Tested,
    pub(crate) secrets: &'a ConfiguredSecrets,
}

/// The generation that serves first: the configuration's, or the one that history says, with a warning. Written down and kept when it is new.
pub(crate) async fn what_serves(start: &Start<'_>) -> Done<Generation> {
    start.remember_tested().await;
    let id = start.manifest.configuration.generation().map_err(|error| Failure::wrong(error.to_string()))?;
    let began = Instant::now();
    let Some(newest) = start.store.serving().await? else { return start.first(began).await };
    let Some(serving) = newest.generation.clone() else { return start.first(began).await };
    if serving == id {
        let generation = start.staged().await?;
        start.keep(&generation).await?;
        return Ok(generation);
    }
    if lineage::was_left(Some(&newest), &id) {
        let how = if newest.kind == SwapKind::RolledBack { "was rolled back from" } else { "was replaced by a canary" };
        let why = format!("the generation {} of the configuration's file {how}", short(&id));
        return start.instead(&serving, &why, "change the file, or apply it again").await;
    }
    start.follow(&serving, &id, began).await
}

impl Start<'_> {
    /// Nothing has served from this store: what stands in the configuration is what its author wants.
    async fn first(&self, began: Instant) -> Done<Generation> {
        let generation = self.staged().await?;
        self.keep(&generation).await?;
        self.note(SwapKind::Applied, generation.id(), None, "first start", began).await?;
        Ok(generation)
    }

    /// The file has changed since a host last ran.
    async fn follow(&self, serving: &GenerationId, id: &GenerationId, began: Instant) -> Done<Generation> {
        let before = stored::described(self.store, serving).await?;
        let approvals = approvals::read(&self.manifest.swap.approvals)?;
        let inputs =
            PlanInputs { approvals, proofs: proofs::read(&self.manifest.store.path, id), host: runtime::contract(), restart: Vec::new() };
        let plan = Plan::new(Some(&before), self.manifest, inputs).map_err(|error| Failure::wrong(error.to_string()))?;
        let held = plan.held();
        if !held.is_empty() {
            let why = held.join("; ");
            self.note(SwapKind::Held, id, Some(serving), &why, began).await?;
            return self.instead(serving, &why, "look at `pointsman plan`, then `pointsman apply`").await;
        }
        match self.staged().await {
            Ok(generation) => {
                self.keep(&generation).await?;
                self.note(SwapKind::Applied, id, Some(serving), "the configuration changed while no host ran", began).await?;
                Ok(generation)
            }
            Err(failure) if failure.code() == Code::Wrong => {
                self.note(SwapKind::Refused, id, Some(serving), failure.text(), began).await?;
                self.instead(serving, failure.text(), "mend it, then `pointsman apply`").await
            }
            Err(failure) => Err(failure),
        }
    }

    /// The generation that history says.
    async fn instead(&self, serving: &GenerationId, why: &str, remedy: &str) -> Done<Generation> {
        tracing::warn!("the generation {} serves on, not what the configuration says: {why}; {remedy}", short(serving));
        Ok(rebuild::generation(self.store, self.store, self.runtime, serving, &[]).await?)
    }

    /// The configuration's own, with keys for whatever its connectors verify: without them it would refuse every delivery.
    async fn staged(&self) -> Done<Generation> {
        let generation = selftest::staged(self.manifest, self.runtime, &[], self.tested).await?;
        check_keys(self.manifest, &generation, self.secrets)?;
        Ok(generation)
    }

    /// Components that history has were tested before they served.
    async fn remember_tested(&self) {
        for spec in &self.manifest.configuration.plugins {
            if self.store.component(&spec.digest).await.is_ok() {
                self.tested.add(&spec.digest);
            }
        }
    }

    async fn keep(&self, generation: &Generation) -> Done {
        let component = |name: &str| self.manifest.components.get(name).map(|component| Arc::clone(&component.bytes));
        stored::keep(self.store, generation, component, self.clock.now()).await
    }

    async fn note(&self, kind: SwapKind, id: &GenerationId, before: Option<&GenerationId>, why: &str, began: Instant) -> Done {
        let line = Swap {
            seq: 0,
            at: self.clock.now(),
            generation: Some(id.clone()),
            before: before.cloned(),
            kind,
            trigger: SwapTrigger::Start,
            by: "host".to_owned(),
            why: cut(why),
            share_ppm: None,
            staging_ms: elapsed_ms(began),
            publishing_ns: 0,
        };
        self.store.note_swap(line).await?;
        Ok(())
    }
}

fn short(id: &GenerationId) -> &str {
    id.0.get(..12).unwrap_or(&id.0)
}
