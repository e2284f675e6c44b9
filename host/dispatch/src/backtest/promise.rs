use model::{Decision, Disposition, ServiceLevel};

use super::bounded::Join;
use super::summary::{Promise, ServiceLevels};

/// How the promises to customers change.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PromiseTally {
    first_response: OneTally,
    resolution: OneTally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct OneTally {
    unchanged: u64,
    tightened: u64,
    loosened: u64,
    added: u64,
    removed: u64,
    sooner_ms: u64,
    later_ms: u64,
}

impl PromiseTally {
    pub(super) fn note(&mut self, recorded: &Decision, candidate: &Decision) {
        let (recorded, candidate) = (promised(recorded), promised(candidate));
        self.first_response.note(recorded.first_response_ms, candidate.first_response_ms);
        self.resolution.note(recorded.resolution_ms, candidate.resolution_ms);
    }

    pub(super) fn summary(&self) -> ServiceLevels {
        ServiceLevels { first_response: self.first_response.summary(), resolution: self.resolution.summary() }
    }
}

/// Only what is given to somebody has a service level.
fn promised(decision: &Decision) -> ServiceLevel {
    match &decision.routing.disposition {
        Disposition::Assign(assignment) => assignment.service_level,
        Disposition::Hold(_) | Disposition::File => ServiceLevel::default(),
    }
}

impl OneTally {
    fn note(&mut self, recorded: Option<u64>, candidate: Option<u64>) {
        match (recorded, candidate) {
            (Some(before), Some(after)) if after < before => {
                self.tightened.join(1);
                self.sooner_ms.join(before - after);
            }
            (Some(before), Some(after)) if after > before => {
                self.loosened.join(1);
                self.later_ms.join(after - before);
            }
            (None, Some(_)) => self.added.join(1),
            (Some(_), None) => self.removed.join(1),
            (Some(_), Some(_)) | (None, None) => self.unchanged.join(1),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "minutes for people")]
    fn summary(&self) -> Promise {
        Promise {
            unchanged: self.unchanged,
            tightened: self.tightened,
            loosened: self.loosened,
            added: self.added,
            removed: self.removed,
            minutes: (self.later_ms as f64 - self.sooner_ms as f64) / 60_000.0,
        }
    }
}

impl Join for OneTally {
    fn join(&mut self, other: Self) {
        self.unchanged.join(other.unchanged);
        self.tightened.join(other.tightened);
        self.loosened.join(other.loosened);
        self.added.join(other.added);
        self.removed.join(other.removed);
        self.sooner_ms.join(other.sooner_ms);
        self.later_ms.join(other.later_ms);
    }
}

impl Join for PromiseTally {
    fn join(&mut self, other: Self) {
        self.first_response.join(other.first_response);
        self.resolution.join(other.resolution);
    }
}
