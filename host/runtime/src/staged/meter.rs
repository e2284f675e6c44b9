//! What a call costs in time.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use model::Cost;

/// Runs from the moment it is made; the CPU time is this thread's.
pub(super) struct Meter {
    pub(super) started: Instant,
    cpu: Option<ThreadTime>,
}

impl Meter {
    pub(super) fn start(accounting: bool) -> Self {
        Self { started: Instant::now(), cpu: cpu_now(accounting) }
    }

    /// Adds what has passed.
    pub(super) fn stop(&self, cost: &mut Cost) {
        cost.duration_ns = cost.duration_ns.saturating_add(ns(self.started.elapsed()));
        cost.cpu_ns = cost.cpu_ns.saturating_add(cpu_since(self.cpu));
    }
}

/// A future that adds up the CPU time of its polls, on whichever threads.
pub(super) struct Metered<'a, F> {
    pub(super) inner: F,
    /// Absent when nothing is measured.
    pub(super) cpu_ns: Option<&'a AtomicU64>,
}

impl<F: Future + Unpin> Future for Metered<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let since = cpu_now(self.cpu_ns.is_some());
        let polled = Pin::new(&mut self.inner).poll(context);
        if let Some(cpu_ns) = self.cpu_ns {
            cpu_ns.fetch_add(cpu_since(since), Ordering::Relaxed);
        }
        polled
    }
}

fn cpu_now(accounting: bool) -> Option<ThreadTime> {
    accounting.then(ThreadTime::try_now).and_then(Result::ok)
}

fn cpu_since(since: Option<ThreadTime>) -> u64 {
    since.and_then(|since| since.try_elapsed().ok()).map_or(0, ns)
}

pub(super) fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
