use model::{Decision, Label};

use super::bounded::{Bounded, Join};
use super::place::queue;
use super::score::distance_micro;
use super::summary::{Agreement, QueueAgreement, ScoreAgreement};
use super::{NAMES_MAX, mean, share};

/// Who agrees with what people did.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AgreementTally {
    all: QueueAgreement,
    queues: Bounded<String, QueueAgreement, NAMES_MAX>,
    scored: u64,
    recorded_micro: u64,
    candidate_micro: u64,
}

impl Join for QueueAgreement {
    fn join(&mut self, other: Self) {
        self.labelled.join(other.labelled);
        self.recorded.join(other.recorded);
        self.candidate.join(other.candidate);
    }
}

impl AgreementTally {
    /// A label judges one decision: the one that stood when it was given.
    pub(super) fn note(&mut self, label: &Label, recorded: &Decision, candidate: &Decision) {
        if label.decision != recorded.id {
            return;
        }
        let truth = label.queue.as_deref().unwrap_or_else(|| queue(recorded));
        let agreed = |decision: &Decision| u64::from(queue(decision) == truth);
        let one = QueueAgreement { labelled: 1, recorded: agreed(recorded), candidate: agreed(candidate) };
        self.all.join(one);
        self.queues.add(truth.to_owned(), one);
        let score = |decision: &Decision| decision.priority.as_ref().map(|priority| priority.score);
        if let (Some(truth), Some(recorded), Some(candidate)) = (label.score, score(recorded), score(candidate)) {
            self.scored.join(1);
            self.recorded_micro.join(distance_micro(truth, recorded));
            self.candidate_micro.join(distance_micro(truth, candidate));
        }
    }

    pub(super) fn summary(&self) -> Agreement {
        let known = |count: u64| (self.all.labelled > 0).then(|| share(count, self.all.labelled));
        let error = |micro: u64| (self.scored > 0).then(|| mean(micro, self.scored) / 1e6);
        Agreement {
            labelled: self.all.labelled,
            recorded: self.all.recorded,
            candidate: self.all.candidate,
            recorded_share: known(self.all.recorded),
            candidate_share: known(self.all.candidate),
            queues: self.queues.kept().clone(),
            score: ScoreAgreement {
                labelled: self.scored,
                recorded_error: error(self.recorded_micro),
                candidate_error: error(self.candidate_micro),
            },
        }
    }
}

impl Join for AgreementTally {
    fn join(&mut self, other: Self) {
        self.all.join(other.all);
        self.queues.join(other.queues);
        self.scored.join(other.scored);
        self.recorded_micro.join(other.recorded_micro);
        self.candidate_micro.join(other.candidate_micro);
    }
}
