//! What the host does around the plugins when it decides: grants, pseudonyms, conditions, budgets, breakers, counters, reasons, the trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use dispatch::breaker::Breakers;
use dispatch::chain::{Decider, decision_id};
use dispatch::counters::Counters;
use dispatch::generation::Generation;
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::port::{Plugin, SystemClock, Work};
use futures::future::join_all;
use model::{Configuration, Decision, GenerationId, Interaction, Secret, Timestamp, Trace};

use crate::inputs;
use crate::native::NOW;
use crate::rounds::Rounds;

/// Interactions that are decided about at a time, as over as many connections.
pub(crate) const TOGETHER: usize = 64;

/// A generation and the decider over it.
pub(crate) struct Deciding {
    generation: Arc<Generation>,
    decider: Decider,
}

impl Deciding {
    /// Over staged plugins.
    pub(crate) fn new(configuration: Configuration, plugins: BTreeMap<String, Arc<dyn Plugin>>) -> Result<Self> {
        let clock = Arc::new(SystemClock);
        let pseudonyms = Pseudonyms::new(Secret::new(vec![7; 32]));
        Ok(Self {
            generation: Arc::new(Generation::assemble(configuration, plugins)?),
            decider: Decider::new(pseudonyms, Hop::for_cores(), Arc::new(Counters::default()), Arc::new(Breakers::new(clock))),
        })
    }

    /// The generation that decides.
    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Decides.
    pub(crate) async fn decide(&self, work: Work) -> (Decision, Trace) {
        self.decider.decide(&self.generation, work, Timestamp(NOW), decision_id()).await
    }

    /// An interaction that waits to be decided about.
    pub(crate) fn work(&self, interaction: Interaction) -> Work {
        Work { interaction, situation: inputs::SITUATION.clone(), read_by: GenerationId(self.generation.id().0.clone()) }
    }

    /// One round, so many at a time: those wait together for a computing thread, as they do under load.
    pub(crate) async fn measure(&self, name: &str, works: &[Work], (calls, together): (usize, usize), rounds: &mut Rounds) -> Result<()> {
        let passes = calls.div_ceil(works.len().max(1)).max(1);
        let run = async {
            for lot in (0..passes).flat_map(|_| works.chunks(together.max(1))) {
                std::hint::black_box(join_all(lot.iter().map(|work| self.decide(work.clone()))).await);
            }
            Ok(passes * works.len())
        };
        rounds.time_all(name, run).await
    }

    /// Checks that nothing is held: a fault would be quick.
    pub(crate) async fn check(&self, works: &[Work]) -> Result<()> {
        for work in works {
            let (decision, _) = self.decide(work.clone()).await;
            if decision.routing.disposition.name() == "hold" {
                bail!("held: {:?}", decision.routing.reasons);
            }
        }
        Ok(())
    }
}
