//! History, page by page, for as many readers as there are cores.
//!
//! Whoever wants the next page claims a stretch of sequence numbers and reads it alone: nobody waits for another's page. A reader that
//! reads the next page while it works on one has two in memory, and that is all.

use std::sync::{Arc, Mutex, PoisonError};

use dispatch::port::{History, Recorded, RecordedRange};
use model::Timestamp;

use crate::exit::Done;

/// Decisions of a page: sequence numbers of a claim.
const PAGE_DECISIONS: u32 = 256;

/// Which decisions to read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stretch {
    /// Decided at this time or later.
    pub(crate) since: Timestamp,
    /// Decided before this time.
    pub(crate) until: Option<Timestamp>,
    /// The latest so many of them.
    pub(crate) decisions_max: Option<u64>,
    /// Without what nobody needs who decides anew: what pure steps saw and said.
    pub(crate) brief: bool,
}

/// Pages that are claimed.
pub(crate) struct Pages {
    history: Arc<dyn History>,
    since: Timestamp,
    until: Option<Timestamp>,
    brief: bool,
    total: u64,
    /// The first sequence number, less one, that nobody has claimed.
    claimed: Mutex<u64>,
}

impl Pages {
    /// The pages of a stretch.
    pub(crate) async fn new(history: Arc<dyn History>, stretch: Stretch) -> Done<Self> {
        let Stretch { since, until, decisions_max, brief } = stretch;
        let mut pages = Self { history, since, until, brief, total: 0, claimed: Mutex::new(0) };
        pages.total = pages.behind(0).await?;
        if let Some(decisions_max) = decisions_max.filter(|decisions_max| *decisions_max < pages.total) {
            let after = pages.last(decisions_max).await?;
            pages.total = pages.behind(after).await?;
            pages.claimed = Mutex::new(after);
        }
        Ok(pages)
    }

    /// How many decisions they have together.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The next page, in the order of sequence numbers; none at the end.
    pub(crate) async fn next(&self) -> Done<Option<Vec<Recorded>>> {
        loop {
            let after = self.claim();
            let end = after.saturating_add(u64::from(PAGE_DECISIONS));
            let mut page = self.history.recorded(self.range(after, PAGE_DECISIONS)).await?;
            let Some(first) = page.first().map(|recorded| recorded.seq) else { return Ok(None) };
            // What is behind the claim is somebody else's.
            page.retain(|recorded| recorded.seq <= end);
            if !page.is_empty() {
                return Ok(Some(page));
            }
            self.skip_to(first.saturating_sub(1));
        }
    }

    fn claim(&self) -> u64 {
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let after = *claimed;
        *claimed = claimed.saturating_add(u64::from(PAGE_DECISIONS));
        after
    }

    /// There is nothing up to here.
    fn skip_to(&self, seq: u64) {
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        *claimed = (*claimed).max(seq);
    }

    fn range(&self, after: u64, limit: u32) -> RecordedRange {
        RecordedRange { after, since: self.since, until: self.until, limit, brief: self.brief }
    }

    async fn behind(&self, after: u64) -> Done<u64> {
        Ok(self.history.recorded_count(self.range(after, 0)).await?)
    }

    /// The sequence number behind which there are so many.
    async fn last(&self, count: u64) -> Done<u64> {
        let (mut low, mut high) = (0_u64, 1_u64);
        while self.behind(high).await? > count {
            low = high;
            high = high.saturating_mul(2);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.behind(middle).await? > count { low = middle } else { high = middle }
        }
        Ok(high)
    }
}
