//! The outbox: carries out what decisions and people want said or done.
//!
//! The store is the queue, as it is for decisions. What is about to be sent is noted there before anybody is called
//! ([`OutgoingState::Sending`]), and what nobody knows the outcome of (a lost connection, a fault after a request, a crash) is never sent again
//! before its channel was asked ([`Plugin::find`](crate::port::Plugin::find)): exactly once here, at least once outside, under a key that stays
//! the same. In each conversation words go out in the order in which they were wanted. An account sends one thing at a time unless configured otherwise, and
//! rests when its channel says so. What cannot go out where it was meant to climbs down the ladder of its connector, rung by rung, and is
//! parked for a person at the end with what happened on each.
//!
//! Nothing here knows a channel: senders do, and answer in the contract's words.

mod automatic;
mod backoff;
mod call;
mod guard;
mod ladder;
mod mail;
mod next;
mod pace;
mod work;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::OutgoingId;
#[cfg(doc)]
use model::OutgoingState;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::breaker::Breakers;
use crate::counters::Counters;
use crate::dispatcher::Wake;
use crate::generation::Current;
use crate::live::Live;
use crate::port::{Clock, Due, Handover, Outbox, StoreError};

use pace::Paces;

/// How long what cannot be used is left alone.
const UNUSABLE_MS: u64 = 10_000;

/// The bounds of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainSettings {
    /// Sends that are under way at a time.
    pub sends_parallel_max: usize,
    /// Sends of one account that are under way at a time.
    pub account_sends_max: usize,
    /// Tries on one rung before the next one is taken.
    pub tries_max: u32,
    /// Questions whether something went out before a person has to look.
    pub find_tries_max: u32,
    /// First wait between two tries; it doubles.
    pub backoff_ms: u64,
    /// Longest wait between two tries, unless the channel asks for more.
    pub backoff_ms_max: u64,
    /// How long after an unknown outcome the channel is asked.
    pub find_after_ms: u64,
    /// Answers by decisions in one conversation and hour.
    pub automatic_answers_per_hour_max: u32,
    /// How often the outbox is looked through, in case a wake-up was missed.
    pub rescan_ms: u64,
}

impl Default for DrainSettings {
    fn default() -> Self {
        Self {
            sends_parallel_max: 64,
            account_sends_max: 1,
            tries_max: 12,
            find_tries_max: 5,
            backoff_ms: 2_000,
            backoff_ms_max: 900_000,
            find_after_ms: 5_000,
            automatic_answers_per_hour_max: 6,
            rescan_ms: 1_000,
        }
    }
}

/// What the drain works with.
pub struct DrainPorts {
    /// Where everything stands.
    pub outbox: Arc<dyn Outbox>,
    /// Whose connectors send, and whose ladders are climbed.
    pub current: Arc<Current>,
    /// Takes bytes that senders made ready.
    pub handover: Arc<dyn Handover>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where calls are counted.
    pub counters: Arc<Counters>,
    /// Which plugin is not to be called.
    pub breakers: Arc<Breakers>,
    /// Tells of decisions, which may want something sent.
    pub live: Live,
    /// Wakes the dispatcher, when something is to be decided again.
    pub wake: Wake,
}

/// Tells the drain that something waits. Clones wake the same drain.
#[derive(Clone, Debug, Default)]
pub struct DrainWake(Arc<Notify>);

impl DrainWake {
    /// Something waits to go out.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Drains the outbox. Clones are the same drain.
#[derive(Clone)]
pub struct Drain(Arc<Inner>);

struct Inner {
    ports: DrainPorts,
    settings: DrainSettings,
    paces: Paces,
    in_flight: Mutex<BTreeSet<OutgoingId>>,
    wake: DrainWake,
}

impl Drain {
    /// A drain that does nothing until it is run.
    #[must_use]
    pub fn new(ports: DrainPorts, settings: DrainSettings, wake: DrainWake) -> Self {
        let paces = Paces::new(settings.account_sends_max);
        Self(Arc::new(Inner { ports, settings, paces, in_flight: Mutex::default(), wake }))
    }

    /// By which it is woken.
    #[must_use]
    pub fn wake(&self) -> DrainWake {
        self.0.wake.clone()
    }

    /// Carries out what waits until `stop`. Then nothing new is begun, what is under way is ended, and it returns.
    pub async fn run(&self, stop: CancellationToken) {
        let hearing = tokio::spawn(hear(self.0.ports.live.subscribe(), self.0.wake.clone()));
        let tasks = TaskTracker::new();
        let mut recovered = false;
        while !stop.is_cancelled() {
            let looked = if recovered { self.0.look(&tasks, &stop).await } else { self.0.recover().await.map(|()| Looked::More) };
            match looked {
                Ok(Looked::More) => recovered = true,
                Ok(Looked::Until(at_ms)) => self.0.idle(at_ms, &stop).await,
                Err(error) => {
                    tracing::warn!(%error, "the store does not tell what is to go out");
                    self.0.idle(self.0.settings.rescan_ms, &stop).await;
                }
            }
        }
        hearing.abort();
        tasks.close();
        tasks.wait().await;
    }
}

/// Decisions with effects wake the drain; so does having missed some.
async fn hear(mut decisions: tokio::sync::broadcast::Receiver<Arc<model::DecisionSummary>>, wake: DrainWake) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match decisions.recv().await {
            Ok(summary) if summary.decision.routing.effects.is_empty() => {}
            Ok(_) | Err(RecvError::Lagged(_)) => wake.wake(),
            Err(RecvError::Closed) => return,
        }
    }
}

enum Looked {
    /// There may be more at once.
    More,
    /// Nothing before so many milliseconds have passed, unless it is woken.
    Until(u64),
}

impl Inner {
    async fn recover(&self) -> Result<(), StoreError> {
        let interrupted = self.ports.outbox.recover(self.ports.clock.now()).await?;
        if interrupted > 0 {
            tracing::warn!(interrupted, "was being sent when the host ended: channels are asked before anything is sent again");
        }
        Ok(())
    }

    /// Takes what may be tried now.
    async fn look(self: &Arc<Self>, tasks: &TaskTracker, stop: &CancellationToken) -> Result<Looked, StoreError> {
        let now = self.ports.clock.now();
        let room = self.settings.sends_parallel_max.max(1).saturating_sub(self.in_flight().len());
        if room == 0 {
            return Ok(Looked::Until(self.settings.rescan_ms));
        }
        // What is under way may come back in the page, and one account may fill it.
        let limit = u32::try_from(room.saturating_add(self.in_flight().len()).saturating_mul(2)).unwrap_or(u32::MAX);
        let page = self.ports.outbox.due(now, self.paces.closed(now), limit).await?;
        let mut taken = 0;
        for due in page.due {
            if taken == room {
                break;
            }
            taken += usize::from(self.take(due, now, tasks, stop));
        }
        if taken > 0 {
            return Ok(Looked::More);
        }
        let opens_at = self.paces.opens_at(now);
        let next = [page.next_at, opens_at].into_iter().flatten().map(|at| at.since_ms(now)).min();
        Ok(Looked::Until(next.unwrap_or(u64::MAX).clamp(1, self.settings.rescan_ms.max(1))))
    }

    /// Whether it is tried now.
    fn take(self: &Arc<Self>, due: Due, now: model::Timestamp, tasks: &TaskTracker, stop: &CancellationToken) -> bool {
        if self.in_flight().contains(&due.id) {
            return false;
        }
        let Some(seat) = self.paces.seat(&due.pace, now) else { return false };
        self.in_flight().insert(due.id.clone());
        let (inner, stop) = (Arc::clone(self), stop.clone());
        tasks.spawn(async move {
            let leaving = Leaving { inner: &inner, id: due.id.clone() };
            let worked = inner.work(&due).await;
            drop(seat);
            if let Err(error) = worked {
                tracing::error!(outgoing = %due.id, %error, "it waits on: its record cannot be used");
                inner.idle_alone(&stop).await;
            }
            drop(leaving);
        });
        true
    }

    /// Before the same thing is looked at again that could not be.
    async fn idle_alone(&self, stop: &CancellationToken) {
        let clock = &self.ports.clock;
        tokio::select! {
            () = clock.wait_until(clock.now().plus_ms(UNUSABLE_MS)) => {}
            () = stop.cancelled() => {}
        }
    }

    async fn idle(&self, wait_ms: u64, stop: &CancellationToken) {
        let clock = &self.ports.clock;
        tokio::select! {
            () = self.wake.0.notified() => {}
            () = clock.wait_until(clock.now().plus_ms(wait_ms.max(1))) => {}
            () = stop.cancelled() => {}
        }
    }

    fn in_flight(&self) -> MutexGuard<'_, BTreeSet<OutgoingId>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Leaving<'a> {
    inner: &'a Inner,
    id: OutgoingId,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.inner.in_flight().remove(&self.id);
        self.inner.wake.wake();
    }
}
