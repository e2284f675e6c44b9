use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many interactions of one chain may be on their way at a time: a chain whose plugins are slow waits for itself, not the others for it.
/// The list is bounded by the configured chains.
pub(super) struct Seats {
    per_chain_max: usize,
    chains: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A seat. It is free again when it is dropped.
pub(super) struct Seat {
    chain: String,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(per_chain_max: usize) -> Self {
        Self { per_chain_max: per_chain_max.clamp(1, Semaphore::MAX_PERMITS), chains: Mutex::default() }
    }

    /// A seat, if one is free.
    pub(super) fn free(&self, chain: &str) -> Option<Seat> {
        let permit = self.of(chain).try_acquire_owned().ok()?;
        Some(Seat { chain: chain.to_owned(), _permit: permit })
    }

    /// A seat, when one is free. Seats are never closed; if they were, nobody would get one.
    pub(super) async fn next(&self, chain: String) -> Seat {
        match self.of(&chain).acquire_owned().await {
            Ok(permit) => Seat { chain, _permit: permit },
            Err(_) => std::future::pending().await,
        }
    }

    fn of(&self, chain: &str) -> Arc<Semaphore> {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seats) = chains.get(chain) {
            return Arc::clone(seats);
        }
        let seats = Arc::new(Semaphore::new(self.per_chain_max));
        chains.insert(chain.to_owned(), Arc::clone(&seats));
        seats
    }
}

impl Seat {
    /// Whether it is one for this chain.
    pub(super) fn is_for(&self, chain: &str) -> bool {
        self.chain == chain
    }
}
