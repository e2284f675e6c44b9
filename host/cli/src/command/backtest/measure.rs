//! How quick the candidate's chains are by themselves: the same works, decided from memory on the same cores in the same run, without
//! reading, parsing or comparing. What a backtest takes beside that is its own.

use std::sync::Arc;
use std::time::Duration;

use cpu_time::ProcessTime;
use dispatch::chain::{Decider, decision_id};
use dispatch::generation::Generation;
use dispatch::port::{Clock as _, SystemClock, Work};
use dispatch::recording::Recording;
use futures::StreamExt as _;
use tokio::task::JoinSet;

use super::cores;
use super::report::Speed;

/// Least time that is measured.
const MEASURED: Duration = Duration::from_secs(2);
/// Decisions that each worker has under way at a time.
const TOGETHER_MAX: usize = 64;

/// Decides the same works again and again, until enough time has passed.
pub(super) async fn chain(decider: &Decider, generation: &Arc<Generation>, works: Vec<(Work, Arc<Recording>)>) -> Speed {
    if works.is_empty() {
        return Speed::default();
    }
    let works = Arc::new(works);
    let (began, cpu) = (SystemClock.elapsed(), ProcessTime::now());
    let mut workers = JoinSet::new();
    for _ in 0..=cores() {
        let (decider, generation, works) = (decider.clone(), Arc::clone(generation), Arc::clone(&works));
        workers.spawn(async move {
            let mut decisions = 0_u64;
            while SystemClock.elapsed().saturating_sub(began) < MEASURED {
                let turns = works.len();
                let (decider, generation, works) = (&decider, &generation, &works);
                let under_way = futures::stream::iter(0..turns).map(|at| one(decider, generation, works.get(at).cloned()));
                decisions += under_way.buffer_unordered(TOGETHER_MAX).count().await as u64;
            }
            decisions
        });
    }
    let decisions = workers.join_all().await.into_iter().sum();
    Speed::over(decisions, SystemClock.elapsed().saturating_sub(began), cpu.elapsed(), cores())
}

/// As a live interaction is decided; where the chains look things up, from the record.
async fn one(decider: &Decider, generation: &Arc<Generation>, work: Option<(Work, Arc<Recording>)>) {
    let Some((work, recording)) = work else { return };
    let now = work.situation.now;
    if generation.chains().iter().any(|chain| chain.steps.iter().any(|step| !step.role.is_pure())) {
        decider.redecide(generation, work, now, decision_id(), recording).await;
    } else {
        decider.decide(generation, work, now, decision_id()).await;
    }
}
