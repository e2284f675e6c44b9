//! The work: pages are read, decided again and compared on all cores.

use std::sync::Arc;

use dispatch::chain::{Decider, Redecided};
use dispatch::comparison;
use dispatch::port::{Recorded, Work};
use dispatch::recording::Recording;
use futures::StreamExt as _;
use model::{StepOutcome, Trace};
use tokio::task::JoinSet;

use super::account::Account;
use super::staged::Staged;
use crate::command::backtest::cores;
use crate::exit::{Done, Failure};
use crate::pages::Pages;
use crate::progress::Progress;

/// Decisions of one page that are under way at a time.
const TOGETHER_MAX: usize = 64;

/// What decides again.
pub(super) struct Again {
    pub(super) decider: Decider,
    pub(super) staged: Staged,
}

/// What came of one.
enum Outcome {
    Erased,
    Missing(String),
    Redecided(Box<Redecided>),
}

/// Replays all pages.
pub(super) async fn all(again: &Arc<Again>, pages: Pages, progress: Progress) -> Done<Account> {
    let shared = Arc::new((pages, progress));
    let mut workers = JoinSet::new();
    for _ in 0..=cores() {
        let (again, shared) = (Arc::clone(again), Arc::clone(&shared));
        workers.spawn(async move {
            let mut account = Account::default();
            let mut next = shared.0.next().await?;
            while let Some(page) = next {
                let count = page.len();
                // The next page is read while this one is replayed.
                let (read, replayed) = futures::join!(shared.0.next(), again.page(page, &mut account));
                replayed?;
                next = read?;
                shared.1.done(count);
            }
            Ok::<_, Failure>(account)
        });
    }
    let mut account = Account::default();
    while let Some(worked) = workers.join_next().await {
        account.join(worked.map_err(|error| Failure::unavailable(format!("a worker ended badly: {error}")))??);
    }
    Ok(account)
}

impl Again {
    /// Replays one page.
    pub(super) async fn page(&self, page: Vec<Recorded>, account: &mut Account) -> Done {
        let under_way = futures::stream::iter(page).map(|recorded| self.one(recorded)).buffer_unordered(TOGETHER_MAX);
        let mut under_way = std::pin::pin!(under_way);
        while let Some(done) = under_way.next().await {
            let (recorded, outcome) = done?;
            let Recorded { seq, decision, trace, .. } = &recorded;
            match (outcome, trace) {
                (Outcome::Redecided(redecided), Some(trace)) => {
                    account.answers_from_record += answers(trace);
                    account.faults_from_record += u64::try_from(redecided.from_record.len()).unwrap_or_default();
                    let mismatches = comparison::exact((decision, trace), (&redecided.decision, &redecided.trace));
                    account.compared(*seq, decision, mismatches);
                }
                (Outcome::Missing(why), _) => account.missing(*seq, decision, &why),
                (Outcome::Erased | Outcome::Redecided(_), _) => account.erased(*seq, decision),
            }
        }
        Ok(())
    }

    async fn one(&self, recorded: Recorded) -> Done<(Recorded, Outcome)> {
        let Some(trace) = &recorded.trace else { return Ok((recorded, Outcome::Erased)) };
        let decision = &recorded.decision;
        let generation = match self.staged.get(&decision.decided_by).await? {
            Ok(generation) => generation,
            Err(why) => return Ok((recorded, Outcome::Missing(why))),
        };
        let (work, recording) = (Work::recorded(decision, trace), Arc::new(Recording::exact(trace)));
        let redecided = self.decider.redecide(&generation, work, decision.decided_at, decision.id.clone(), recording).await;
        Ok((recorded, Outcome::Redecided(Box::new(redecided))))
    }
}

/// Steps whose answer was not asked for again.
fn answers(trace: &Trace) -> u64 {
    let asked = |outcome: &StepOutcome| matches!(outcome, StepOutcome::Said(_) | StepOutcome::Faulted(_));
    let edge = trace.steps.iter().filter(|step| !step.role.is_pure() && asked(&step.outcome));
    u64::try_from(edge.count()).unwrap_or_default()
}
