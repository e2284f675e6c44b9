//! What failed in the course of a decision, as the quarantine of interactions keeps it.

use dispatch::catalogue::HELD_AFTER_FAULT;
use model::{Decision, Digest, Fault, FaultKind, Role, StepOutcome, StepRecord, Trace, Value};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Faulty {
    pub(crate) plugin: String,
    pub(crate) digest: Digest,
    pub(crate) role: Role,
    /// Without its sentence: what history keeps.
    pub(crate) figures: FaultKind,
    /// The sentence, which may quote what the plugin had read.
    pub(crate) detail: Option<String>,
    /// The interaction is held because of it.
    pub(crate) held: bool,
}

/// All faults of a decision, in order. When it holds the interaction after a fault, that is the last one which its reason speaks of.
pub(crate) fn faulty(decision: &Decision, trace: &Trace) -> Vec<Faulty> {
    let mut found: Vec<Faulty> = trace.steps.iter().filter_map(Faulty::of).collect();
    let causes = |faulty: &&mut Faulty| is_cause(decision, faulty);
    if let Some(cause) = found.iter_mut().rev().find(causes) {
        cause.held = true;
    }
    found
}

/// A fault with its sentence, as far as there is one still.
pub(crate) fn restore(figures: FaultKind, detail: Option<String>) -> FaultKind {
    match (figures, detail) {
        (FaultKind::Trap(_), Some(why)) => FaultKind::Trap(why),
        (FaultKind::Contract(_), Some(why)) => FaultKind::Contract(why),
        (FaultKind::Instantiate(_), Some(why)) => FaultKind::Instantiate(why),
        (FaultKind::Failed(_), Some(why)) => FaultKind::Failed(why),
        (figures, _) => figures,
    }
}

impl Faulty {
    fn of(step: &StepRecord) -> Option<Self> {
        let StepOutcome::Faulted(Fault { plugin, kind }) = &step.outcome else { return None };
        let (figures, detail) = match kind {
            FaultKind::Trap(why) => (FaultKind::Trap(String::new()), Some(why.clone())),
            FaultKind::Contract(why) => (FaultKind::Contract(String::new()), Some(why.clone())),
            FaultKind::Instantiate(why) => (FaultKind::Instantiate(String::new()), Some(why.clone())),
            FaultKind::Failed(why) => (FaultKind::Failed(String::new()), Some(why.clone())),
            figures => (figures.clone(), None),
        };
        Some(Self { plugin: plugin.clone(), digest: step.digest.clone(), role: step.role, figures, detail, held: false })
    }
}

fn is_cause(decision: &Decision, faulty: &Faulty) -> bool {
    let Some(reason) = decision.routing.reasons.first().filter(|reason| reason.code == HELD_AFTER_FAULT) else { return false };
    let says = |name: &str, expected: &str| matches!(reason.params.get(name), Some(Value::Text(text)) if text == expected);
    says("plugin", &faulty.plugin) && says("fault", faulty.figures.name())
}
