//! A decision made ready for the writer: its list row, its outline without words, its trace with the commitment that proves it.

use dispatch::port::{NewDecision, StoreError};
use model::{Author, Decision, DecisionSummary, Digest, Disposition, Reason, Role, Signal, StepOutcome, StepRecord, Timestamp, Trace};
use serde::Deserialize as _;

use crate::canonical::canonical;
use crate::faulty::{Faulty, faulty};
use crate::noted::{broken, json};
use crate::{random, wording};

/// Of the salt of a commitment.
pub(crate) const SALT_BYTES: usize = 32;

/// Everything that is committed with a decision.
#[derive(Debug)]
pub(crate) struct Sealed {
    /// The occasion that it answers.
    pub(crate) occasion: u64,
    pub(crate) summary: DecisionSummary,
    /// The decision as JSON.
    pub(crate) whole: String,
    /// The same without words: see [`outline`].
    pub(crate) outline: String,
    pub(crate) signals: String,
    pub(crate) salt: [u8; SALT_BYTES],
    /// Canonical JSON.
    pub(crate) trace: String,
    pub(crate) commitment: Digest,
    /// Kind and JSON of each, in order.
    pub(crate) effects: Vec<(&'static str, String)>,
    /// What failed.
    pub(crate) faulty: Vec<Faulty>,
    /// What the chain read.
    pub(crate) read: model::Interaction,
}

impl Sealed {
    pub(crate) fn new(new: NewDecision) -> Result<Self, StoreError> {
        let NewDecision { seq, decision, trace } = new;
        let salt = random::salt()?;
        let text = canonical(&trace).map_err(|error| StoreError::Corrupt(broken(&error)))?;
        let (signals, whole) = (found(&trace), json(&decision)?);
        let effects =
            decision.routing.effects.iter().map(|effect| Ok((effect.name(), json(effect)?))).collect::<Result<_, StoreError>>()?;
        let faulty = faulty(&decision, &trace);
        Ok(Self {
            occasion: seq,
            outline: json(&outline(&decision))?,
            signals: json(&signals)?,
            commitment: commitment(&salt, text.as_bytes(), whole.as_bytes()),
            whole,
            salt,
            trace: text,
            effects,
            summary: DecisionSummary {
                seq: 0,
                connector: trace.interaction.connector.clone(),
                channel: trace.interaction.channel.clone(),
                signals,
                author: trace.interaction.author.as_ref().and_then(shown),
                excerpt: wording::excerpt(&trace.interaction.text),
                faulted: !faulty.is_empty(),
                decision,
            },
            faulty,
            read: trace.interaction,
        })
    }

    pub(crate) fn disposition(&self) -> &Disposition {
        &self.summary.decision.routing.disposition
    }

    pub(crate) fn decided_at(&self) -> Timestamp {
        self.summary.decision.decided_at
    }
}

/// What stays provable when a trace is erased with its salt, and with them the decision's words. Canonical JSON has no line breaks, so it is
/// plain where the trace ends.
pub(crate) fn commitment(salt: &[u8], trace: &[u8], whole: &[u8]) -> Digest {
    Digest::of(&[salt, trace, b"\n", whole].concat())
}

/// The same as it was before decisions' words were committed to.
pub(crate) fn former_commitment(salt: &[u8], trace: &[u8]) -> Digest {
    Digest::of(&[salt, trace].concat())
}

/// Ties a decision to the one before it: a row that is changed or missing breaks every link after it.
pub(crate) fn link(before: &[u8], outline: &[u8], commitment: &[u8]) -> String {
    Digest::of(&[before, b"\n", outline, b"\n", commitment].concat()).to_string()
}

/// The decision as history keeps it: what was decided and the codes of the reasons, without sentences, their parameters and the effects'
/// texts, which may quote a customer.
pub(crate) fn outline(decision: &Decision) -> Decision {
    let mut outline = decision.clone();
    outline.routing.effects.clear();
    outline.routing.reasons.iter_mut().for_each(silence);
    if let Some(priority) = &mut outline.priority {
        priority.factors.iter_mut().for_each(|factor| silence(&mut factor.reason));
    }
    outline
}

fn silence(reason: &mut Reason) {
    reason.params.clear();
    reason.text.clear();
}

/// The signals that the interaction came with and that the steps found.
pub(crate) fn found(trace: &Trace) -> Vec<Signal> {
    let steps = trace.steps.iter().flat_map(said);
    trace.interaction.signals.iter().cloned().chain(steps).collect()
}

fn said(step: &StepRecord) -> Vec<Signal> {
    match &step.outcome {
        StepOutcome::Said(answer) if matches!(step.role, Role::Classifier | Role::Enricher) => Vec::deserialize(answer).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// As the channel shows them.
fn shown(author: &Author) -> Option<String> {
    author.display_name.clone().or_else(|| author.handle.clone()).or_else(|| Some(author.id.clone())).filter(|name| !name.is_empty())
}
