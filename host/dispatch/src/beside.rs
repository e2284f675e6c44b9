//! What runs beside the decisions that count: a shadow, which is asked about a sample and changes nothing, and the watch over a canary,
//! which decides about a share of the conversations until it is promoted or withdrawn.
//!
//! Both are told of a decision after its commit, and what they compute they compute on a thread of their own, with counters and breakers of
//! their own: no decision waits for them. What they cannot keep up with is dropped and counted. Nothing of a shadow is stored, no effect of it
//! happens and nobody outside is asked: look-ups are answered from the primary's trace.
//!
//! A canary that passes one of its thresholds is withdrawn where that is noticed, before anybody is told: what is claimed afterwards is
//! decided by the serving generation. Its turns are told on a channel, for the history.

mod canary;
mod groups;
mod latency;
mod plan;
mod shadow;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use model::{Decision, Trace};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::breaker::Breakers;
use crate::chain::Decider;
use crate::counters::Counters;
use crate::generation::{Current, Generation};
use crate::grant::Pseudonyms;
use crate::hop::Hop;
use crate::port::Clock;

pub use canary::{CanaryEnd, CanaryReport};
pub use groups::{Aspect, Group};
pub use plan::{CanaryPlan, CanaryPlanError, CanaryTurn};
pub use shadow::{ShadowCost, ShadowReport};

use canary::Watch;
use shadow::Shadow;

/// Decisions that wait to be compared, of shadow and canary each.
const WAITING_DECISIONS_MAX: usize = 256;
/// Turns of canaries that nobody has taken yet: a canary has few.
const TURNS_MAX: usize = 64;

/// The shadow and the canary. Clones are the same.
#[derive(Clone)]
pub struct Beside(Arc<Inner>);

struct Inner {
    decider: Decider,
    clock: Arc<dyn Clock>,
    current: Arc<Current>,
    shadow: ArcSwapOption<Shadow>,
    canary: ArcSwapOption<Watch>,
    shadowed: Queue<Arc<Shadow>>,
    watched: Queue<Arc<Watch>>,
    turns: mpsc::Sender<CanaryTurn>,
    turned: Mutex<Option<mpsc::Receiver<CanaryTurn>>>,
}

/// A decision that was committed.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) decision: Decision,
    pub(crate) trace: Trace,
    /// The generation that made it.
    pub(crate) generation: Arc<Generation>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// A bounded queue; its end is taken by whoever works on it.
struct Queue<T> {
    entry: mpsc::Sender<(T, Told)>,
    exit: Mutex<Option<mpsc::Receiver<(T, Told)>>>,
}

impl Beside {
    /// Nothing runs beside yet. The pseudonyms must be those of the decisions that count: plugins must see the same.
    #[must_use]
    pub fn new(pseudonyms: Pseudonyms, clock: Arc<dyn Clock>, current: Arc<Current>) -> Self {
        let breakers = Arc::new(Breakers::new(Arc::clone(&clock)));
        let decider = Decider::new(pseudonyms, Hop::new(1, 1, WAITING_DECISIONS_MAX), Arc::new(Counters::default()), breakers);
        let (turns, turned) = mpsc::channel(TURNS_MAX);
        Self(Arc::new(Inner {
            decider,
            clock,
            current,
            shadow: ArcSwapOption::empty(),
            canary: ArcSwapOption::empty(),
            shadowed: Queue::new(),
            watched: Queue::new(),
            turns,
            turned: Mutex::new(Some(turned)),
        }))
    }

    /// Runs a candidate on this share of the decisions, in millionths, instead of what ran as a shadow before.
    pub fn begin_shadow(&self, generation: Arc<Generation>, sample_ppm: u32) {
        let beside = self.0.current.load().id().clone();
        self.0.shadow.store(Some(Arc::new(Shadow::new(generation, beside, sample_ppm, self.0.clock.now()))));
    }

    /// Ends it; what was found stays. False when none runs.
    pub fn end_shadow(&self) -> bool {
        self.0.shadow.load().as_ref().is_some_and(|shadow| shadow.end(self.0.clock.now()))
    }

    /// What the shadow that runs or ran last would have done.
    #[must_use]
    pub fn shadow_report(&self) -> Option<ShadowReport> {
        self.0.shadow.load().as_ref().map(|shadow| shadow.report())
    }

    /// Lets a candidate decide about the plan's first share of the conversations. False when there is a canary already.
    #[must_use]
    pub fn begin_canary(&self, generation: &Arc<Generation>, plan: CanaryPlan) -> bool {
        let inner = &self.0;
        let share_ppm = plan.first_ppm();
        if !inner.current.begin_canary(generation, share_ppm) {
            return false;
        }
        let beside = inner.current.load().id().clone();
        inner.canary.store(Some(Arc::new(Watch::new(Arc::clone(generation), beside, plan, &*inner.clock))));
        true
    }

    /// On to the canary's next step, by hand; after the last one it is the turn of everybody, which the caller brings about
    /// ([`Current::promote`], then [`Self::end_canary`]). None when there is no canary.
    #[must_use]
    pub fn promote(&self) -> Option<CanaryTurn> {
        self.0.canary.load().as_ref()?.promote(&self.0.current, &*self.0.clock)
    }

    /// The turn of everybody could not be brought about: the canary serves its share on, and the turn is told again after another step's time.
    pub fn tell_whole_again(&self) {
        if let Some(watch) = self.0.canary.load().as_ref() {
            watch.tell_whole_again(&*self.0.clock);
        }
    }

    /// The canary's end, brought about by somebody: it serves everybody, or nobody. What was found stays. Gives back the generation; none when
    /// there is no canary, or its end was noticed before it was told. Takes its share away, if it still has one.
    pub fn end_canary(&self, end: CanaryEnd, why: &str) -> Option<Arc<Generation>> {
        self.0.canary.load().as_ref()?.end(&self.0.current, self.0.clock.now(), end, why)
    }

    /// How the canary that serves or served last does.
    #[must_use]
    pub fn canary_report(&self) -> Option<CanaryReport> {
        self.0.canary.load().as_ref().map(|watch| watch.report(&self.0.current, &*self.0.clock))
    }

    /// What canaries do by themselves from now on. For one listener: none the second time.
    #[must_use]
    pub fn turns(&self) -> Option<mpsc::Receiver<CanaryTurn>> {
        self.0.turned.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Compares what it is told, until `stop`. The dispatcher runs it beside itself.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        worker::run(&self.0, &stop).await;
    }

    /// A decision was committed. Returns at once.
    pub(crate) fn tell(&self, told: Told) {
        let canary = self.0.canary.load();
        let watch = canary.as_ref().filter(|watch| watch.is_watching());
        if let Some(watch) = watch {
            let by_canary = watch.is_of(&told.generation);
            self.0.turned(watch.decided(by_canary, &told, &self.0.current, &*self.0.clock));
            if by_canary {
                if watch.is_watching() && !self.0.watched.enter(Arc::clone(watch), told) {
                    watch.dropped();
                }
                return;
            }
        }
        let shadow = self.0.shadow.load();
        let Some(shadow) = shadow.as_ref().filter(|shadow| shadow.samples(&told.generation)) else { return };
        if !self.0.shadowed.enter(Arc::clone(shadow), told) {
            shadow.dropped();
        }
    }
}

impl Inner {
    /// Tells of a turn.
    fn turned(&self, turn: Option<CanaryTurn>) {
        let Some(turn) = turn else { return };
        tracing::info!(turn = turn.name(), generation = %turn.generation().id(), why = turn.why(), "the canary");
        if self.turns.try_send(turn).is_err() {
            tracing::error!("nobody takes the canary's turns: the history lacks one");
        }
    }
}

impl<T> Queue<T> {
    fn new() -> Self {
        let (entry, exit) = mpsc::channel(WAITING_DECISIONS_MAX);
        Self { entry, exit: Mutex::new(Some(exit)) }
    }

    /// Whether there was room.
    fn enter(&self, whom: T, told: Told) -> bool {
        self.entry.try_send((whom, told)).is_ok()
    }

    fn exit(&self) -> Option<mpsc::Receiver<(T, Told)>> {
        self.exit.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Gives the end back, for who works on it next.
    fn leave(&self, exit: mpsc::Receiver<(T, Told)>) {
        *self.exit.lock().unwrap_or_else(PoisonError::into_inner) = Some(exit);
    }
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Beside({:?})", self.0.decider)
    }
}
