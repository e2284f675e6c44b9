use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{Applied, CanaryOrder, Mandate, OperationError, Operations, ShadowOrder};
use model::GenerationId;
use serde_json::Value as Json;

use super::outcome::planned;
use super::{Swaps, detached};

#[async_trait]
impl Operations for Swaps {
    async fn plan(&self) -> Result<Json, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move {
            let _turn = inner.turn().await?;
            let candidate = inner.candidate(&inner.parts.config).await.map_err(|stopped| stopped.error)?;
            // What apply would refuse, the plan refuses.
            if !candidate.plan.is_empty() && inner.parts.shelf.get(candidate.id()).is_none() {
                inner.staged_and_tested(&candidate).await.map_err(|stopped| stopped.error)?;
            }
            Ok(planned(&candidate.plan))
        })
        .await
    }

    async fn apply(&self, mandate: Mandate) -> Result<Applied, OperationError> {
        Swaps::apply(self, mandate).await
    }

    async fn rollback(&self, to: Option<GenerationId>, mandate: Mandate) -> Result<Applied, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.rollback(to, &mandate).await }).await
    }

    async fn shadow(&self, order: ShadowOrder) -> Result<Json, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.shadow(&order).await }).await
    }

    async fn shadow_report(&self) -> Result<Json, OperationError> {
        self.0.shadow_report()
    }

    async fn end_shadow(&self) -> Result<Json, OperationError> {
        self.0.end_shadow()
    }

    async fn canary(&self, order: CanaryOrder, mandate: Mandate) -> Result<Json, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.canary(&order, &mandate).await }).await
    }

    async fn canary_report(&self) -> Result<Json, OperationError> {
        self.0.canary_report()
    }

    async fn promote(&self, whole: bool, mandate: Mandate) -> Result<Json, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.promote(whole, &mandate).await }).await
    }

    async fn withdraw(&self, mandate: Mandate) -> Result<Json, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.withdraw(&mandate).await }).await
    }
}
