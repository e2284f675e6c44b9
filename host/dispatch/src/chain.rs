//! The chain: one interaction in, one decision and its trace out.
//!
//! Enrichers ask the outside first; then all pure steps run in one hop to a computing thread, together with those of whatever else waits
//! for one; responders come last. The same interaction, situation and answers from outside give the same decision and the same trace, alone
//! or in company, but for what was shared and for durations. A plugin's opinion and a plugin's fault are different types all the way: a
//! fault can only be skipped, answered by a fallback, or end in the hold queue; it never decides. A plugin that is out of service
//! ([`crate::breaker`]) and one for which no time is left are not called, and that is a fault like any other.
//!
//! An interaction's time is what its steps take, look-ups before its turn included; waiting for a thread is the host's matter, and nobody is
//! charged for it.
//!
//! Rules where several steps have one role: of two signals with one name the later wins; a later prioritizer replaces the earlier; the first
//! router that says something decides, and later routers are not asked. A responder's suggestions are recorded in the trace; nothing that a
//! responder says or does changes the decision, so its fault is never more than a skip. It runs before the commit and holds the place of its
//! order key for at most its deadline.

mod ask;
mod batch;
mod bound;
mod redecide;
mod run;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::{Decision, DecisionId, Fault, GenerationId, Interaction, Signal, Situation, StepRecord, Timestamp, Trace, Value};

use crate::breaker::Breakers;
use crate::counters::Counters;
use crate::generation::Generation;
use crate::grant::Pseudonyms;
use crate::hop::Hop;
use crate::port::Work;

use bound::Bounds;
use redecide::Replay;
use run::Run;

pub use redecide::Redecided;

/// Decides about interactions. Clones are the same.
#[derive(Clone)]
pub struct Decider(Arc<Shared>);

struct Shared {
    pseudonyms: Pseudonyms,
    hop: Hop,
    counters: Arc<Counters>,
    breakers: Arc<Breakers>,
    bounds: Bounds,
}

/// An interaction with the generation and the chain that are to decide about it.
pub struct Pinned(Run);

/// What the enrichers of a chain said, kept until the interaction's turn has come.
#[derive(Clone, Debug)]
pub struct Enriched {
    generation: GenerationId,
    chain: usize,
    interaction: Interaction,
    situation: Situation,
    signals: Vec<Signal>,
    held: Option<Fault>,
    steps: Vec<StepRecord>,
    used: Duration,
}

impl Decider {
    /// Pseudonyms hide what is not granted; the hop bounds how many chains compute at once; breakers say which plugin is not to be called.
    #[must_use]
    pub fn new(pseudonyms: Pseudonyms, hop: Hop, counters: Arc<Counters>, breakers: Arc<Breakers>) -> Self {
        Self(Arc::new(Shared { pseudonyms, hop, counters, breakers, bounds: Bounds::default() }))
    }

    /// Decides in one go. `now` is the time to decide by; nothing else here knows the time of day.
    pub async fn decide(&self, generation: &Arc<Generation>, work: Work, now: Timestamp, id: DecisionId) -> (Decision, Trace) {
        self.settle(self.pin(generation, work, now), None, id).await
    }

    /// Where what it does is counted.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.0.counters
    }

    /// Chooses the chain. `now` is the time to decide by.
    #[must_use]
    pub fn pin(&self, generation: &Arc<Generation>, mut work: Work, now: Timestamp) -> Pinned {
        work.situation.now = now;
        tell_window(generation, &mut work);
        let shared = &self.0;
        let bound = shared.bounds.of(generation, &shared.hop, &shared.counters, &shared.breakers);
        Pinned(Run::new(Arc::clone(shared), Arc::clone(generation), bound, work))
    }

    /// Runs the enrichers: may wait for the network, and needs no turn.
    pub async fn enrich(&self, pinned: Pinned) -> Enriched {
        let Pinned(mut run) = pinned;
        run.look_up().await;
        run.into_enriched()
    }

    /// Decides, now that it is the interaction's turn. What was looked up before counts only if it still fits: the same generation, chain and
    /// words; otherwise it is looked up anew.
    pub async fn settle(&self, pinned: Pinned, enriched: Option<Enriched>, id: DecisionId) -> (Decision, Trace) {
        let Pinned(mut run) = pinned;
        let resumed = enriched.is_some_and(|enriched| run.resume(enriched));
        if !resumed {
            run.look_up().await;
        }
        let (decision, trace, _) = complete(run, id).await;
        (decision, trace)
    }
}

/// Until when the channel takes replies, where its connector declares a window: by the channel's clock, from what the customer said last.
fn tell_window(generation: &Generation, work: &mut Work) {
    let (interaction, situation) = (&work.interaction, &mut work.situation);
    situation.attributes.remove(Situation::REPLY_WINDOW_ENDS_AT);
    let manifest = generation.connector(&interaction.connector).map(|connector| &connector.plugin.info().manifest);
    let Some(hours) = manifest.and_then(|manifest| manifest.reply_window_h) else { return };
    let own = precise(interaction.occurred_at.0);
    let last = match situation.attributes.get(Situation::LAST_INBOUND_AT) {
        Some(Value::Number(later)) => later.max(own),
        _ => own,
    };
    let ends_at = last + f64::from(hours) * 3_600_000.0;
    situation.attributes.insert(Situation::REPLY_WINDOW_ENDS_AT.to_owned(), Value::Number(ends_at));
}

/// Milliseconds of any time that a clock shows are exact.
#[expect(clippy::cast_precision_loss, reason = "below 2^53 for 285,000 years")]
fn precise(ms: u64) -> f64 {
    ms as f64
}

/// Everything after the look-ups.
async fn complete(run: Run, id: DecisionId) -> (Decision, Trace, Option<Box<Replay>>) {
    let mut run = judge(run).await;
    let routing = run.conclude();
    if !run.is_held() {
        run.respond(&routing).await;
    }
    let replay = run.replay.take();
    let (decision, trace) = run.finish(routing, id);
    (decision, trace, replay)
}

/// All pure steps in one hop, together with those of the interactions that wait for it too.
async fn judge(run: Run) -> Run {
    let Some(gather) = run.bound.chain(run.chain).map(|chain| Arc::clone(&chain.gather)) else { return run };
    match gather.ask_patiently(run).await {
        Ok(mut run) => {
            // A defect of the host itself: the interaction still ends with a person.
            if !run.judged {
                run.broken();
            }
            run
        }
        // The process ends, and nobody waits for this any more: the store still has the interaction.
        Err(_) => std::future::pending().await,
    }
}

impl Pinned {
    /// The generation that decides.
    #[must_use]
    pub fn generation(&self) -> &Arc<Generation> {
        &self.0.generation
    }

    /// The chain's name.
    #[must_use]
    pub fn chain(&self) -> &str {
        self.0.chain_name()
    }

    /// Whether the chain asks the outside before it decides.
    #[must_use]
    pub fn enriches(&self) -> bool {
        self.0.enriches()
    }

    /// About how large the interaction is, in KiB, rounded up.
    #[must_use]
    pub fn size_kib(&self) -> u32 {
        self.0.size_kib()
    }

    /// The interaction as it was pinned.
    #[must_use]
    pub fn into_work(self) -> Work {
        self.0.into_work()
    }
}

impl Enriched {
    /// Whether the situation was the same, and the time too where it matters.
    fn is_of_situation(&self, situation: &Situation, by_now: bool) -> bool {
        let now = if by_now { self.situation.now } else { situation.now };
        Situation { now, ..self.situation.clone() } == *situation
    }
}

impl fmt::Debug for Decider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decider({:?})", self.0.hop)
    }
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pinned({})", self.chain())
    }
}

/// A new decision's id.
#[must_use]
pub fn decision_id() -> DecisionId {
    DecisionId(format!("c{}", ulid::Ulid::generate()))
}
