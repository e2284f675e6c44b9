//! Lanes: what shares an order key goes strictly in order, everything else in parallel.
//!
//! A place in a lane is a value: whoever holds it is in the row, and dropping it, however the work ended, lets the next one go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// All lanes that have somebody in them.
#[derive(Clone, Debug)]
pub struct Lanes {
    lanes: Arc<Mutex<Rows>>,
    ahead_max: usize,
}

type Rows = HashMap<String, VecDeque<Waiting>>;

/// A place in a lane. It ends when it is dropped.
#[derive(Debug)]
pub struct Place {
    lanes: Lanes,
    key: String,
    seq: u64,
    moved: Arc<Notify>,
}

#[derive(Debug)]
struct Waiting {
    seq: u64,
    moved: Arc<Notify>,
}

impl Lanes {
    /// Lanes in which the first `ahead_max` may prepare for their turn, the one whose turn it is included.
    #[must_use]
    pub fn new(ahead_max: usize) -> Self {
        Self { lanes: Arc::default(), ahead_max: ahead_max.max(1) }
    }

    /// Takes a place by its sequence number, but never before the one whose turn it is already.
    #[must_use]
    pub fn enter(&self, key: &str, seq: u64) -> Place {
        let moved = Arc::new(Notify::new());
        let mut lanes = self.lock();
        let lane = lanes.entry(key.to_owned()).or_default();
        let behind = lane.iter().rposition(|waiting| waiting.seq < seq).map_or(0, |before| before + 1);
        let at = behind.max(usize::from(!lane.is_empty()));
        lane.insert(at, Waiting { seq, moved: Arc::clone(&moved) });
        Place { lanes: self.clone(), key: key.to_owned(), seq, moved }
    }

    /// How many hold a place.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().values().map(VecDeque::len).sum()
    }

    /// Whether nobody holds a place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when it is this one's turn.
    pub async fn turn(&self) {
        self.within(1).await;
    }

    /// Returns when this one may prepare for its turn.
    pub async fn near(&self) {
        self.within(self.lanes.ahead_max).await;
    }

    async fn within(&self, ahead: usize) {
        while self.position() >= ahead {
            self.moved.notified().await;
        }
    }

    fn position(&self) -> usize {
        let lanes = self.lanes.lock();
        lanes.get(&self.key).and_then(|lane| lane.iter().position(|waiting| waiting.seq == self.seq)).unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock();
        let Some(lane) = lanes.get_mut(&self.key) else { return };
        if let Some(at) = lane.iter().position(|waiting| waiting.seq == self.seq) {
            lane.remove(at);
        }
        // A permit is kept for who does not wait yet, so no wake-up is lost. Who is farther back has nothing to hear.
        lane.iter().take(self.lanes.ahead_max).for_each(|waiting| waiting.moved.notify_one());
        if lane.is_empty() {
            lanes.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lets many holders of places work in whatever order the random delays make, and returns the order of the work.
    async fn work(lanes: &Lanes, entries: &[(u8, u8, bool)]) -> Vec<(u8, u64)> {
        let done = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for (seq, (key, delay, gives_up)) in (1_u64..).zip(entries.iter().copied()) {
            let place = lanes.enter(&key.to_string(), seq);
            let done = Arc::clone(&done);
            tasks.spawn(async move {
                for _ in 0..delay {
                    tokio::task::yield_now().await;
                }
                if gives_up {
                    return;
                }
                place.turn().await;
                done.lock().unwrap().push((key, seq));
                for _ in 0..delay {
                    tokio::task::yield_now().await;
                }
                done.lock().unwrap().push((key, seq));
            });
        }
        tasks.join_all().await;
        Arc::try_unwrap(done).unwrap().into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn each_lane_keeps_its_order_under_any_interleaving(entries in prop::collection::vec((0_u8..4, 0_u8..9, any::<bool>()), 1..60)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let lanes = Lanes::new(2);
            let done = runtime.block_on(work(&lanes, &entries));
            for lane in 0..4 {
                let order: Vec<u64> = done.iter().filter(|(key, _)| *key == lane).map(|(_, seq)| *seq).collect();
                // Begun and ended one after the other, in order.
                let expected = (1_u64..).zip(&entries).filter(|(_, (key, _, gives_up))| *key == lane && !gives_up);
                let expected: Vec<u64> = expected.flat_map(|(seq, _)| [seq, seq]).collect();
                prop_assert_eq!(order, expected);
            }
            prop_assert!(lanes.is_empty());
        }
    }

    #[tokio::test]
    async fn who_comes_late_with_a_lower_number_stands_behind_who_works() {
        let lanes = Lanes::new(2);
        let (ten, twelve, eleven) = (lanes.enter("k", 10), lanes.enter("k", 12), lanes.enter("k", 11));
        let nine = lanes.enter("k", 9);
        ten.turn().await;
        assert_eq!([nine.position(), eleven.position(), twelve.position()], [1, 2, 3]);
        nine.near().await;
        drop(ten);
        nine.turn().await;
        assert_eq!(lanes.len(), 3);
    }
}
