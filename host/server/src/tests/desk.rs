//! Operations that do nothing but answer as they are told: by the reason that is given.

use async_trait::async_trait;
use dispatch::port::{Applied, CanaryOrder, Mandate, OperationError, Operations, ShadowOrder};
use model::{GenerationId, Swap, SwapKind, Timestamp};
use serde_json::{Value as Json, json};

/// `refused`, `held`, `missing`, `conflict` and `unavailable` as reason are answered so; anything else is done.
pub(super) struct Desk;

fn told(why: &str) -> Result<(), OperationError> {
    Err(match why {
        "refused" => OperationError::Refused { text: "rules.wasm is no component".to_owned(), details: json!([{"key": "plugin[0].file"}]) },
        "held" => OperationError::Held { text: "nobody has approved it".to_owned(), details: json!({"held": ["a grant"]}) },
        "missing" => OperationError::NotFound("there is none".to_owned()),
        "conflict" => OperationError::Conflict("another one is under way".to_owned()),
        "unavailable" => OperationError::Unavailable("the disk is full".to_owned()),
        _ => return Ok(()),
    })
}

fn done(kind: SwapKind, generation: &str, mandate: Mandate) -> Applied {
    let id = GenerationId(generation.to_owned());
    let line = Swap {
        seq: 7,
        at: Timestamp(1),
        generation: Some(id.clone()),
        before: None,
        kind,
        trigger: mandate.trigger,
        by: mandate.by,
        why: mandate.why,
        share_ppm: None,
        staging_ms: 1,
        publishing_ns: 1,
    };
    Applied { changed: true, swap: Some(line), serving: id, needs_restart: vec!["`[server]` has changed".to_owned()] }
}

#[async_trait]
impl Operations for Desk {
    async fn plan(&self) -> Result<Json, OperationError> {
        Ok(json!({"text": "nothing changes"}))
    }

    async fn apply(&self, mandate: Mandate) -> Result<Applied, OperationError> {
        told(&mandate.why)?;
        Ok(done(SwapKind::Applied, "new", mandate))
    }

    async fn rollback(&self, to: Option<GenerationId>, mandate: Mandate) -> Result<Applied, OperationError> {
        told(&mandate.why)?;
        Ok(done(SwapKind::RolledBack, &to.map_or_else(|| "before".to_owned(), |id| id.0), mandate))
    }

    async fn shadow(&self, order: ShadowOrder) -> Result<Json, OperationError> {
        Ok(json!(order))
    }

    async fn shadow_report(&self) -> Result<Json, OperationError> {
        Err(OperationError::NotFound("there was no shadow".to_owned()))
    }

    async fn end_shadow(&self) -> Result<Json, OperationError> {
        Ok(json!({"ended": true}))
    }

    async fn canary(&self, order: CanaryOrder, mandate: Mandate) -> Result<Json, OperationError> {
        told(&mandate.why)?;
        Ok(json!(order))
    }

    async fn canary_report(&self) -> Result<Json, OperationError> {
        Ok(json!({"share_percent": 5.0}))
    }

    async fn promote(&self, whole: bool, mandate: Mandate) -> Result<Json, OperationError> {
        Ok(json!({"whole": whole, "by": mandate.by}))
    }

    async fn withdraw(&self, mandate: Mandate) -> Result<Json, OperationError> {
        Ok(json!({"why": mandate.why}))
    }
}
