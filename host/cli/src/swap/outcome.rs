use std::time::Instant;

use dispatch::port::{History as _, Mandate, OperationError};
use manifest::Plan;
use model::{GenerationId, Swap, SwapKind, SwapTrigger};
use serde_json::json;

use super::Inner;
use crate::exit::{Code, Failure};

/// The longest `why` of a line in the history, in bytes.
const WHY_BYTES_MAX: usize = 4 << 10;

/// An operation that changed nothing.
pub(super) struct Stopped {
    /// The candidate, as far as it got.
    pub(super) generation: Option<GenerationId>,
    pub(super) error: OperationError,
}

impl Stopped {
    /// Before there was a candidate.
    pub(super) fn before(error: OperationError) -> Self {
        Self { generation: None, error }
    }

    /// With the candidate named.
    pub(super) fn of(generation: &GenerationId, error: OperationError) -> Self {
        Self { generation: Some(generation.clone()), error }
    }

    /// The candidate is wrong.
    pub(super) fn refused(generation: &GenerationId, failure: &Failure) -> Self {
        Self::of(generation, operation(failure))
    }

    /// The candidate waits for something.
    pub(super) fn held(plan: &Plan) -> Self {
        Self::of(&plan.candidate, OperationError::Held { text: plan.to_string(), details: planned(plan) })
    }
}

/// A plan for programs, with what a person reads of it.
pub(crate) fn planned(plan: &Plan) -> serde_json::Value {
    let mut value = json!(plan);
    if let Some(map) = value.as_object_mut() {
        map.insert("held".to_owned(), json!(plan.held()));
        map.insert("text".to_owned(), json!(plan.to_string()));
    }
    value
}

/// A failure of the wiring, as whoever asked for the operation is told.
pub(super) fn operation(failure: &Failure) -> OperationError {
    match failure.code() {
        Code::Wrong => OperationError::Refused { text: failure.text().to_owned(), details: failure.details().clone() },
        Code::NotFound => OperationError::NotFound(failure.text().to_owned()),
        Code::Failed | Code::Unavailable | Code::Refused | Code::Held => OperationError::Unavailable(failure.text().to_owned()),
    }
}

/// Text of at most so many bytes, cut at a character.
pub(super) fn cut(text: &str) -> String {
    let mut end = text.len().min(WHY_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

impl Inner {
    /// Writes down that a candidate was refused or held. What is in the way of the work itself is no matter of history.
    pub(super) async fn stopped(&self, stopped: Stopped, mandate: &Mandate, began: Instant) -> OperationError {
        let (kind, why) = match &stopped.error {
            OperationError::Refused { text, .. } => (SwapKind::Refused, text.clone()),
            OperationError::Held { details, .. } => (SwapKind::Held, held(details)),
            OperationError::NotFound(_) | OperationError::Conflict(_) | OperationError::Unavailable(_) => return stopped.error,
        };
        let before = Some(self.parts.current.load().id().clone());
        let line = Swap {
            seq: 0,
            at: self.parts.clock.now(),
            generation: stopped.generation,
            before,
            kind,
            trigger: mandate.trigger,
            by: mandate.by.clone(),
            why: cut(&why),
            share_ppm: None,
            staging_ms: elapsed_ms(began),
            publishing_ns: 0,
        };
        if self.is_known(&line).await {
            return stopped.error;
        }
        tracing::warn!(kind = kind.name(), trigger = mandate.trigger.name(), by = mandate.by, "the candidate does not serve");
        if let Err(error) = self.note(line).await {
            tracing::warn!(%error, "the history could not be written");
        }
        stopped.error
    }

    /// Whether the file was found to be so already, and nobody asks: a host that watches looks at it whenever it was touched.
    async fn is_known(&self, line: &Swap) -> bool {
        if line.trigger != SwapTrigger::Watch {
            return false;
        }
        let newest = self.parts.store.swaps(None, 1).await.unwrap_or_default();
        let same = |other: &Swap| {
            (other.kind, &other.generation, &other.before, &other.why) == (line.kind, &line.generation, &line.before, &line.why)
        };
        newest.first().is_some_and(same)
    }

    /// Writes a line of the history and counts it; gives it with its number.
    pub(super) async fn note(&self, mut line: Swap) -> Result<Swap, OperationError> {
        line.seq = self.parts.store.note_swap(line.clone()).await?;
        self.parts.counters.swaps().swapped(&line);
        Ok(line)
    }
}

/// Milliseconds, at least one: it was staged.
pub(super) fn elapsed_ms(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
}

fn held(details: &serde_json::Value) -> String {
    let reasons = details.get("held").and_then(serde_json::Value::as_array);
    reasons.into_iter().flatten().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::{WHY_BYTES_MAX, cut};

    #[test]
    fn texts_are_cut_at_characters() {
        let long = "é".repeat(WHY_BYTES_MAX);
        assert_eq!(cut(&long).len(), WHY_BYTES_MAX);
        assert_eq!(cut(&format!("a{long}")).len(), WHY_BYTES_MAX - 1);
        assert_eq!(cut("short"), "short");
    }
}
