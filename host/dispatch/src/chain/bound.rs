//! What a decider keeps for each plugin and chain of a generation, found once instead of by name for every call.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::batch;
use super::run::Run;
use crate::breaker::{Breaker, Breakers};
use crate::counters::{ChainMeter, Counters, PluginMeter};
use crate::generation::{Chain, Generation, Remedy, Step};
use crate::hop::{Gather, Hop};
use crate::port::Plugin;

/// Interactions that are decided together, at most: more gain nothing, and the last would wait longer.
const TOGETHER_MAX: usize = 32;
/// Generations that are known at a time: the one that serves, a canary, a shadow, and those that are kept or whose interactions are still on
/// their way.
const GENERATIONS_MAX: usize = 12;

/// A generation, bound.
pub(super) struct Bound {
    /// Weak, so that nothing here keeps an old generation's plugins in memory; compared, never used.
    generation: Weak<Generation>,
    chains: Vec<BoundChain>,
}

/// A chain, bound.
pub(super) struct BoundChain {
    pub(super) meter: Arc<ChainMeter>,
    pub(super) gather: Arc<Gather<Run>>,
    /// One for each step.
    steps: Vec<BoundStep>,
}

/// A step, bound.
pub(super) struct BoundStep {
    pub(super) first: Callee,
    pub(super) fallback: Option<Callee>,
}

/// What stands before and beside a plugin.
pub(super) struct Callee {
    pub(super) breaker: Arc<Breaker>,
    pub(super) meter: Arc<PluginMeter>,
}

impl Bound {
    /// The chain of this index.
    pub(super) fn chain(&self, index: usize) -> Option<&BoundChain> {
        self.chains.get(index)
    }

    fn new(generation: &Arc<Generation>, hop: &Hop, counters: &Counters, breakers: &Breakers) -> Self {
        let callee =
            |plugin: &Arc<dyn Plugin>| Callee { breaker: breakers.of(plugin.info()), meter: counters.plugin(&plugin.info().spec.name) };
        let step = |step: &Step| BoundStep {
            first: callee(&step.plugin),
            fallback: match &step.on_fault {
                Remedy::Fallback(other) => Some(callee(other)),
                Remedy::Skip | Remedy::Hold => None,
            },
        };
        let chain = |chain: &Chain| BoundChain {
            meter: counters.chain(&chain.name),
            gather: Gather::new(hop.clone(), &chain.name, TOGETHER_MAX, batch::judge),
            steps: chain.steps.iter().map(step).collect(),
        };
        Self { generation: Arc::downgrade(generation), chains: generation.chains().iter().map(chain).collect() }
    }

    fn is_of(&self, generation: &Arc<Generation>) -> bool {
        // The address is not used again while the weak pointer is there.
        std::ptr::eq(self.generation.as_ptr(), Arc::as_ptr(generation))
    }
}

impl BoundChain {
    /// The steps that look things up, each with what is bound to it.
    pub(super) fn enrichers<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = (&'a Step, &'a BoundStep)> {
        chain.enrichers().iter().zip(&self.steps)
    }

    /// The pure steps, each with what is bound to it.
    pub(super) fn judges<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = (&'a Step, &'a BoundStep)> {
        chain.judges().iter().zip(self.steps.iter().skip(chain.enrichers().len()))
    }

    /// The steps that suggest replies, each with what is bound to it.
    pub(super) fn responders<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = (&'a Step, &'a BoundStep)> {
        chain.responders().iter().zip(self.steps.iter().skip(chain.enrichers().len() + chain.judges().len()))
    }
}

/// The generations that are bound, newest first.
#[derive(Default)]
pub(super) struct Bounds(Mutex<Vec<Arc<Bound>>>);

impl Bounds {
    /// The generation, bound now or before.
    pub(super) fn of(&self, generation: &Arc<Generation>, hop: &Hop, counters: &Counters, breakers: &Breakers) -> Arc<Bound> {
        let mut bounds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = bounds.iter().find(|bound| bound.is_of(generation)) {
            return Arc::clone(known);
        }
        bounds.retain(|bound| bound.generation.strong_count() > 0);
        bounds.truncate(GENERATIONS_MAX - 1);
        let bound = Arc::new(Bound::new(generation, hop, counters, breakers));
        bounds.insert(0, Arc::clone(&bound));
        bound
    }
}
