use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Hop, HopError};

/// A key is slow when the others have worked on so many times more meanwhile.
const SLOWER_BY: u64 = 16;

/// What waits for a computing thread is worked on together when one is free: nobody ever waits for company. Several threads may gather at
/// once; each takes what is there, up to a bound.
pub(crate) struct Gather<I> {
    hop: Hop,
    key: String,
    items_max: usize,
    work: fn(&mut [I]),
    line: Mutex<Line<I>>,
}

struct Line<I> {
    waiting: VecDeque<Waiting<I>>,
    /// Threads that were asked for and have not taken anything yet.
    starting: usize,
    /// Threads that work.
    working: usize,
    /// Items that were worked on.
    worked: u64,
    /// Whether the others were much quicker the last time.
    slow: bool,
}

struct Waiting<I> {
    item: I,
    back: oneshot::Sender<I>,
}

impl<I: Send + 'static> Gather<I> {
    /// Works on at most `items_max` at once, in this key's turns. The work leaves in each item what came of it; an item that it did not
    /// touch, because it panicked, is given back as it was.
    pub(crate) fn new(hop: Hop, key: &str, items_max: usize, work: fn(&mut [I])) -> Arc<Self> {
        let line = Mutex::new(Line { waiting: VecDeque::new(), starting: 0, working: 0, worked: 0, slow: false });
        Arc::new(Self { hop, key: key.to_owned(), items_max: items_max.max(1), work, line })
    }

    /// Has the item worked on, and gives it back; says at once when too many wait.
    ///
    /// # Errors
    /// `Busy`; `Failed` only while the process ends.
    pub(crate) async fn ask(self: &Arc<Self>, item: I) -> Result<I, HopError> {
        if self.line().waiting.len() >= self.hop.waiting_max().max(1) {
            return Err(HopError::Busy);
        }
        self.ask_patiently(item).await
    }

    /// Has the item worked on, however long the wait: for callers that are bounded themselves.
    ///
    /// # Errors
    /// `Failed` only while the process ends.
    pub(crate) async fn ask_patiently(self: &Arc<Self>, item: I) -> Result<I, HopError> {
        let (back, worked) = oneshot::channel();
        self.enter(Waiting { item, back });
        worked.await.map_err(|_| HopError::Failed)
    }

    fn enter(self: &Arc<Self>, waiting: Waiting<I>) {
        let helps = {
            let mut line = self.line();
            line.waiting.push_back(waiting);
            self.needs_help(&mut line)
        };
        if helps {
            self.call_for_help();
        }
    }

    /// Whether another thread is to be asked for; it counts as starting from now on.
    fn needs_help(&self, line: &mut Line<I>) -> bool {
        let taken_soon = line.starting.saturating_mul(self.items_max);
        let threads_max = if line.slow { (self.hop.per_key_max() / 2).max(1) } else { self.hop.per_key_max() };
        let help = line.waiting.len() > taken_soon && line.starting + line.working < threads_max;
        line.starting += usize::from(help);
        help
    }

    fn call_for_help(self: &Arc<Self>) {
        let gather = Arc::clone(self);
        self.hop.submit(&self.key, move || gather.run());
    }

    /// Works on what waits. Another key that waits for a thread has its turn in between.
    fn run(self: Arc<Self>) {
        let mut line = self.line();
        line.starting = line.starting.saturating_sub(1);
        line.working += 1;
        loop {
            let (items, backs) = take(&mut line, self.items_max);
            let more = self.needs_help(&mut line);
            if items.is_empty() {
                line.working = line.working.saturating_sub(1);
                return;
            }
            let others = self.hop.worked().saturating_sub(line.worked);
            drop(line);
            if more {
                self.call_for_help();
            }
            let items_count = items.len();
            self.work_on(items, backs);
            line = self.line();
            self.settle(&mut line, items_count, others);
            if self.hop.is_wanted() {
                line.working = line.working.saturating_sub(1);
                let more = self.needs_help(&mut line);
                drop(line);
                if more {
                    self.call_for_help();
                }
                return;
            }
        }
    }

    fn work_on(&self, mut items: Vec<I>, backs: Vec<oneshot::Sender<I>>) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.work)(&mut items)));
        for (item, back) in items.into_iter().zip(backs) {
            // Who has given up does not want it back.
            let _ = back.send(item);
        }
    }

    /// Notes what was worked on, and whether the others were much quicker since `others` of theirs.
    fn settle(&self, line: &mut Line<I>, items: usize, others: u64) {
        let items_count = u64::try_from(items).unwrap_or(u64::MAX);
        line.worked = line.worked.saturating_add(items_count);
        self.hop.add_worked(items);
        let meanwhile = self.hop.worked().saturating_sub(line.worked).saturating_sub(others);
        line.slow = meanwhile > items_count.saturating_mul(SLOWER_BY);
    }

    fn line(&self) -> MutexGuard<'_, Line<I>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take<I>(line: &mut Line<I>, items_max: usize) -> (Vec<I>, Vec<oneshot::Sender<I>>) {
    let (mut items, mut backs) = (Vec::new(), Vec::new());
    while items.len() < items_max
        && let Some(Waiting { item, back }) = line.waiting.pop_front()
    {
        if !back.is_closed() {
            items.push(item);
            backs.push(back);
        }
    }
    (items, backs)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Waits until it is so; the other tasks and threads go on meanwhile.
    async fn until(so: impl Fn() -> bool) {
        while !so() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_waits_is_worked_on_together() {
        let gather = Gather::new(Hop::new(2, 1, 64), "k", 4, |items: &mut [(u32, usize)]| {
            let together = items.len();
            assert!(items[0].0 != 99, "a defect");
            items.iter_mut().for_each(|(_, with)| *with = together);
        });
        let (release, held) = mpsc::channel::<()>();
        gather.hop.submit("k", move || {
            let _ = held.recv();
        });
        let asked: Vec<_> = (0..6)
            .map(|number| {
                let gather = Arc::clone(&gather);
                tokio::spawn(async move { gather.ask_patiently((number, 0)).await })
            })
            .collect();
        // Somebody who gives up is not worked for.
        let gave_up = gather.ask_patiently((7, 0));
        assert!(futures::poll!(Box::pin(gave_up)).is_pending());
        until(|| gather.line().waiting.len() == 7).await;
        release.send(()).unwrap();
        let mut with = Vec::new();
        for item in asked {
            with.push(item.await.unwrap().unwrap().1);
        }
        with.sort_unstable();
        assert_eq!(with, [2, 2, 4, 4, 4, 4]);
        assert_eq!(gather.ask((1, 0)).await, Ok((1, 1)));
        assert_eq!(gather.ask((99, 0)).await, Ok((99, 0)), "given back as it was");
        until(|| gather.line().working == 0).await;
    }

    #[tokio::test]
    async fn a_key_that_is_much_slower_than_the_others_has_half_of_the_threads() {
        let hop = Hop::new(8, 4, 64);
        let slow = Gather::new(hop.clone(), "slow", 1, |items: &mut [mpsc::Receiver<()>]| {
            let _ = items[0].recv();
        });
        let quick = Gather::new(hop, "quick", 1, |_: &mut [u32]| {});
        let (mut releases, mut asked) = (Vec::new(), Vec::new());
        for _ in 0..7 {
            let (release, held) = mpsc::channel::<()>();
            releases.push(release);
            let gather = Arc::clone(&slow);
            asked.push(tokio::spawn(async move { gather.ask_patiently(held).await.is_ok() }));
        }
        let now = || {
            let line = slow.line();
            (line.working, line.waiting.len(), line.slow)
        };
        until(|| now() == (4, 3, false)).await;
        for number in 0..20 {
            assert_eq!(quick.ask(number).await, Ok(number));
        }
        drop(releases.drain(..4));
        for ended in asked.drain(..4) {
            assert!(ended.await.unwrap());
        }
        until(|| now() == (3, 0, true)).await;
        drop(releases);
        for ended in asked {
            assert!(ended.await.unwrap());
        }
        until(|| now() == (0, 0, false)).await;
    }
}
