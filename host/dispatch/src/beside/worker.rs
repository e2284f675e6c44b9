//! Asks about what was decided again, one after the other: canaries first, because somebody's interactions hang on them.

use std::sync::Arc;

use model::DecisionId;
use tokio_util::sync::CancellationToken;

use super::canary::Watch;
use super::shadow::Shadow;
use super::{Inner, Told};
use crate::chain::Redecided;
use crate::generation::Generation;
use crate::port::Work;
use crate::recording::Recording;

/// Works until it is to stop. A second one at a time has nothing to do.
pub(super) async fn run(inner: &Inner, stop: &CancellationToken) {
    let (Some(mut watched), Some(mut shadowed)) = (inner.watched.exit(), inner.shadowed.exit()) else { return };
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some((watch, told)) = watched.recv() => compare(inner, &watch, told).await,
            Some((shadow, told)) = shadowed.recv() => follow(inner, &shadow, told).await,
            else => break,
        }
    }
    inner.watched.leave(watched);
    inner.shadowed.leave(shadowed);
}

/// What the serving generation says to what the canary decided.
async fn compare(inner: &Inner, watch: &Arc<Watch>, told: Told) {
    let serving = inner.current.load();
    if !watch.is_watching() || watch.is_of(&serving) {
        return;
    }
    let again = redecide(inner, &serving, &told).await;
    inner.turned(watch.compared(&told, &again, &inner.current, &*inner.clock));
}

/// What the shadow says to what was decided.
async fn follow(inner: &Inner, shadow: &Arc<Shadow>, told: Told) {
    let Some(candidate) = shadow.candidate() else { return };
    let again = redecide(inner, &candidate, &told).await;
    shadow.judge(&told, &again);
}

async fn redecide(inner: &Inner, generation: &Arc<Generation>, told: &Told) -> Redecided {
    let recording = Arc::new(Recording::of(&told.trace));
    let work = Work::recorded(&told.decision, &told.trace);
    inner.decider.redecide(generation, work, told.decision.decided_at, DecisionId::default(), recording).await
}
