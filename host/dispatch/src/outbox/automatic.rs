//! What a decision wants and what must not be done any more: answers to what is gone, and answers to programs that answer.

use model::{Effect, OutgoingState, Wanted};

use super::DrainSettings;
use crate::port::Job;

/// An hour.
pub(super) const HOUR_MS: u64 = 3_600_000;

/// Why something is not to go out at all, and where it ends.
pub(super) fn stopped(job: &Job, settings: &DrainSettings) -> Option<(OutgoingState, String)> {
    let by_decision = matches!(job.outgoing.wanted, Some(Wanted::Effect(Effect::Answer(_))));
    let to_somebody = by_decision || matches!(job.outgoing.wanted, Some(Wanted::Reply(_)));
    if job.outgoing.wanted.is_none() {
        return Some((OutgoingState::Parked, "what was wanted was erased".to_owned()));
    }
    if !to_somebody {
        return None;
    }
    if job.removed {
        let state = if by_decision { OutgoingState::Recalled } else { OutgoingState::Parked };
        return Some((state, "what it answers was removed".to_owned()));
    }
    if job.interaction.is_none() {
        return Some((OutgoingState::Parked, "what it answers was erased".to_owned()));
    }
    if by_decision && job.superseded {
        return Some((OutgoingState::Recalled, "what it answers was edited, and is decided anew".to_owned()));
    }
    // A policy is asked again when an agent replied, a timer rang or a generation was withdrawn, and may acknowledge once more.
    if by_decision && job.said_already {
        return Some((OutgoingState::Recalled, "the same words went out since the customer spoke last".to_owned()));
    }
    let most = settings.automatic_answers_per_hour_max;
    if by_decision && job.automatic_answers >= most {
        let why = format!("{most} answers by decisions in this conversation within an hour: what answers them may be a program too");
        return Some((OutgoingState::Parked, why));
    }
    None
}
