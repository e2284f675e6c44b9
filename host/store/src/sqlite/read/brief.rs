//! Traces without what the steps saw and what the pure ones said: each saw the interaction once more, and whoever decides again builds that
//! anew and asks pure plugins anew. Answers from outside and faults are whole.

use model::{Cost, Digest, Interaction, Role, Situation, StepOutcome, StepRecord, Trace};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::value::RawValue;

use crate::sqlite::change::Failure;

/// As [`Trace`].
#[derive(Deserialize)]
struct Brief<'a> {
    interaction: Interaction,
    situation: Situation,
    #[serde(borrow)]
    steps: Vec<Step<'a>>,
}

/// As [`StepRecord`].
#[derive(Deserialize)]
struct Step<'a> {
    plugin: String,
    digest: Digest,
    role: Role,
    #[serde(default)]
    fallback_for: Option<String>,
    #[serde(default)]
    saw: Option<Seen>,
    /// Read when the role is known.
    #[serde(borrow)]
    outcome: &'a RawValue,
    #[serde(default)]
    cost: Cost,
}

/// Something, whatever it was.
struct Seen;

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A trace in which what was seen is empty.
pub(crate) fn trace(json: &str) -> Result<Trace, Failure> {
    let Brief { interaction, situation, steps } = serde_json::from_str(json)?;
    let steps = steps.into_iter().map(Step::record).collect::<Result<_, Failure>>()?;
    Ok(Trace { interaction, situation, steps })
}

impl Step<'_> {
    fn record(self) -> Result<StepRecord, Failure> {
        let outcome = self.outcome()?;
        let Self { plugin, digest, role, fallback_for, saw, cost, .. } = self;
        Ok(StepRecord { plugin, digest, role, fallback_for, saw: saw.map(|_| Interaction::default()), outcome, cost })
    }

    fn outcome(&self) -> Result<StepOutcome, Failure> {
        if self.role.is_pure() && self.outcome.get().starts_with("{\"said\":") {
            return Ok(StepOutcome::Said(serde_json::Value::Null));
        }
        super::parse(self.outcome.get())
    }
}
