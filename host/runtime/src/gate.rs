//! The places of the pool, given out fairly.
//!
//! A call takes a place before it makes an instance, so the pool is never used up: what is beyond it waits. Plugins take turns, so one that
//! floods delays itself; among the calls of one plugin the first comes first, and none has more of them under way than its limit. Pure and
//! edge calls have places of their own, because each engine has a pool of its own, and calls that wait for the network must not hold up
//! those that compute.
//!
//! [`Turn`] is a future; pure calls wait for it with [`Turn::block`]. Dropping a turn gives up the wait.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::engine::EngineKind;

/// The places of both pools.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
    lanes: AtomicU64,
}

#[derive(Debug)]
struct State {
    free: [u32; 2],
    lanes: BTreeMap<u64, Traffic>,
    /// Lanes in which somebody waits, next first.
    round: VecDeque<u64>,
}

/// What is under way in one lane, and what waits.
#[derive(Debug, Default)]
struct Traffic {
    running: u32,
    parallel_max: u32,
    /// In order of arrival, pure and edge calls apart.
    waiting: [VecDeque<Arc<Ticket>>; 2],
    /// Which of the two was served last.
    last: usize,
}

#[derive(Debug, Default)]
struct Ticket {
    granted: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// One plugin's way through the gate.
#[derive(Debug)]
pub(crate) struct Lane {
    gate: Arc<Gate>,
    id: u64,
}

/// The wait for a place.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    lane: &'a Lane,
    class: usize,
    /// Present while it waits in the queue.
    ticket: Option<Arc<Ticket>>,
}

/// A place of the pool, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    lane: &'a Lane,
    class: usize,
}

impl Gate {
    /// A gate with so many places of each kind.
    pub(crate) fn new(places: u32) -> Arc<Self> {
        let state = State { free: [places.max(1); 2], lanes: BTreeMap::new(), round: VecDeque::new() };
        Arc::new(Self { state: Mutex::new(state), lanes: AtomicU64::new(0) })
    }

    /// A way through it for a plugin that may have so many calls under way.
    pub(crate) fn lane(self: &Arc<Self>, parallel_max: u64) -> Lane {
        let id = self.lanes.fetch_add(1, Ordering::Relaxed);
        let parallel_max = u32::try_from(parallel_max.max(1)).unwrap_or(u32::MAX);
        self.state().lanes.insert(id, Traffic { parallel_max, ..Traffic::default() });
        Lane { gate: Arc::clone(self), id }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// Asks for a place.
    pub(crate) fn turn(&self, kind: EngineKind) -> Turn<'_> {
        let class = match kind {
            EngineKind::Pure => 0,
            EngineKind::Edge => 1,
        };
        Turn { lane: self, class, ticket: None }
    }

    /// Whether one of its calls waits.
    #[cfg(test)]
    pub(crate) fn is_waiting(&self) -> bool {
        self.gate.state().lanes.get(&self.id).is_some_and(Traffic::waits)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.gate.state().lanes.remove(&self.id);
    }
}

impl<'a> Turn<'a> {
    /// Waits on this thread, no longer than this.
    pub(crate) fn block(mut self, wait_max: Option<Duration>) -> Option<Place<'a>> {
        if let Some(place) = self.at_once() {
            return Some(place);
        }
        let until = wait_max.and_then(|wait| Instant::now().checked_add(wait));
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(place) = Pin::new(&mut self).poll(&mut context) {
                return Some(place);
            }
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => return None,
                Some(left) => thread::park_timeout(left),
            }
        }
    }

    /// A place that is free now, when nobody waits.
    fn at_once(&mut self) -> Option<Place<'a>> {
        let mut state = self.lane.gate.state();
        if !state.round.is_empty() || !state.take(self.lane.id, self.class) {
            return None;
        }
        Some(Place { lane: self.lane, class: self.class })
    }

    fn enqueue(&mut self) -> Arc<Ticket> {
        let ticket = Arc::new(Ticket::default());
        let mut state = self.lane.gate.state();
        state.push(self.lane.id, self.class, Arc::clone(&ticket));
        state.grant();
        self.ticket = Some(Arc::clone(&ticket));
        ticket
    }
}

impl<'a> Future for Turn<'a> {
    type Output = Place<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Place<'a>> {
        let ticket = match &self.ticket {
            Some(ticket) => Arc::clone(ticket),
            None => match self.at_once() {
                Some(place) => return Poll::Ready(place),
                None => self.enqueue(),
            },
        };
        // The waker first: whoever grants afterwards finds it.
        *ticket.waker() = Some(context.waker().clone());
        if ticket.granted.load(Ordering::Acquire) {
            self.ticket = None;
            return Poll::Ready(Place { lane: self.lane, class: self.class });
        }
        Poll::Pending
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let mut state = self.lane.gate.state();
        if ticket.granted.load(Ordering::Acquire) {
            state.give_back(self.lane.id, self.class);
        } else {
            state.forget(self.lane.id, self.class, &ticket);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lane.gate.state().give_back(self.lane.id, self.class);
    }
}

impl Ticket {
    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a place now, if one is free and the lane may have another.
    fn take(&mut self, lane: u64, class: usize) -> bool {
        let (Some(free), Some(traffic)) = (self.free.get_mut(class), self.lanes.get_mut(&lane)) else { return false };
        let may = *free > 0 && traffic.running < traffic.parallel_max;
        if may {
            *free -= 1;
            traffic.running += 1;
        }
        may
    }

    fn give_back(&mut self, lane: u64, class: usize) {
        if let Some(free) = self.free.get_mut(class) {
            *free += 1;
        }
        if let Some(traffic) = self.lanes.get_mut(&lane) {
            traffic.running = traffic.running.saturating_sub(1);
        }
        self.grant();
    }

    fn push(&mut self, lane: u64, class: usize, ticket: Arc<Ticket>) {
        if let Some(queue) = self.queue(lane, class) {
            queue.push_back(ticket);
            if !self.round.contains(&lane) {
                self.round.push_back(lane);
            }
        }
    }

    fn forget(&mut self, lane: u64, class: usize, ticket: &Arc<Ticket>) {
        if let Some(queue) = self.queue(lane, class) {
            queue.retain(|waiting| !Arc::ptr_eq(waiting, ticket));
        }
        if !self.lanes.get(&lane).is_some_and(Traffic::waits) {
            self.round.retain(|waiting| *waiting != lane);
        }
    }

    fn queue(&mut self, lane: u64, class: usize) -> Option<&mut VecDeque<Arc<Ticket>>> {
        self.lanes.get_mut(&lane)?.waiting.get_mut(class)
    }

    /// Gives out what is free: one to each lane in turn, until nobody who waits may have one.
    fn grant(&mut self) {
        let mut passed_over = 0;
        while passed_over < self.round.len() {
            let Some(lane) = self.round.pop_front() else { return };
            let granted = self.grant_one(lane);
            if self.lanes.get(&lane).is_some_and(Traffic::waits) {
                self.round.push_back(lane);
                passed_over += usize::from(!granted);
            }
            if granted {
                passed_over = 0;
            }
        }
    }

    fn grant_one(&mut self, lane: u64) -> bool {
        let Some(traffic) = self.lanes.get(&lane) else { return false };
        // The other kind first, so that neither is starved by the plugin's own limit.
        let classes = [1 - traffic.last, traffic.last];
        for class in classes {
            if self.queue(lane, class).is_some_and(|queue| !queue.is_empty()) && self.take(lane, class) {
                if let Some(traffic) = self.lanes.get_mut(&lane) {
                    traffic.last = class;
                }
                if let Some(ticket) = self.queue(lane, class).and_then(VecDeque::pop_front) {
                    ticket.granted.store(true, Ordering::Release);
                    if let Some(waker) = ticket.waker().take() {
                        waker.wake();
                    }
                }
                return true;
            }
        }
        false
    }
}

impl Traffic {
    fn waits(&self) -> bool {
        self.waiting.iter().any(|queue| !queue.is_empty())
    }
}

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests;
