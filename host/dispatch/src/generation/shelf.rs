use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::GenerationId;

use super::Generation;

/// Generations that served before, kept compiled, so that going back to one takes no longer than replacing a pointer.
#[derive(Debug)]
pub struct Shelf {
    kept_max: usize,
    /// The one that served last first.
    kept: Mutex<VecDeque<Arc<Generation>>>,
}

impl Shelf {
    /// How many are kept unless configured otherwise, besides the one that serves.
    pub const KEPT_MAX: usize = 3;

    /// A shelf for so many.
    #[must_use]
    pub fn new(kept_max: usize) -> Self {
        Self { kept_max, kept: Mutex::default() }
    }

    /// Keeps one that serves no longer, as the newest; the oldest may have to go.
    pub fn keep(&self, generation: Arc<Generation>) {
        let mut kept = self.lock();
        kept.retain(|other| other.id() != generation.id());
        kept.push_front(generation);
        kept.truncate(self.kept_max);
    }

    /// The one with this identity.
    #[must_use]
    pub fn get(&self, id: &GenerationId) -> Option<Arc<Generation>> {
        self.lock().iter().find(|generation| generation.id() == id).cloned()
    }

    /// Takes one out: it serves again.
    pub fn take(&self, id: &GenerationId) -> Option<Arc<Generation>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|generation| generation.id() == id)?;
        kept.remove(at)
    }

    /// The one that served last.
    #[must_use]
    pub fn previous(&self) -> Option<Arc<Generation>> {
        self.lock().front().cloned()
    }

    /// All of them, the one that served last first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Generation>> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Generation>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new(Self::KEPT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use model::{OnFault, Role};

    use super::*;
    use crate::testing::{Scripted, chain, generation, hold_in, step};

    #[test]
    fn the_last_ones_are_kept_each_once() {
        let one = |name: &str| {
            let router = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
            generation(&[router], vec![], vec![chain(name, None, vec![step("router", Role::Router, None, OnFault::Hold)])])
        };
        let shelf = Shelf::new(2);
        assert!(shelf.previous().is_none());
        let [a, b, c] = ["a", "b", "c"].map(one);
        let kept = |shelf: &Shelf| shelf.all().iter().map(|kept| kept.chains()[0].name.clone()).collect::<Vec<_>>();
        shelf.keep(Arc::clone(&a));
        shelf.keep(Arc::clone(&b));
        shelf.keep(Arc::clone(&a));
        assert_eq!(kept(&shelf), ["a", "b"]);
        shelf.keep(Arc::clone(&c));
        assert_eq!(kept(&shelf), ["c", "a"]);
        assert!(shelf.get(b.id()).is_none() && shelf.get(a.id()).is_some());
        assert!(shelf.previous().is_some_and(|previous| Arc::ptr_eq(&previous, &c)));
        assert!(shelf.take(c.id()).is_some() && shelf.take(c.id()).is_none());
        assert_eq!(kept(&shelf), ["a"]);
    }
}
