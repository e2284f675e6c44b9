//! The store alone: deliveries accepted and decisions committed by many callers at once, with a sync before each answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use dispatch::port::{Intake, NewDecision, Store as _};
use model::Timestamp;
use store::{SqliteStore, StoreSettings};
use tokio::task::JoinSet;

use crate::deciding::Deciding;
use crate::inputs::delivery;
use crate::native::NOW;
use crate::post;
use crate::rounds::{Rounds, each_us};
use crate::sample::Sample;
use crate::sandboxed::Sandboxed;

/// One round on a store of its own.
pub(crate) async fn measure(
    sample: &Sample,
    (sandboxed, deciding): (&Sandboxed, &Deciding),
    count: usize,
    callers: usize,
    folder: &Path,
    rounds: &mut Rounds,
) -> Result<()> {
    let dir = tempfile::tempdir_in(folder)?;
    let store = Arc::new(SqliteStore::open(dir.path().join("store.db"), StoreSettings::default()).await?);
    let intakes = intakes(sample, sandboxed, deciding, count)?;

    let started = Instant::now();
    spread(intakes, callers, &store, async |store, intake| store.accept(intake).await.map(drop)).await?;
    rounds.note("store/accepts", "wall_us", each_us(started.elapsed(), count));

    let pending = store.pending(0, u32::try_from(count)?).await?;
    let started = Instant::now();
    let mut works = Vec::with_capacity(pending.len());
    for one in &pending {
        works.push((one.seq, store.work(one).await?));
    }
    rounds.note("store/reads", "wall_us", each_us(started.elapsed(), works.len()));

    let mut decisions = Vec::with_capacity(works.len());
    for (seq, work) in works {
        let (decision, trace) = deciding.decide(work).await;
        decisions.push(NewDecision { seq, decision, trace });
    }
    let started = Instant::now();
    spread(decisions, callers, &store, async |store, decision| store.decide(decision).await.map(drop)).await?;
    rounds.note("store/decides", "wall_us", each_us(started.elapsed(), count));
    store.close().await;
    Ok(())
}

/// Lets each of `callers` do its part, one thing after the other.
async fn spread<T, E>(
    things: Vec<T>,
    callers: usize,
    store: &Arc<SqliteStore>,
    each: impl AsyncFn(&SqliteStore, T) -> Result<(), E> + Copy + Send + Sync + 'static,
) -> Result<()>
where
    T: Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let mut parts: Vec<Vec<T>> = (0..callers.max(1)).map(|_| Vec::new()).collect();
    let places = parts.len();
    for (at, thing) in things.into_iter().enumerate() {
        if let Some(part) = parts.get_mut(at % places) {
            part.push(thing);
        }
    }
    let tasks = tokio::task::LocalSet::new();
    let mut running = JoinSet::new();
    for part in parts {
        let store = Arc::clone(store);
        running.spawn_local_on(
            async move {
                for thing in part {
                    each(&store, thing).await?;
                }
                Ok::<(), E>(())
            },
            &tasks,
        );
    }
    tasks.await;
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

fn intakes(sample: &Sample, sandboxed: &Sandboxed, deciding: &Deciding, count: usize) -> Result<Vec<Intake>> {
    let intake = |body: String| {
        let raw = delivery(body);
        Ok(Intake {
            connector: "shop".to_owned(),
            channel: "shop".to_owned(),
            account: None,
            received_at: Timestamp(NOW),
            read_by: deciding.generation().id().clone(),
            facts: sandboxed.facts(&raw)?,
            raw,
            cursor: None,
        })
    };
    post::bodies(sample, "stored", count).map(intake).collect()
}
