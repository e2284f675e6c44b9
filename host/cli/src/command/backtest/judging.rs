//! The work: pages are read, decided by the candidate and counted on all cores. Each worker has a page and a tally of its own.

use std::sync::{Arc, Mutex, PoisonError};

use dispatch::backtest::{After, Before, Tally};
use dispatch::chain::{Decider, Redecided};
use dispatch::generation::Generation;
use dispatch::port::{Recorded, Work};
use dispatch::recording::Recording;
use futures::StreamExt as _;
use tokio::task::JoinSet;

use super::cores;
use crate::exit::{Done, Failure};
use crate::pages::Pages;
use crate::progress::Progress;

/// Decisions of one page that are under way at a time: enough to be asked together.
const TOGETHER_MAX: usize = 64;
/// Decisions that are kept to measure with.
const SAMPLES_MAX: usize = 1_024;

/// What all workers share.
pub(super) struct Judging {
    pub(super) pages: Pages,
    pub(super) decider: Decider,
    pub(super) generation: Arc<Generation>,
    /// Only what went through this chain, then or now.
    pub(super) chain: Option<String>,
    pub(super) progress: Progress,
    /// Absent: nothing is to be measured.
    pub(super) samples: Option<Samples>,
}

/// Works and what was recorded of them, to be decided from memory.
#[derive(Default)]
pub(super) struct Samples(Mutex<Vec<(Work, Arc<Recording>)>>);

impl Samples {
    fn keep(&self, page: &[Recorded]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = SAMPLES_MAX.saturating_sub(kept.len());
        let known = page.iter().filter_map(|recorded| Some((recorded, recorded.trace.as_ref()?)));
        kept.extend(known.take(left).map(|(recorded, trace)| (Work::recorded(&recorded.decision, trace), Arc::new(Recording::of(trace)))));
    }

    pub(super) fn take(&self) -> Vec<(Work, Arc<Recording>)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Judges all pages.
pub(super) async fn all(judging: &Arc<Judging>) -> Done<Tally> {
    let mut workers = JoinSet::new();
    // One more than there are cores: while one waits for its page, the others compute.
    for _ in 0..=cores() {
        let judging = Arc::clone(judging);
        workers.spawn(async move { judging.work().await });
    }
    let mut tally = Tally::default();
    while let Some(worked) = workers.join_next().await {
        tally.join(worked.map_err(|error| Failure::unavailable(format!("a worker ended badly: {error}")))??);
    }
    Ok(tally)
}

impl Judging {
    async fn work(&self) -> Done<Tally> {
        let mut tally = Tally::default();
        let mut next = self.pages.next().await?;
        while let Some(page) = next {
            let count = page.len();
            if let Some(samples) = &self.samples {
                samples.keep(&page);
            }
            // The next page is read while this one is judged.
            let (read, ()) = futures::join!(self.pages.next(), self.page(page, &mut tally));
            next = read?;
            self.progress.done(count);
        }
        Ok(tally)
    }

    async fn page(&self, page: Vec<Recorded>, tally: &mut Tally) {
        let under_way = futures::stream::iter(page).map(|recorded| self.decided(recorded)).buffer_unordered(TOGETHER_MAX);
        let mut under_way = std::pin::pin!(under_way);
        while let Some((Recorded { decision, trace, label, .. }, redecided)) = under_way.next().await {
            let chains = [Some(&decision.chain), redecided.as_ref().map(|redecided| &redecided.decision.chain)];
            if !chains.into_iter().flatten().any(|chain| self.is_wanted(chain)) {
                continue;
            }
            let (Some(trace), Some(redecided)) = (&trace, &redecided) else {
                tally.erased();
                continue;
            };
            let before = Before { decision: &decision, trace, label: label.as_ref() };
            tally.judge(before, After { decision: &redecided.decision, trace: &redecided.trace, unanswered: &redecided.unanswered });
        }
    }

    /// With what the candidate says; nothing when the words are gone. The words go to the candidate: counting needs the steps alone.
    async fn decided(&self, mut recorded: Recorded) -> (Recorded, Option<Redecided>) {
        let Some(trace) = &mut recorded.trace else { return (recorded, None) };
        let recording = Arc::new(Recording::of(trace));
        let work = Work {
            interaction: std::mem::take(&mut trace.interaction),
            situation: std::mem::take(&mut trace.situation),
            read_by: recorded.decision.read_by.clone(),
        };
        let (at, id) = (recorded.decision.decided_at, recorded.decision.id.clone());
        let redecided = self.decider.redecide(&self.generation, work, at, id, recording).await;
        (recorded, Some(redecided))
    }

    fn is_wanted(&self, chain: &str) -> bool {
        self.chain.as_deref().is_none_or(|wanted| wanted == chain)
    }
}
