//! What follows from an answer: the state machine, without anybody being asked.

use model::{OutgoingState, Timestamp, Try, TryCall, Undelivered};

use super::call::Told;
use super::{DrainSettings, backoff};
use crate::port::Job;

/// An account rests so long after a failure that named no time, at most.
const REST_MS_MAX: u64 = 30_000;
/// Of a sentence that is kept.
const DETAIL_BYTES_MAX: usize = 2 << 10;

/// Where it stands after a try.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Next {
    /// As in [`Try::outcome`].
    pub(super) outcome: &'static str,
    pub(super) detail: Option<String>,
    pub(super) step: Step,
    /// Nothing goes out by the same account until then.
    pub(super) rest_until: Option<Timestamp>,
}

/// What is done now.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// It is done; these are the channel's ids of it.
    Done(Vec<String>),
    /// The same again, not before this time.
    Stand(OutgoingState, Timestamp),
    /// The next rung.
    Down,
    /// A person has to look, and nothing else will be tried.
    Park,
}

/// How often it was tried since somebody last said that it be tried anew.
pub(super) struct Tried<'a>(&'a [Try]);

impl<'a> Tried<'a> {
    pub(super) fn of(job: &'a Job) -> Self {
        let history = job.history.as_slice();
        let anew = history.iter().rposition(|line| line.outcome == "retried").map_or(0, |place| place.saturating_add(1));
        Self(history.get(anew..).unwrap_or_default())
    }

    /// Sends on this rung.
    pub(super) fn sends(&self, rung: u32) -> u32 {
        number(self.0.iter().filter(|line| line.call == TryCall::Send && line.rung == rung).count())
    }

    /// Questions since the last send.
    pub(super) fn finds(&self) -> u32 {
        number(self.0.iter().rev().take_while(|line| line.call != TryCall::Send).filter(|line| line.call == TryCall::Find).count())
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// After a send; `sends` counts this one too.
pub(super) fn after_send(told: Told, settings: &DrainSettings, key: &str, sends: u32, now: Timestamp) -> Next {
    let again = |outcome, detail: String, at: Option<Timestamp>| {
        let soonest = now.plus_ms(backoff::wait_ms(settings, key, sends));
        let due_at = at.map_or(soonest, |at| at.max(now.plus_ms(1)));
        let rest_until = at.map_or_else(|| due_at.min(now.plus_ms(REST_MS_MAX)), |_| due_at);
        let step = if sends >= settings.tries_max.max(1) { Step::Down } else { Step::Stand(OutgoingState::Waiting, due_at) };
        Next { outcome, detail: Some(short(detail)), step, rest_until: Some(rest_until) }
    };
    let down = |outcome, detail: String| Next { outcome, detail: Some(short(detail)), step: Step::Down, rest_until: None };
    match told {
        Told::Sent(ids) => Next { outcome: "sent", detail: None, step: Step::Done(ids), rest_until: None },
        Told::NotThere => down("never", "the sender said something that it was not asked".to_owned()),
        Told::Undelivered(Undelivered::WindowClosed(why)) => down("window-closed", why),
        Told::Undelivered(Undelivered::TooLong(units)) => down("too-long", format!("longer than {units} of the channel's units")),
        Told::Undelivered(Undelivered::Never(why)) => down("never", why),
        Told::Undelivered(Undelivered::Later { at, why }) => again("later", why, at),
        Told::Undelivered(Undelivered::Unauthorised(why)) => again("unauthorised", why, None),
        Told::Undelivered(Undelivered::Unknown(why)) => Next {
            outcome: "unknown",
            detail: Some(short(why)),
            step: Step::Stand(OutgoingState::Unknown, now.plus_ms(settings.find_after_ms)),
            rest_until: None,
        },
        Told::Faulted(kind) => Next { rest_until: None, ..again("fault", kind.to_string(), None) },
    }
}

/// After a question whether it went out; `finds` counts this one too. Unless the channel says that it is not there, it is not sent again.
pub(super) fn after_find(told: Told, settings: &DrainSettings, key: &str, finds: u32, now: Timestamp) -> Next {
    let ask_again = |outcome, detail: String, at: Option<Timestamp>| {
        let soonest = now.plus_ms(backoff::wait_ms(settings, key, finds));
        let due_at = at.map_or(soonest, |at| at.max(now.plus_ms(1)));
        let step = if finds >= settings.find_tries_max.max(1) { Step::Park } else { Step::Stand(OutgoingState::Unknown, due_at) };
        Next { outcome, detail: Some(short(detail)), step, rest_until: at.map(|_| due_at) }
    };
    let park = |outcome, detail: String| Next { outcome, detail: Some(short(detail)), step: Step::Park, rest_until: None };
    match told {
        Told::Sent(ids) => Next { outcome: "found", detail: None, step: Step::Done(ids), rest_until: None },
        Told::NotThere => Next { outcome: "not-found", detail: None, step: Step::Stand(OutgoingState::Waiting, now), rest_until: None },
        Told::Undelivered(Undelivered::Later { at, why }) => ask_again("later", why, at),
        Told::Undelivered(Undelivered::Unauthorised(why)) => ask_again("unauthorised", why, None),
        Told::Undelivered(Undelivered::Unknown(why)) => ask_again("unknown", why, None),
        Told::Undelivered(Undelivered::Never(why) | Undelivered::WindowClosed(why)) => park("never", why),
        Told::Undelivered(Undelivered::TooLong(_)) => park("never", "the channel cannot be asked".to_owned()),
        Told::Faulted(kind) => ask_again("fault", kind.to_string(), None),
    }
}

/// A sentence of a stranger, cut at a character.
fn short(mut text: String) -> String {
    if text.len() > DETAIL_BYTES_MAX {
        let end = (0..=DETAIL_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use model::FaultKind;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn settings() -> DrainSettings {
        DrainSettings {
            tries_max: 3,
            find_tries_max: 2,
            backoff_ms: 1_000,
            backoff_ms_max: 8_000,
            find_after_ms: 500,
            ..DrainSettings::default()
        }
    }

    fn later(at: Option<u64>) -> Told {
        Told::Undelivered(Undelivered::Later { at: at.map(Timestamp), why: "busy".to_owned() })
    }

    fn undelivered(why: fn(String) -> Undelivered) -> Told {
        Told::Undelivered(why("so".to_owned()))
    }

    fn stands(next: &Next) -> Option<(OutgoingState, u64)> {
        match next.step {
            Step::Stand(state, at) => Some((state, at.0)),
            _ => None,
        }
    }

    #[test]
    fn what_follows_from_a_send() {
        let after = |told, sends| after_send(told, &settings(), "k", sends, NOW);
        assert_eq!(after(Told::Sent(vec!["1".to_owned()]), 1).step, Step::Done(vec!["1".to_owned()]));
        for told in [undelivered(Undelivered::WindowClosed), undelivered(Undelivered::Never), Told::Undelivered(Undelivered::TooLong(5))] {
            assert_eq!(after(told, 1).step, Step::Down);
        }
        assert_eq!(stands(&after(undelivered(Undelivered::Unknown), 9)), Some((OutgoingState::Unknown, 1_000_500)), "whatever the try");
        let asked_for = after(later(Some(1_060_000)), 1);
        assert_eq!((stands(&asked_for), asked_for.rest_until), (Some((OutgoingState::Waiting, 1_060_000)), Some(Timestamp(1_060_000))));
        for told in [later(None), undelivered(Undelivered::Unauthorised), Told::Faulted(FaultKind::Stack)] {
            let (state, at) = stands(&after(told, 2)).unwrap();
            assert!(state == OutgoingState::Waiting && (1_001_000..=1_002_000).contains(&at), "{at}");
        }
        for told in [later(Some(1_060_000)), later(None), undelivered(Undelivered::Unauthorised), Told::Faulted(FaultKind::Stack)] {
            assert_eq!(after(told, 3).step, Step::Down, "often enough");
        }
        assert_eq!(after(Told::Faulted(FaultKind::Stack), 1).rest_until, None, "the channel has done nothing wrong");
    }

    #[test]
    fn what_follows_from_a_question() {
        let after = |told, finds| after_find(told, &settings(), "k", finds, NOW);
        assert_eq!(after(Told::Sent(Vec::new()), 1).step, Step::Done(Vec::new()));
        assert_eq!(stands(&after(Told::NotThere, 9)), Some((OutgoingState::Waiting, NOW.0)), "only this lets it be sent again");
        for told in [undelivered(Undelivered::Never), undelivered(Undelivered::WindowClosed), Told::Undelivered(Undelivered::TooLong(5))] {
            assert_eq!(after(told, 1).step, Step::Park);
        }
        let unclear =
            || [later(None), undelivered(Undelivered::Unknown), undelivered(Undelivered::Unauthorised), Told::Faulted(FaultKind::Stack)];
        for told in unclear() {
            assert_eq!(stands(&after(told, 1)).map(|(state, _)| state), Some(OutgoingState::Unknown));
        }
        for told in unclear() {
            assert_eq!(after(told, 2).step, Step::Park);
        }
    }

    #[test]
    fn what_strangers_say_is_cut() {
        assert_eq!(short("é".repeat(DETAIL_BYTES_MAX)).len(), DETAIL_BYTES_MAX);
        assert_eq!(short(format!("a{}", "é".repeat(DETAIL_BYTES_MAX))).len(), DETAIL_BYTES_MAX - 1);
    }
}
