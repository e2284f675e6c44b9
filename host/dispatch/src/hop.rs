//! The hop from asynchronous code to a thread that may compute: bounded in what runs and in what waits.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::Semaphore;

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

/// A bounded way to blocking threads. Clones share the bounds.
#[derive(Clone, Debug)]
pub struct Hop {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Hop {
    /// At most `parallel_max` computations run, and at most `waiting_max` more wait for their turn.
    #[must_use]
    pub fn new(parallel_max: usize, waiting_max: usize) -> Self {
        let running = parallel_max.clamp(1, Semaphore::MAX_PERMITS / 2);
        let admitted = running.saturating_add(waiting_max).min(Semaphore::MAX_PERMITS);
        Self { running: Arc::new(Semaphore::new(running)), admitted: Arc::new(Semaphore::new(admitted)) }
    }

    /// As many as the machine has cores, and 64 for each of them waiting.
    #[must_use]
    pub fn for_cores() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(cores, cores.saturating_mul(64))
    }

    /// Computes, or says at once that too many wait.
    ///
    /// # Errors
    /// See [`HopError`].
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HopError> {
        let _admitted = self.admitted.try_acquire().map_err(|_| HopError::Busy)?;
        self.run_patiently(work).await
    }

    /// Computes, however long the wait: for callers that are bounded themselves.
    ///
    /// # Errors
    /// `Failed` only.
    pub async fn run_patiently<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HopError> {
        // The permit goes with the work: a caller that gives up does not make room for another while its work still computes.
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| HopError::Failed)?;
        let computed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        computed.await.map_err(|_| HopError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_cannot_wait_is_refused_and_a_panic_is_an_error() {
        let hop = Hop::new(1, 0);
        let (release, held) = mpsc::channel::<()>();
        let busy = hop.clone();
        let first = tokio::spawn(async move { busy.run(move || held.recv().is_ok()).await });
        while hop.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hop.run(|| 1).await, Err(HopError::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        assert_eq!(hop.run(|| 2).await, Ok(2));
        assert_eq!(hop.run(|| -> u8 { panic!("a defect") }).await, Err(HopError::Failed));
        assert_eq!(hop.run(|| 3).await, Ok(3));
    }
}
