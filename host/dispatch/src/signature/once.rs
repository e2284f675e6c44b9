//! What was proven without its body, so that nobody sends another body with the same proof.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use model::{Digest, Timestamp};

use super::Forged;

/// Most proofs that are remembered; the oldest goes first. Only who holds the secret can make more.
const PROOFS_MAX: usize = 100_000;

/// The proofs of the last while, in memory: after a restart the time of signing alone bounds what can be sent again.
#[derive(Debug, Default)]
pub(crate) struct Once(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    bodies: HashMap<(String, Digest), Digest>,
    /// In the order in which they were taken, with when they may be forgotten.
    order: VecDeque<(Timestamp, (String, Digest))>,
}

impl Once {
    /// Takes a proof for this body. The same proof with the same body may come again: a channel repeats what was not answered.
    ///
    /// # Errors
    /// [`Forged::Replayed`] with another body.
    pub(crate) fn take(&self, connector: &str, proof: &Proof, body: &[u8], now: Timestamp) -> Result<(), Forged> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.forget(now);
        let (key, body) = ((connector.to_owned(), proof.id.clone()), Digest::of(body));
        match taken.bodies.get(&key) {
            Some(before) if *before == body => return Ok(()),
            Some(_) => return Err(Forged::Replayed),
            None => {}
        }
        // It counts until it is too old, seen from the sender that is the furthest ahead of us.
        let until = now.plus_ms(proof.tolerance_s.saturating_mul(2_000).saturating_add(1_000));
        taken.bodies.insert(key.clone(), body);
        taken.order.push_back((until, key));
        Ok(())
    }
}

impl Taken {
    fn forget(&mut self, now: Timestamp) {
        while self.order.front().is_some_and(|(until, _)| *until < now) || self.order.len() >= PROOFS_MAX {
            let Some((_, key)) = self.order.pop_front() else { return };
            self.bodies.remove(&key);
        }
    }
}

/// A proof that holds for one body only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(super) id: Digest,
    pub(super) tolerance_s: u64,
}

impl Proof {
    pub(super) fn new(id: Digest, tolerance_s: u64) -> Self {
        Self { id, tolerance_s }
    }
}
