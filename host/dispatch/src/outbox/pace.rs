//! How fast accounts send: so many at a time, and not while they rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Timestamp;

/// The accounts that send or rest now. As many as are under way, and those whose rest is not over.
pub(super) struct Paces {
    sends_max: usize,
    all: Arc<Mutex<HashMap<String, Pace>>>,
}

#[derive(Default)]
struct Pace {
    under_way: usize,
    rests_until: Timestamp,
}

/// The right to send; given back when it is dropped.
pub(super) struct Seat {
    pace: String,
    all: Arc<Mutex<HashMap<String, Pace>>>,
}

impl Paces {
    pub(super) fn new(sends_max: usize) -> Self {
        Self { sends_max: sends_max.max(1), all: Arc::default() }
    }

    /// The right to send, when there is one now. What has no pace has it always.
    pub(super) fn seat(&self, pace: &str, now: Timestamp) -> Option<Seat> {
        if !pace.is_empty() {
            let mut all = locked(&self.all);
            let known = all.entry(pace.to_owned()).or_default();
            if known.under_way >= self.sends_max || known.rests_until > now {
                return None;
            }
            known.under_way += 1;
        }
        Some(Seat { pace: pace.to_owned(), all: Arc::clone(&self.all) })
    }

    /// Nothing is sent until then.
    pub(super) fn rest(&self, pace: &str, until: Timestamp) {
        if !pace.is_empty() {
            let mut all = locked(&self.all);
            let known = all.entry(pace.to_owned()).or_default();
            known.rests_until = known.rests_until.max(until);
        }
    }

    /// The accounts that cannot send now.
    pub(super) fn closed(&self, now: Timestamp) -> Vec<String> {
        let mut all = locked(&self.all);
        all.retain(|_, pace| pace.under_way > 0 || pace.rests_until > now);
        let closed = |pace: &Pace| pace.under_way >= self.sends_max || pace.rests_until > now;
        all.iter().filter(|(_, pace)| closed(pace)).map(|(name, _)| name.clone()).collect()
    }

    /// When the first rest ends.
    pub(super) fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        locked(&self.all).values().map(|pace| pace.rests_until).filter(|until| *until > now).min()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(pace) = locked(&self.all).get_mut(&self.pace) {
            pace.under_way = pace.under_way.saturating_sub(1);
        }
    }
}

fn locked(all: &Mutex<HashMap<String, Pace>>) -> MutexGuard<'_, HashMap<String, Pace>> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}
