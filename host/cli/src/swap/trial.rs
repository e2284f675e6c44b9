//! Candidates that are tried out: as a shadow beside what serves, and as a canary on a share of the conversations.

use std::sync::Arc;
use std::time::Instant;

use dispatch::beside::{CanaryEnd, CanaryPlan, CanaryTurn};
use dispatch::generation::{Generation, WHOLE_PPM};
use dispatch::port::{CanaryOrder, Mandate, OperationError, ShadowOrder};
use model::{GenerationId, Swap, SwapKind, SwapTrigger};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::outcome::{Stopped, cut, elapsed_ms};
use super::publish::Way;
use super::{Inner, Swaps};
use crate::secrets::Places;

impl Swaps {
    /// Hears what canaries do by themselves, until `stop`. For one caller: the second hears nothing.
    pub(crate) fn hear_canaries(&self, stop: CancellationToken) -> Option<JoinHandle<()>> {
        let turns = self.0.parts.beside.turns()?;
        let inner = Arc::clone(&self.0);
        Some(tokio::spawn(async move { inner.hear(turns, stop).await }))
    }
}

impl Inner {
    pub(super) async fn shadow(&self, order: &ShadowOrder) -> Result<Json, OperationError> {
        let _turn = self.turn().await?;
        let sample_ppm = share_ppm(order.sample_percent).ok_or_else(|| wrong("`sample_percent` is above 0 and at most 100"))?;
        let path = self.candidate_path(&order.candidate)?;
        let candidate = self.candidate(&path).await.map_err(|stopped| stopped.error)?;
        self.not_serving(candidate.id())?;
        // It sees real messages. That it is not proven yet is what it runs for.
        if !candidate.plan.unapproved().is_empty() {
            return Err(Stopped::held(&candidate.plan).error);
        }
        let generation = self.ready(&candidate).await.map_err(|stopped| stopped.error)?;
        self.parts.beside.begin_shadow(generation, sample_ppm);
        self.shadow_report()
    }

    pub(super) fn shadow_report(&self) -> Result<Json, OperationError> {
        let report = self.parts.beside.shadow_report();
        report.map(|report| json!(report)).ok_or_else(|| OperationError::NotFound("there was no shadow since the host started".to_owned()))
    }

    pub(super) fn end_shadow(&self) -> Result<Json, OperationError> {
        if !self.parts.beside.end_shadow() {
            return Err(OperationError::NotFound("there is no shadow".to_owned()));
        }
        self.shadow_report()
    }

    pub(super) async fn canary(&self, order: &CanaryOrder, mandate: &Mandate) -> Result<Json, OperationError> {
        let _turn = self.turn().await?;
        let began = Instant::now();
        let plan = CanaryPlan::of(order).map_err(|error| wrong(&error.to_string()))?;
        let path = self.candidate_path(&order.candidate)?;
        self.without_canary()?;
        let generation = match self.canary_ready(&path).await {
            Ok((generation, places)) => {
                // Those of what serves are not changed: their names win.
                self.parts.secrets.add(&places);
                generation
            }
            Err(stopped) => return Err(self.stopped(stopped, mandate, began).await),
        };
        let share_ppm = plan.first_ppm();
        if !self.parts.beside.begin_canary(&generation, plan) {
            return Err(OperationError::Conflict("there is a canary already".to_owned()));
        }
        self.show_breakers();
        let line = Swap { staging_ms: elapsed_ms(began), ..self.line(&generation, SwapKind::CanaryBegan, mandate, Some(share_ppm)) };
        if let Err(error) = self.note(line).await {
            self.parts.beside.end_canary(CanaryEnd::Withdrawn, "the history could not be written");
            self.show_breakers();
            return Err(error);
        }
        self.canary_report()
    }

    async fn canary_ready(&self, path: &std::path::Path) -> Result<(Arc<Generation>, Places), Stopped> {
        let candidate = self.candidate(path).await?;
        self.not_serving(candidate.id()).map_err(Stopped::before)?;
        candidate.let_pass()?;
        Ok((self.ready(&candidate).await?, candidate.manifest.secrets.clone()))
    }

    fn not_serving(&self, candidate: &GenerationId) -> Result<(), OperationError> {
        if self.parts.current.load().id() == candidate {
            return Err(OperationError::Conflict("the candidate is what serves".to_owned()));
        }
        Ok(())
    }

    pub(super) fn canary_report(&self) -> Result<Json, OperationError> {
        let report = self.parts.beside.canary_report();
        report.map(|report| json!(report)).ok_or_else(|| OperationError::NotFound("there was no canary since the host started".to_owned()))
    }

    /// On to the next step, or to everybody.
    pub(super) async fn promote(&self, whole: bool, mandate: &Mandate) -> Result<Json, OperationError> {
        let _turn = self.turn().await?;
        let none = || OperationError::NotFound("there is no canary".to_owned());
        let (canary, _) = self.parts.current.canary().ok_or_else(none)?;
        let turn = if whole { None } else { Some(self.parts.beside.promote().ok_or_else(none)?) };
        match turn {
            Some(CanaryTurn::Widened { generation, share_ppm, why }) => {
                let told = if mandate.why.is_empty() { &why } else { &mandate.why };
                let line =
                    self.line(&generation, SwapKind::CanaryWidened, &Mandate { why: told.clone(), ..mandate.clone() }, Some(share_ppm));
                self.note(line).await?;
            }
            Some(CanaryTurn::Whole { generation, .. }) => self.whole(generation, mandate).await?,
            Some(CanaryTurn::Withdrawn { .. }) => return Err(none()),
            None => self.whole(canary, mandate).await?,
        }
        self.canary_report()
    }

    /// Lets the canary serve everybody.
    async fn whole(&self, canary: Arc<Generation>, mandate: &Mandate) -> Result<(), OperationError> {
        if let Err(error) = self.publish(canary, Way::Promote, mandate, Instant::now()).await {
            self.parts.beside.tell_whole_again();
            return Err(error);
        }
        self.parts.beside.end_canary(CanaryEnd::Promoted, &mandate.why);
        Ok(())
    }

    pub(super) async fn withdraw(&self, mandate: &Mandate) -> Result<Json, OperationError> {
        let _turn = self.turn().await?;
        let ended = self.end_canary(mandate).await?;
        ended.ok_or_else(|| OperationError::NotFound("there is no canary".to_owned()))?;
        self.canary_report()
    }

    /// Takes the canary's share away; the line in the history, if there was one.
    pub(super) async fn end_canary(&self, mandate: &Mandate) -> Result<Option<Swap>, OperationError> {
        let Some(generation) = self.parts.beside.end_canary(CanaryEnd::Withdrawn, &mandate.why) else { return Ok(None) };
        self.show_breakers();
        let line = self.line(&generation, SwapKind::CanaryWithdrawn, mandate, None);
        self.note(line).await.map(Some)
    }

    /// The breakers that are shown are those of what serves everybody, whatever a canary did to its own.
    fn show_breakers(&self) {
        self.parts.breakers.serves(&self.parts.current.load());
    }

    fn line(&self, generation: &Generation, kind: SwapKind, mandate: &Mandate, share_ppm: Option<u32>) -> Swap {
        Swap {
            seq: 0,
            at: self.parts.clock.now(),
            generation: Some(generation.id().clone()),
            before: Some(self.parts.current.load().id().clone()),
            kind,
            trigger: mandate.trigger,
            by: mandate.by.clone(),
            why: cut(&mandate.why),
            share_ppm,
            staging_ms: 0,
            publishing_ns: 0,
        }
    }

    async fn hear(&self, mut turns: Receiver<CanaryTurn>, stop: CancellationToken) {
        loop {
            let turn = tokio::select! {
                () = stop.cancelled() => return,
                turn = turns.recv() => turn,
            };
            let Some(turn) = turn else { return };
            if let Err(error) = self.heard(turn).await {
                tracing::error!(%error, "what the canary did is not in the history");
            }
        }
    }

    /// What a canary did by itself is written down; after its last step it serves everybody.
    async fn heard(&self, turn: CanaryTurn) -> Result<(), OperationError> {
        let mandate = |why: String| Mandate { trigger: SwapTrigger::Canary, by: "host".to_owned(), why };
        match turn {
            CanaryTurn::Widened { generation, share_ppm, why } => {
                let line = self.line(&generation, SwapKind::CanaryWidened, &mandate(why), Some(share_ppm));
                self.note(line).await.map(drop)
            }
            CanaryTurn::Withdrawn { generation, why } => {
                self.show_breakers();
                let line = self.line(&generation, SwapKind::CanaryWithdrawn, &mandate(why), None);
                self.note(line).await.map(drop)
            }
            CanaryTurn::Whole { generation, why } => match self.turn().await {
                Ok(_turn) => self.whole(generation, &mandate(why)).await,
                Err(error) => {
                    self.parts.beside.tell_whole_again();
                    Err(error)
                }
            },
        }
    }
}

fn wrong(text: &str) -> OperationError {
    OperationError::Refused { text: text.to_owned(), details: Json::Null }
}

/// A share in millionths, at least one; none when it is no share.
fn share_ppm(percent: f64) -> Option<u32> {
    if !(percent > 0.0 && percent <= 100.0) {
        return None;
    }
    let ppm = (percent * f64::from(WHOLE_PPM) / 100.0).round().clamp(1.0, f64::from(WHOLE_PPM));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and a million")]
    let ppm = ppm as u32;
    Some(ppm)
}

#[cfg(test)]
mod tests {
    use super::share_ppm;

    #[test]
    fn shares() {
        for (percent, expected) in [
            (10.0, Some(100_000)),
            (100.0, Some(1_000_000)),
            (0.000_01, Some(1)),
            (0.0, None),
            (-1.0, None),
            (100.1, None),
            (f64::NAN, None),
        ] {
            assert_eq!(share_ppm(percent), expected, "{percent}");
        }
    }
}
