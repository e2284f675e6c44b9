//! The dispatcher: pulls what waits for a decision, keeps order where order matters, decides, commits, tells.
//!
//! The store is the queue: nothing is held in memory that is not durable, so a crash at any point loses nothing, and what was decided twice
//! by a crash between decision and commit is committed once. Who shares an order key is decided one after the other; their look-ups may run
//! ahead of their turn, a few places deep, so that a slow network does not hold the order's place. How many are on their way is bounded for
//! each chain apart, so that a chain with a slow plugin keeps no other waiting.

mod backoff;
mod seats;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::beside::{Beside, Told};
use crate::chain::{Decider, Enriched, Pinned, decision_id};
use crate::generation::Current;
use crate::lane::{Lanes, Place};
use crate::live::Live;
use crate::port::{Clock, Commit, NewDecision, Pending, Store, StoreError, Work};

use backoff::Backoff;
use seats::{Seat, Seats};

/// The bounds of a dispatcher.
#[derive(Clone, Copy, Debug)]
pub struct DispatcherSettings {
    /// How many interactions of one chain are decided at a time, and how many are read at a time.
    pub parallel_max: usize,
    /// How many interactions of one chain look things up at a time.
    pub lookups_max: usize,
    /// How many interactions of one order key may look things up before their turn, the one whose turn it is included.
    pub ahead_max: usize,
    /// How many waiting interactions are known at a time.
    pub window_max: usize,
    /// How many KiB of interactions that wait for their chain are kept in memory; the others are read anew when it has room.
    pub kept_kib_max: usize,
    /// How often the store is looked through from the start, in case a wake-up was missed.
    pub rescan_ms: u64,
    /// First wait after the store did not answer; it doubles up to the most.
    pub backoff_ms: u64,
    /// Longest wait after the store did not answer.
    pub backoff_ms_max: u64,
}

impl Default for DispatcherSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            parallel_max: cores.saturating_mul(32),
            lookups_max: 256,
            ahead_max: 4,
            window_max: 4_096,
            kept_kib_max: 64 << 10,
            rescan_ms: 30_000,
            backoff_ms: 50,
            backoff_ms_max: 5_000,
        }
    }
}

/// Tells the dispatcher that something waits. Clones wake the same dispatcher.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Something waits for a decision.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// What a dispatcher works with.
pub struct DispatcherPorts {
    /// Where interactions wait and decisions go.
    pub store: Arc<dyn Store>,
    /// The generation that serves.
    pub current: Arc<Current>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Runs the chains.
    pub decider: Decider,
    /// Hears of every decision.
    pub live: Live,
    /// By which it is woken.
    pub wake: Wake,
    /// Hears of every decision too, and runs as long as the dispatcher does.
    pub beside: Beside,
}

/// Decides everything that waits. Clones are the same dispatcher.
#[derive(Clone)]
pub struct Dispatcher(Arc<Inner>);

struct Inner {
    ports: DispatcherPorts,
    settings: DispatcherSettings,
    lanes: Lanes,
    in_flight: Mutex<BTreeSet<u64>>,
    freed: Notify,
    reading: Semaphore,
    kept: Semaphore,
    deciding: Seats,
    looking_up: Seats,
}

impl Dispatcher {
    /// A dispatcher that does nothing until it is run.
    #[must_use]
    pub fn new(ports: DispatcherPorts, settings: DispatcherSettings) -> Self {
        Self(Arc::new(Inner {
            ports,
            settings,
            lanes: Lanes::new(settings.ahead_max),
            in_flight: Mutex::default(),
            freed: Notify::new(),
            reading: Semaphore::new(settings.parallel_max.clamp(1, Semaphore::MAX_PERMITS)),
            kept: Semaphore::new(settings.kept_kib_max.min(Semaphore::MAX_PERMITS)),
            deciding: Seats::new(settings.parallel_max),
            looking_up: Seats::new(settings.lookups_max),
        }))
    }

    /// Something waits for a decision.
    pub fn wake(&self) {
        self.0.ports.wake.wake();
    }

    /// Decides what waits until `stop`. Then nothing new is begun, what is being decided is committed, and it returns. What runs beside is
    /// stopped last.
    pub async fn run(&self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let ended = CancellationToken::new();
        let _ending = ended.clone().drop_guard();
        let comparing = tokio::spawn({
            let (beside, ended) = (self.0.ports.beside.clone(), ended.clone());
            async move { beside.run(ended).await }
        });
        let mut backoff = Backoff::new(&self.0.settings);
        let mut after = 0;
        while !stop.is_cancelled() {
            after = match self.0.pull(after, &tasks, &stop).await {
                Ok(Pulled::More(after)) => after,
                Ok(Pulled::All(after)) => {
                    backoff.reset();
                    self.0.idle(after, &stop).await
                }
                Err(error) => {
                    tracing::warn!(%error, "the store does not tell what waits");
                    backoff.wait(&*self.0.ports.clock, &stop).await;
                    after
                }
            };
        }
        tasks.close();
        tasks.wait().await;
        ended.cancel();
        let _ = comparing.await;
    }
}

enum Pulled {
    /// The window or the page was full: there may be more after this number.
    More(u64),
    /// Nothing waits after this number.
    All(u64),
}

impl Inner {
    /// Takes what waits after `after` into the window.
    async fn pull(self: &Arc<Self>, after: u64, tasks: &TaskTracker, stop: &CancellationToken) -> Result<Pulled, StoreError> {
        let room = self.room(stop).await;
        let page = self.ports.store.pending(after, room).await?;
        let full = page.len() >= usize::try_from(room).unwrap_or(usize::MAX);
        let mut last = after;
        for pending in page {
            last = last.max(pending.seq);
            if self.in_flight().insert(pending.seq) {
                let place = self.lanes.enter(&pending.order_key, pending.seq);
                tasks.spawn(Arc::clone(self).take_through(pending, place, stop.clone()));
            }
        }
        Ok(if full { Pulled::More(last) } else { Pulled::All(last) })
    }

    /// Waits until half of the window is free, and says how much is.
    async fn room(&self, stop: &CancellationToken) -> u32 {
        let window = self.settings.window_max.max(2);
        loop {
            let taken = self.in_flight().len();
            if taken <= window / 2 || stop.is_cancelled() {
                return u32::try_from(window.saturating_sub(taken).max(1)).unwrap_or(u32::MAX);
            }
            tokio::select! {
                () = self.freed.notified() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Waits for a wake-up; from time to time looks through everything again.
    async fn idle(&self, after: u64, stop: &CancellationToken) -> u64 {
        let clock = &self.ports.clock;
        tokio::select! {
            () = self.ports.wake.0.notified() => after,
            () = clock.wait_until(clock.now().plus_ms(self.settings.rescan_ms.max(1))) => 0,
            () = stop.cancelled() => after,
        }
    }

    async fn take_through(self: Arc<Self>, pending: Pending, place: Place, stop: CancellationToken) {
        let seq = pending.seq;
        // Leaves the window however this ends.
        let _leaving = Leaving { inner: &self, seq };
        let ended = self.decide(&pending, &place, &stop).await;
        if let Err(error) = ended {
            tracing::error!(seq, interaction = %pending.interaction, %error, "the interaction waits on: its record cannot be used");
        }
    }

    /// From look-ups to commit. Returns early, with nothing lost, when it is to stop before its turn has come.
    async fn decide(&self, pending: &Pending, place: &Place, stop: &CancellationToken) -> Result<(), StoreError> {
        let ahead = self.look_ahead(pending, place, stop).await?;
        let Some(()) = unless(stop, place.turn()).await else { return Ok(()) };
        let Some((pinned, _seat)) = self.claim(pending, &self.deciding, stop).await? else { return Ok(()) };
        let (generation, began) = (Arc::clone(pinned.generation()), self.ports.clock.elapsed());
        let (decision, trace) = self.ports.decider.settle(pinned, ahead, decision_id()).await;
        let took = self.ports.clock.elapsed().saturating_sub(began);
        let new = NewDecision { seq: pending.seq, decision, trace };
        if let Some(Commit::Stored { summary, again }) = self.patiently(stop, || self.ports.store.decide(new.clone())).await? {
            self.ports.decider.counters().committed(&generation, &new.decision, &new.trace);
            self.ports.beside.tell(Told { decision: new.decision, trace: new.trace, generation, took });
            self.ports.live.publish(Arc::from(summary));
            if again {
                self.ports.wake.wake();
            }
        }
        Ok(())
    }

    /// Runs the enrichers before the turn has come, when there are any.
    async fn look_ahead(&self, pending: &Pending, place: &Place, stop: &CancellationToken) -> Result<Option<Enriched>, StoreError> {
        if !self.ports.current.enriches() {
            return Ok(None);
        }
        let Some(()) = unless(stop, place.near()).await else { return Ok(None) };
        let Some((pinned, _seat)) = self.claim(pending, &self.looking_up, stop).await? else { return Ok(None) };
        if !pinned.enriches() {
            return Ok(None);
        }
        Ok(unless(stop, self.ports.decider.enrich(pinned)).await)
    }

    /// Reads the interaction and pins it, with a seat for its chain. `None`: there is nothing to do any more, or it is to stop.
    async fn claim(&self, pending: &Pending, seats: &Seats, stop: &CancellationToken) -> Result<Option<(Pinned, Seat)>, StoreError> {
        let mut seat: Option<Seat> = None;
        let mut kept: Option<(Work, SemaphorePermit<'_>)> = None;
        loop {
            let work = match kept.take() {
                Some((work, _)) => work,
                None => {
                    let Some(_permit) = unless(stop, self.reading.acquire()).await else { return Ok(None) };
                    let Some(work) = self.patiently(stop, || self.ports.store.work(pending)).await? else { return Ok(None) };
                    work
                }
            };
            // Pinned anew after every wait: to what serves now, and by the time that it is now.
            let generation = self.ports.current.for_interaction(&work.interaction);
            let pinned = self.ports.decider.pin(&generation, work, self.now());
            let fitting = seat.take().filter(|seat| seat.is_for(pinned.chain())).or_else(|| seats.free(pinned.chain()));
            if let Some(seat) = fitting {
                return Ok(Some((pinned, seat)));
            }
            let chain = pinned.chain().to_owned();
            kept = self.kept.try_acquire_many(pinned.size_kib()).ok().map(|permit| (pinned.into_work(), permit));
            seat = unless(stop, seats.next(chain)).await;
            if seat.is_none() {
                return Ok(None);
            }
        }
    }

    /// Asks the store until it answers. `None`: there is nothing to do any more, or it is to stop; the store still has everything.
    async fn patiently<T, F>(&self, stop: &CancellationToken, ask: impl Fn() -> F) -> Result<Option<T>, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut backoff = Backoff::new(&self.settings);
        loop {
            match ask().await {
                Ok(answer) => return Ok(Some(answer)),
                Err(StoreError::NotFound { .. }) => return Ok(None),
                Err(error @ StoreError::Corrupt(_)) => return Err(error),
                Err(StoreError::Unavailable(why)) => {
                    tracing::warn!(%why, "the store is not available");
                    if !backoff.wait(&*self.ports.clock, stop).await {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    fn in_flight(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What comes of it, or nothing when it is to stop first.
async fn unless<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        outcome = work => Some(outcome),
    }
}

struct Leaving<'a> {
    inner: &'a Inner,
    seq: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.inner.in_flight().remove(&self.seq);
        self.inner.freed.notify_one();
    }
}
