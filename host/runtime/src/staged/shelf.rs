//! Warm instances that wait for their next call.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::live::Live;
use crate::pool::Pool;

/// Room for the idle instances of all plugins on one engine.
#[derive(Clone, Debug)]
pub(crate) struct Idle(Arc<Semaphore>);

/// The idle instances of one plugin on one engine, the one that was used last on top: the others may cool down.
pub(crate) struct Shelf {
    idle: Idle,
    lives: Mutex<Vec<(Live, OwnedSemaphorePermit)>>,
    lives_max: usize,
}

impl Idle {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(Pool::IDLE_MAX as usize)))
    }

    /// A shelf of no more instances than there are cores: more cannot run at once.
    pub(crate) fn shelf(&self) -> Shelf {
        let lives_max = std::thread::available_parallelism().map_or(1, usize::from);
        Shelf { idle: self.clone(), lives: Mutex::default(), lives_max }
    }
}

impl Shelf {
    /// The instance that was used last.
    pub(super) fn take(&self) -> Option<Live> {
        self.lives().pop().map(|(live, _)| live)
    }

    /// Keeps an instance, or drops it when there is no room.
    pub(super) fn keep(&self, live: Live) {
        let mut lives = self.lives();
        if lives.len() < self.lives_max
            && let Ok(permit) = Arc::clone(&self.idle.0).try_acquire_owned()
        {
            lives.push((live, permit));
        } else {
            // Taking an instance apart takes longer than anything else in here.
            drop(lives);
            drop(live);
        }
    }

    /// How many wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lives().len()
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, Vec<(Live, OwnedSemaphorePermit)>> {
        self.lives.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
