//! The chain: one interaction in, one decision and its trace out.
//!
//! Enrichers ask the outside first; then all pure steps run in one hop to a computing thread; responders come last. The same interaction,
//! situation and answers from outside give the same decision and the same trace, but for durations. A plugin's opinion and a plugin's fault
//! are different types all the way: a fault can only be skipped, answered by a fallback, or end in the hold queue; it never decides.
//!
//! Rules where several steps have one role: of two signals with one name the later wins; a later prioritizer replaces the earlier; the first
//! router that says something decides, and later routers are not asked. A responder's suggestions are recorded in the trace; nothing that a
//! responder says or does changes the decision, so its fault is never more than a skip. It runs before the commit and holds the place of its
//! order key for at most its deadline.

mod ask;
mod run;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{Decision, DecisionId, GenerationId, Interaction, Situation, StepRecord, Timestamp, Trace};

use crate::condition::Known;
use crate::counters::Counters;
use crate::generation::{Chain, Generation};
use crate::grant::Pseudonyms;
use crate::hop::Hop;
use crate::port::Work;

use run::Run;

/// Decides about interactions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Decider {
    pseudonyms: Pseudonyms,
    hop: Hop,
    counters: Arc<Counters>,
}

/// What the enrichers of a chain said, kept until the interaction's turn has come.
#[derive(Clone, Debug)]
pub struct Enriched {
    generation: GenerationId,
    chain: usize,
    interaction: Interaction,
    situation: Situation,
    steps: Vec<StepRecord>,
    run: Option<run::Findings>,
}

impl Decider {
    /// Pseudonyms hide what is not granted; the hop bounds how many chains compute at once.
    #[must_use]
    pub fn new(pseudonyms: Pseudonyms, hop: Hop, counters: Arc<Counters>) -> Self {
        Self { pseudonyms, hop, counters }
    }

    /// Decides in one go. `now` is the time to decide by; nothing else here knows the time.
    pub async fn decide(&self, generation: &Arc<Generation>, work: Work, now: Timestamp, id: DecisionId) -> (Decision, Trace) {
        let enriched = self.enrich(generation, &work, now).await;
        self.settle(generation, work, Some(enriched), now, id).await
    }

    /// Runs the enrichers: may wait for the network, and needs no turn.
    pub async fn enrich(&self, generation: &Generation, work: &Work, now: Timestamp) -> Enriched {
        let situation = Situation { now, ..work.situation.clone() };
        let chain = choose(generation, &work.interaction, &situation);
        let mut enriched = Enriched {
            generation: generation.id().clone(),
            chain,
            interaction: work.interaction.clone(),
            situation: work.situation.clone(),
            steps: Vec::new(),
            run: None,
        };
        if let Some(chain) = generation.chains().get(chain).filter(|chain| !chain.enrichers().is_empty()) {
            let mut run = self.run(work.interaction.clone(), situation);
            for step in chain.enrichers() {
                run.edge_step(step, None).await;
            }
            (enriched.steps, enriched.run) = run.into_findings();
        }
        enriched
    }

    /// Decides, now that it is the interaction's turn. What was looked up before counts only if it still fits: the same generation, chain and
    /// words; otherwise it is looked up anew.
    pub async fn settle(
        &self,
        generation: &Arc<Generation>,
        work: Work,
        enriched: Option<Enriched>,
        now: Timestamp,
        id: DecisionId,
    ) -> (Decision, Trace) {
        let situation = Situation { now, ..work.situation.clone() };
        let chain = choose(generation, &work.interaction, &situation);
        let enriched = match enriched.filter(|enriched| enriched.fits(generation, chain, &work)) {
            Some(enriched) => enriched,
            None => self.enrich(generation, &work, now).await,
        };
        let mut run = self.run(work.interaction.clone(), situation.clone());
        run.resume(enriched.steps, enriched.run);
        let mut run = self.judge(generation, enriched.chain, run, &work.interaction, &situation).await;
        let Some(chain) = generation.chains().get(enriched.chain) else { return run.finish(generation, None, work, now, id) };
        let routing = run.routing(generation, chain);
        if !run.is_held() {
            for step in chain.responders() {
                run.edge_step(step, Some(&routing)).await;
            }
        }
        run.finish(generation, Some((chain, routing)), work, now, id)
    }

    /// All pure steps in one hop.
    async fn judge(
        &self,
        generation: &Arc<Generation>,
        chain: usize,
        mut run: Run,
        interaction: &Interaction,
        situation: &Situation,
    ) -> Run {
        let pinned = Arc::clone(generation);
        let judged = self.hop.run_patiently(move || {
            for step in pinned.chains().get(chain).map(Chain::judges).unwrap_or_default() {
                run.pure_step(step);
            }
            run
        });
        match judged.await {
            Ok(run) => run,
            // A defect of the host itself: the interaction still ends with a person.
            Err(_) => self.run(interaction.clone(), situation.clone()).broken(),
        }
    }

    fn run(&self, interaction: Interaction, situation: Situation) -> Run {
        Run::new(interaction, situation, self.pseudonyms.clone(), Arc::clone(&self.counters))
    }
}

impl Enriched {
    fn fits(&self, generation: &Generation, chain: usize, work: &Work) -> bool {
        let same_words = self.generation == *generation.id() && self.chain == chain && self.interaction == work.interaction;
        let enrichers = generation.chains().get(chain).map(Chain::enrichers).unwrap_or_default();
        let by_situation = enrichers.iter().any(|step| step.when.as_ref().is_some_and(|when| when.mentions("situation")));
        same_words && (!by_situation || self.situation == work.situation)
    }
}

/// The first chain whose condition is met; the last has none.
fn choose(generation: &Generation, interaction: &Interaction, situation: &Situation) -> usize {
    let chains = generation.chains();
    let last = chains.len().saturating_sub(1);
    if last == 0 {
        return 0;
    }
    let known = Known::new(interaction, situation);
    let met = |chain: &Chain| chain.when.as_ref().is_none_or(|when| when.evaluate(&known) == Ok(true));
    chains.iter().position(met).unwrap_or(last)
}

/// A new decision's id.
#[must_use]
pub fn decision_id() -> DecisionId {
    DecisionId(format!("c{}", ulid::Ulid::generate()))
}
