use std::sync::Arc;
use std::time::Instant;

use dispatch::beside::CanaryEnd;
use dispatch::generation::Generation;
use dispatch::port::{Mandate, OperationError};
use model::{Swap, SwapKind};

use super::outcome::{cut, elapsed_ms};
use super::{Inner, SwapParts};

/// How a generation comes to serve everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As a new one.
    Apply,
    /// As one that served before.
    RollBack,
    /// As the canary that it is.
    Promote,
}

impl Way {
    fn kind(self) -> SwapKind {
        match self {
            Self::Apply | Self::Promote => SwapKind::Applied,
            Self::RollBack => SwapKind::RolledBack,
        }
    }
}

impl Inner {
    /// Lets a generation serve that is ready, writes it down, and opens and closes the doors that came and went.
    ///
    /// # Errors
    /// When a door cannot be opened, or the history cannot be written: then what served serves on.
    pub(super) async fn publish(
        &self,
        generation: Arc<Generation>,
        way: Way,
        mandate: &Mandate,
        began: Instant,
    ) -> Result<Swap, OperationError> {
        let SwapParts { current, shelf, doors, clock, breakers, beside, .. } = &self.parts;
        let prepared = doors.prepare(&generation).await;
        let prepared = prepared.map_err(|text| OperationError::Refused { details: serde_json::json!({ "doors": text }), text })?;
        let staging_ms = elapsed_ms(began);
        let replacing = Instant::now();
        let old = match way {
            Way::Apply | Way::RollBack => Some(current.replace(Arc::clone(&generation))),
            Way::Promote => current.promote(&generation),
        };
        let publishing_ns = u64::try_from(replacing.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let gone = || OperationError::NotFound("the canary was withdrawn meanwhile".to_owned());
        let (old, kind) = (old.ok_or_else(gone)?, way.kind());
        let line = Swap {
            seq: 0,
            at: clock.now(),
            generation: Some(generation.id().clone()),
            before: Some(old.id().clone()),
            kind,
            trigger: mandate.trigger,
            by: mandate.by.clone(),
            why: cut(&mandate.why),
            share_ppm: None,
            staging_ms,
            publishing_ns,
        };
        // A start must find what served: without its line in the history the new one does not stay.
        let line = match self.note(line).await {
            Ok(line) => line,
            Err(error) => {
                breakers.serves(&old);
                current.replace(old);
                if way == Way::Promote {
                    // Its share went when everybody came: what is left of it must not count as promoted.
                    beside.end_canary(CanaryEnd::Withdrawn, "it was to serve everybody, and the history could not be written");
                }
                return Err(error);
            }
        };
        breakers.serves(&generation);
        shelf.take(generation.id());
        shelf.keep(old);
        doors.swing(&generation, prepared);
        let short = generation.id().0.get(..12).unwrap_or_default();
        tracing::info!(
            generation = short,
            kind = kind.name(),
            trigger = mandate.trigger.name(),
            by = mandate.by,
            staging_ms,
            publishing_ns,
            "serves"
        );
        Ok(line)
    }
}
