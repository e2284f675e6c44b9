//! The hop from asynchronous code to a thread that may compute: bounded in what runs and in what waits, and fair between those who ask.
//!
//! Whoever asks has a key, such as a chain's name. One key never has all threads, and the keys that wait are served in turn, so that a slow
//! or hostile plugin slows its own chain: an honest one always gets a thread, and the machine's scheduler shares the cores. A key that is much slower than the
//! others has half of its threads while it is.

mod gather;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::sync::oneshot;

pub(crate) use gather::Gather;

/// Why nothing was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HopError {
    /// As many as may wait are waiting: try later.
    #[error("too many wait already")]
    Busy,
    /// A defect of the host.
    #[error("the computation failed")]
    Failed,
}

/// A bounded and fair way to computing threads. Clones share the bounds.
#[derive(Clone)]
pub struct Hop(Arc<Inner>);

struct Inner {
    threads_max: usize,
    per_key_max: usize,
    waiting_max: usize,
    lines: Mutex<Lines>,
    /// How many items were worked on, of all keys.
    worked: AtomicU64,
}

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Lines {
    running: usize,
    /// The keys for which something waits, in the order of their turns.
    turns: VecDeque<Arc<str>>,
    /// Only those that run or wait.
    keys: HashMap<Arc<str>, Line>,
}

#[derive(Default)]
struct Line {
    running: usize,
    waiting: VecDeque<Job>,
}

impl Hop {
    /// At most `threads_max` computations run, of one key at most `per_key_max`, and at most `waiting_max` more of each key wait.
    #[must_use]
    pub fn new(threads_max: usize, per_key_max: usize, waiting_max: usize) -> Self {
        let threads_max = threads_max.max(1);
        let per_key_max = per_key_max.clamp(1, threads_max);
        Self(Arc::new(Inner { threads_max, per_key_max, waiting_max, lines: Mutex::default(), worked: AtomicU64::new(0) }))
    }

    /// Two threads for each core of the machine, of one key as many as there are cores, and 64 waiting for each core and key.
    #[must_use]
    pub fn for_cores() -> Self {
        let cores = cores();
        Self::new(cores.saturating_mul(2), cores, cores.saturating_mul(64))
    }

    /// Computes, or says at once that too many of this key wait.
    ///
    /// # Errors
    /// See [`HopError`].
    pub async fn run<T: Send + 'static>(&self, key: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HopError> {
        if self.lines().keys.get(key).is_some_and(|line| line.waiting.len() >= self.0.waiting_max.max(1)) {
            return Err(HopError::Busy);
        }
        let (done, computed) = oneshot::channel();
        self.submit(key, move || {
            // Who has given up is not worked for.
            if !done.is_closed() {
                let _ = done.send(work());
            }
        });
        computed.await.map_err(|_| HopError::Failed)
    }

    /// How many of one key compute at a time.
    pub(crate) fn per_key_max(&self) -> usize {
        self.0.per_key_max
    }

    /// How many of one key may wait.
    pub(crate) fn waiting_max(&self) -> usize {
        self.0.waiting_max
    }

    /// Whether somebody else waits for a thread.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.lines().turns.is_empty()
    }

    /// How many items were worked on so far, of all keys.
    pub(crate) fn worked(&self) -> u64 {
        self.0.worked.load(Ordering::Relaxed)
    }

    pub(crate) fn add_worked(&self, items: usize) {
        self.0.worked.fetch_add(u64::try_from(items).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Puts work in its key's line: for callers that are bounded themselves. Called from within an asynchronous runtime.
    pub(crate) fn submit(&self, key: &str, work: impl FnOnce() + Send + 'static) {
        let next = {
            let mut lines = self.lines();
            lines.join(key, Box::new(work));
            if lines.running < self.0.threads_max { lines.next(self.0.per_key_max) } else { None }
        };
        if let Some((key, job)) = next {
            let hop = self.clone();
            tokio::task::spawn_blocking(move || hop.work(key, job));
        }
    }

    /// Works until nobody waits who may go.
    fn work(&self, mut key: Arc<str>, mut job: Job) {
        loop {
            // A job that panics tells its caller by what it drops.
            let _ = catch_unwind(AssertUnwindSafe(job));
            let mut lines = self.lines();
            lines.leave(&key);
            let Some(next) = lines.next(self.0.per_key_max) else { return };
            (key, job) = next;
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn join(&mut self, key: &str, job: Job) {
        let key: Arc<str> = self.keys.get_key_value(key).map_or_else(|| Arc::from(key), |(key, _)| Arc::clone(key));
        let line = self.keys.entry(Arc::clone(&key)).or_default();
        line.waiting.push_back(job);
        if line.waiting.len() == 1 {
            self.turns.push_back(key);
        }
    }

    /// The first job of the first key that may go; it counts as running from now on.
    fn next(&mut self, per_key_max: usize) -> Option<(Arc<str>, Job)> {
        let may_go = |key: &Arc<str>| self.keys.get(key).is_some_and(|line| line.running < per_key_max);
        let key = self.turns.iter().position(may_go).and_then(|at| self.turns.remove(at))?;
        let line = self.keys.get_mut(&key)?;
        let job = line.waiting.pop_front()?;
        line.running += 1;
        self.running += 1;
        if !line.waiting.is_empty() {
            self.turns.push_back(Arc::clone(&key));
        }
        Some((key, job))
    }

    fn leave(&mut self, key: &Arc<str>) {
        self.running = self.running.saturating_sub(1);
        if let Some(line) = self.keys.get_mut(key) {
            line.running = line.running.saturating_sub(1);
            if line.running == 0 && line.waiting.is_empty() {
                self.keys.remove(key);
            }
        }
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hop({} of {} threads)", self.lines().running, self.0.threads_max)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
