//! Deciding again what was decided before, by the same generation or by another one, from the record.
//!
//! It is the same chain and the same code as the first time, but for where answers come from: nobody outside is asked. Nothing but the inputs
//! counts: no breaker, no budget and no deadline ends a step, so that a slow machine says what a quick one says. Fuel still does.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Call, Decision, DecisionId, Role, Timestamp, Trace};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::ask::Said;
use super::run::{Asked, Run};
use super::{Decider, Pinned, complete};
use crate::generation::{Generation, Step};
use crate::port::Work;
use crate::recording::{Kept, Recalled, Recording};

/// A decision made again. Nothing of it is stored, and no effect of it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Redecided {
    /// What is decided now.
    pub decision: Decision,
    /// Why.
    pub trace: Trace,
    /// The enrichers that the chain wanted to ask and whose answer was never recorded, by configured name: they count as not run, and the
    /// decision says nothing about what would have been decided. Responders are never here: no decision hangs on them.
    pub unanswered: Vec<String>,
    /// The pure plugins whose fault was taken from the record because it would not come again, by configured name.
    pub from_record: Vec<String>,
}

/// Where a run's answers come from when it is decided again.
#[derive(Default)]
pub(super) struct Replay {
    recording: Arc<Recording>,
    /// How often each plugin was asked in each role.
    asked: BTreeMap<(String, Role), usize>,
    unanswered: Vec<String>,
    from_record: Vec<String>,
}

impl Decider {
    /// Decides again about a work of [`Work::recorded`], by the time of then. Many may run at a time: they are asked together as live ones
    /// are, on the threads of this decider's hop. The counters count them: give it a decider of its own where live decisions are counted.
    pub async fn redecide(
        &self,
        generation: &Arc<Generation>,
        work: Work,
        now: Timestamp,
        id: DecisionId,
        recording: Arc<Recording>,
    ) -> Redecided {
        let Pinned(mut run) = self.pin(generation, work, now);
        run.replay = Some(Box::new(Replay { recording, ..Replay::default() }));
        run.look_up().await;
        let (decision, trace, replay) = complete(run, id).await;
        let replay = replay.unwrap_or_default();
        Redecided { decision, trace, unanswered: replay.unanswered, from_record: replay.from_record }
    }
}

impl Replay {
    /// What is known of this plugin's next answer.
    fn next(&mut self, asked: &Asked<'_>, role: Role) -> Recalled<'_> {
        let info = asked.plugin.info();
        let before = self.asked.entry((info.spec.name.clone(), role)).or_default();
        let recalled = self.recording.recall(info, role, *before);
        *before += 1;
        recalled
    }
}

impl Run {
    /// Takes an edge plugin's answer from the record; says whether another is to be asked.
    pub(super) fn recall_edge(&mut self, step: &Step, asked: &Asked<'_>) -> bool {
        let Some(replay) = &mut self.replay else { return false };
        let answer = match replay.next(asked, step.role) {
            Recalled::Kept(kept) => answer(kept, step.role),
            Recalled::AskAgain | Recalled::Unknown => None,
        };
        match answer {
            Some((call, called)) => self.recalled(step, asked, call, called),
            None => {
                if step.role == Role::Enricher {
                    replay.unanswered.push(asked.plugin.info().spec.name.clone());
                }
                false
            }
        }
    }

    /// Takes a pure plugin's fault from the record; absent: it is to be asked.
    pub(super) fn recall_pure(&mut self, step: &Step, asked: &Asked<'_>) -> Option<bool> {
        let replay = self.replay.as_mut()?;
        let Recalled::Kept(kept) = replay.next(asked, step.role) else { return None };
        let (call, called) = answer(kept, step.role)?;
        replay.from_record.push(asked.plugin.info().spec.name.clone());
        Some(self.recalled(step, asked, call, called))
    }

    fn recalled(&mut self, step: &Step, asked: &Asked<'_>, call: Call<Said>, called: bool) -> bool {
        let seen = called.then(|| self.seen_by(asked.plugin));
        self.concluded(step, asked, seen, call)
    }
}

/// The recorded answer, and whether the plugin was called for it. None when it cannot be read.
fn answer(kept: &Kept, role: Role) -> Option<(Call<Said>, bool)> {
    let outcome = match &kept.outcome {
        Ok(said) => Ok(match role {
            Role::Enricher => Said::Signals(read(said)?),
            Role::Responder => Said::Suggestions(read(said)?),
            _ => return None,
        }),
        Err(fault) => Err(fault.kind.clone()),
    };
    Some((Call { outcome, cost: kept.cost.clone() }, kept.called))
}

fn read<T: DeserializeOwned>(said: &Json) -> Option<T> {
    T::deserialize(said).ok()
}
