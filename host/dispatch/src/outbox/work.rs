//! One thing from the outbox, one step further.

use std::sync::Arc;

use model::{Effect, OutgoingState, Timestamp, Try, TryCall, Wanted};

use super::automatic::{HOUR_MS, stopped};
use super::call::Heard;
use super::ladder::{self, Climbed, Way};
use super::next::{self, Next, Step, Tried};
use super::{Inner, backoff};
use crate::generation::Generation;
use crate::live::OutgoingChange;
use crate::port::{Begin, Due, Ending, Job, StoreError, TryEnd};

/// How often what came of a try is brought to a store that does not answer.
const ENDINGS_MAX: u32 = 600;
/// Between two of them.
const ENDING_AGAIN_MS: u64 = 500;

impl Inner {
    /// One step: a check, a send or a question.
    pub(super) async fn work(&self, due: &Due) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let since = Timestamp(now.0.saturating_sub(HOUR_MS));
        let job = match self.ports.outbox.job(&due.id, since).await {
            Err(StoreError::NotFound { .. }) => return Ok(()),
            found => found?,
        };
        if !matches!(job.outgoing.state, OutgoingState::Pending | OutgoingState::Waiting | OutgoingState::Unknown) {
            return Ok(());
        }
        if let Some(Wanted::Effect(Effect::Timer { .. } | Effect::Mark { .. })) = &job.outgoing.wanted {
            return self.ring(&job, now).await;
        }
        let generation = self.generation(&job);
        if job.outgoing.state == OutgoingState::Unknown {
            return self.look_for(&job, &generation, due, now).await;
        }
        if let Some((state, why)) = stopped(&job, &self.settings) {
            return self.end(&job, Ending { why: Some(why), ..ending(&job, state, now) }).await;
        }
        let (climbed, checks) = ladder::climb(&job, &generation, job.outgoing.rung, now);
        match climbed {
            Climbed::Way(way) if self.is_paced(&job, &way) => self.try_way(&job, &generation, *way, checks, due).await,
            // It comes back at the pace of that account.
            Climbed::Way(way) => {
                let over = Some((way.connector.spec.name.clone(), way.account.clone()));
                self.end(&job, Ending { checks, rung: way.rung, over, ..ending(&job, OutgoingState::Waiting, now) }).await
            }
            Climbed::Queue(queue, rung) => self.to_queue(&job, queue, rung, checks, now).await,
            Climbed::End if matches!(job.outgoing.wanted, Some(Wanted::Effect(Effect::Notify(_)))) => self.noticed(&job, now).await,
            Climbed::End => self.park(&job, checks, now).await,
        }
    }

    /// The generation that decides about the conversation, or the one that serves.
    fn generation(&self, job: &Job) -> Arc<Generation> {
        match &job.interaction {
            Some(interaction) => self.ports.current.for_interaction(interaction),
            None => self.ports.current.load(),
        }
    }

    /// Whether it waited for this account's turn.
    fn is_paced(&self, job: &Job, way: &Way) -> bool {
        let moved = way.connector.spec.name != job.outgoing.connector;
        let unpaced = job.outgoing.kind == "notify" && job.outgoing.state == OutgoingState::Pending;
        !moved && !unpaced
    }

    /// A timer's time has come: its interaction is decided again.
    async fn ring(&self, job: &Job, now: Timestamp) -> Result<(), StoreError> {
        let gone = job.removed || job.interaction.is_none();
        let (state, why) =
            if gone { (OutgoingState::Recalled, Some("what it is about is gone".to_owned())) } else { (OutgoingState::Done, None) };
        self.end(job, Ending { why, ..ending(job, state, now) }).await
    }

    /// A notice that goes nowhere but into the list of notices.
    async fn noticed(&self, job: &Job, now: Timestamp) -> Result<(), StoreError> {
        tracing::info!(notice = %job.outgoing.id, "somebody inside is to be told; the list of notices has it");
        self.end(job, ending(job, OutgoingState::Done, now)).await
    }

    async fn try_way(&self, job: &Job, generation: &Generation, way: Way, checks: Vec<Try>, due: &Due) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        if !checks.is_empty() {
            // The checks first, as a step of their own; it is tried when it is taken next, at once.
            return self.end(job, Ending { checks, rung: way.rung, ..ending(job, OutgoingState::Waiting, now) }).await;
        }
        let pass = match self.admit(&way) {
            Ok(pass) => pass,
            // Nobody was called: it counts as no try.
            Err(kind) => {
                let due_at = now.plus_ms(backoff::wait_ms(&self.settings, &job.outgoing.id.0, 3));
                let why = Some(kind.to_string());
                return self.end(job, Ending { due_at, rung: way.rung, why, ..ending(job, OutgoingState::Waiting, now) }).await;
            }
        };
        if !self.begin(job, &way, TryCall::Send, now).await? {
            return Ok(());
        }
        let heard = self.send(&way, &key(job, way.rung), pass).await;
        let sends = Tried::of(job).sends(way.rung).saturating_add(1);
        let now = self.ports.clock.now();
        let Heard { told, host_calls } = heard;
        let next = next::after_send(told, &self.settings, &job.outgoing.id.0, sends, now);
        self.conclude(job, generation, &way, next, host_calls, due).await
    }

    /// Nobody knows whether it went out: its channel is asked.
    async fn look_for(&self, job: &Job, generation: &Generation, due: &Due, now: Timestamp) -> Result<(), StoreError> {
        let way = match ladder::on_rung(job, generation, job.outgoing.rung) {
            Ok(way) => way,
            Err(obstacle) => {
                let why = format!("it may have gone out, and nobody can be asked: {}", obstacle.detail());
                return self.end(job, Ending { why: Some(why), ..ending(job, OutgoingState::Parked, now) }).await;
            }
        };
        let pass = match self.admit(&way) {
            Ok(pass) => pass,
            Err(kind) => {
                let due_at = now.plus_ms(backoff::wait_ms(&self.settings, &job.outgoing.id.0, 3));
                return self.end(job, Ending { due_at, why: Some(kind.to_string()), ..ending(job, OutgoingState::Unknown, now) }).await;
            }
        };
        if !self.begin(job, &way, TryCall::Find, now).await? {
            return Ok(());
        }
        let Heard { told, host_calls } = self.find(&way, &key(job, way.rung), pass).await;
        let finds = Tried::of(job).finds().saturating_add(1);
        let now = self.ports.clock.now();
        let mut next = next::after_find(told, &self.settings, &job.outgoing.id.0, finds, now);
        // What is not there is sent again, but not for ever.
        if next.outcome == "not-found" && Tried::of(job).sends(way.rung) >= self.settings.tries_max.max(1) {
            next.step = Step::Down;
        }
        self.conclude(job, generation, &way, next, host_calls, due).await
    }

    /// Notes that a try begins; whether it did.
    async fn begin(&self, job: &Job, way: &Way, call: TryCall, now: Timestamp) -> Result<bool, StoreError> {
        let begin = Begin {
            id: job.outgoing.id.clone(),
            from: job.outgoing.state,
            at: now,
            rung: way.rung,
            connector: way.connector.spec.name.clone(),
            call,
            digest: Some(way.connector.plugin.info().digest.clone()),
        };
        match self.ports.outbox.begin(begin).await {
            Ok(began) => Ok(began),
            Err(error) => {
                // Perhaps it was durable all the same: nobody was called, and so it stands where it stood.
                let outcome = Some(TryEnd { outcome: "later".to_owned(), detail: Some(error.to_string()), host_calls: Vec::new() });
                let due_at = now.plus_ms(self.settings.rescan_ms);
                let back = Ending { from: OutgoingState::Sending, due_at, outcome, ..ending(job, job.outgoing.state, now) };
                self.end(job, back).await?;
                Ok(false)
            }
        }
    }

    /// Writes what follows from an answer.
    async fn conclude(
        &self,
        job: &Job,
        generation: &Generation,
        way: &Way,
        next: Next,
        host_calls: Vec<model::HostCall>,
        due: &Due,
    ) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        if let Some(until) = next.rest_until {
            self.paces.rest(&due.pace, until);
        }
        let connector = &way.connector.spec.name;
        self.ports.counters.outgoing(connector, next.outcome);
        let outcome = Some(TryEnd { outcome: next.outcome.to_owned(), detail: next.detail.clone(), host_calls });
        let base = Ending {
            from: OutgoingState::Sending,
            outcome,
            rung: way.rung,
            why: next.detail.clone(),
            ..ending(job, OutgoingState::Waiting, now)
        };
        let ending = match next.step {
            Step::Done(sent) => Ending { state: OutgoingState::Done, sent, why: None, ..base },
            Step::Stand(state, due_at) => Ending { state, due_at, ..base },
            Step::Park => {
                let why = format!("it may have gone out, and nobody can tell: {}", next.detail.unwrap_or_default());
                Ending { state: OutgoingState::Parked, why: Some(why), ..base }
            }
            Step::Down => {
                let (climbed, checks) = ladder::climb(job, generation, way.rung.saturating_add(1), now);
                let this = (way.rung, next.outcome, next.detail.as_deref());
                match climbed {
                    Climbed::Way(other) => {
                        let over = Some((other.connector.spec.name.clone(), other.account.clone()));
                        Ending { checks, rung: other.rung, over, ..base }
                    }
                    Climbed::Queue(queue, rung) => {
                        let why = Some(format!("a person has it in `{queue}`; {}", reasons(job, Some(this), &checks)));
                        Ending { state: OutgoingState::Parked, rung, why, queue: Some(queue), checks, ..base }
                    }
                    Climbed::End => {
                        let why = Some(reasons(job, Some(this), &checks));
                        Ending { state: OutgoingState::Parked, why, checks, ..base }
                    }
                }
            }
        };
        self.end(job, ending).await
    }

    async fn to_queue(&self, job: &Job, queue: String, rung: u32, checks: Vec<Try>, now: Timestamp) -> Result<(), StoreError> {
        let why = Some(format!("a person has it in `{queue}`; {}", reasons(job, None, &checks)));
        self.end(job, Ending { checks, rung, why, queue: Some(queue), ..ending(job, OutgoingState::Parked, now) }).await
    }

    async fn park(&self, job: &Job, checks: Vec<Try>, now: Timestamp) -> Result<(), StoreError> {
        let why = Some(reasons(job, None, &checks));
        self.end(job, Ending { checks, why, ..ending(job, OutgoingState::Parked, now) }).await
    }

    /// Brings what came of it to the store, until the store has it: nobody else knows.
    async fn end(&self, job: &Job, ending: Ending) -> Result<(), StoreError> {
        let mut tried = 0;
        let ended = loop {
            match self.ports.outbox.end(ending.clone()).await {
                Err(StoreError::Unavailable(why)) if tried < ENDINGS_MAX => {
                    tried += 1;
                    tracing::warn!(outgoing = %ending.id, %why, "the store is not available");
                    let clock = &self.ports.clock;
                    clock.wait_until(clock.now().plus_ms(ENDING_AGAIN_MS)).await;
                }
                outcome => break outcome?,
            }
        };
        if ended.asks_again {
            self.ports.wake.wake();
        }
        if ended.written {
            let connector = ending.over.map_or_else(|| job.outgoing.connector.clone(), |(connector, _)| connector);
            let (id, kind, interaction) = (ending.id.clone(), job.outgoing.kind.clone(), job.outgoing.interaction.clone());
            self.ports.live.changed(OutgoingChange { id, kind, connector, state: ending.state, interaction });
        }
        if ended.written && ending.state == OutgoingState::Parked {
            tracing::warn!(outgoing = %ending.id, "parked: a person has to look");
        }
        Ok(())
    }
}

/// The key for the channel: another one on each rung, because what failed on one may have been kept under its key.
fn key(job: &Job, rung: u32) -> String {
    match rung {
        0 => job.outgoing.id.0.clone(),
        rung => format!("{}-{rung}", job.outgoing.id),
    }
}

/// It stands there from now on, on its rung; due at once.
fn ending(job: &Job, state: OutgoingState, now: Timestamp) -> Ending {
    Ending {
        id: job.outgoing.id.clone(),
        from: job.outgoing.state,
        at: now,
        outcome: None,
        checks: Vec::new(),
        state,
        rung: job.outgoing.rung,
        due_at: now,
        over: None,
        why: None,
        sent: Vec::new(),
        queue: None,
    }
}

/// What happened on every rung, the last thing on each.
fn reasons(job: &Job, this: Option<(u32, &'static str, Option<&str>)>, checks: &[Try]) -> String {
    let mut rungs: std::collections::BTreeMap<u32, String> = std::collections::BTreeMap::new();
    let told = |outcome: &str, detail: Option<&str>| detail.map_or_else(|| outcome.to_owned(), |detail| format!("{outcome} ({detail})"));
    let ended = job.history.iter().filter(|line| !line.outcome.is_empty() && line.outcome != "retried");
    for line in ended {
        rungs.insert(line.rung, told(&line.outcome, line.detail.as_deref()));
    }
    if let Some((rung, outcome, detail)) = this {
        rungs.insert(rung, told(outcome, detail));
    }
    for check in checks {
        rungs.insert(check.rung, told(&check.outcome, check.detail.as_deref()));
    }
    let lines = rungs.into_iter().map(|(rung, what)| format!("rung {}: {what}", rung.saturating_add(1)));
    lines.collect::<Vec<_>>().join("; ")
}
