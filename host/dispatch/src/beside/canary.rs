mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use model::{GenerationId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Told;
use super::groups::{Group, Groups};
use super::plan::{CanaryPlan, CanaryTurn};
use super::shadow::has_fault;
use crate::chain::Redecided;
use crate::comparison::difference;
use crate::generation::{Current, Generation, WHOLE_PPM};
use crate::port::{CanaryThresholds, Clock};
use window::Window;

/// How a canary ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryEnd {
    /// It serves everybody.
    Promoted,
    /// It serves nobody: a threshold or a person was against it.
    Withdrawn,
    /// Something else was let serve everybody meanwhile.
    Replaced,
}

/// How a canary does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanaryReport {
    /// The candidate.
    pub generation: GenerationId,
    /// What served everybody else when it began.
    pub beside: GenerationId,
    /// When it began.
    pub since: Timestamp,
    /// When it ended; absent while it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<CanaryEnd>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The step that it is in or ended in, from 1.
    pub step: usize,
    /// The shares of all steps in percent.
    pub steps_percent: Vec<f64>,
    /// The share of the conversations in percent that it serves now.
    pub share_percent: f64,
    /// The least time of each step.
    pub step_ms: u64,
    /// The least number of its decisions in each step.
    pub step_decisions_min: u64,
    /// Its decisions in this step.
    pub step_decisions: u64,
    /// When it is withdrawn.
    pub thresholds: CanaryThresholds,
    /// Its decisions.
    pub decisions: u64,
    /// Of them those with a fault.
    pub faulted: u64,
    /// Of them those that the serving generation was asked about too.
    pub compared: u64,
    /// Of them those that it would have given another queue or disposition.
    pub disagreed: u64,
    /// Its decisions that could not be compared, because the serving generation wants a look-up that was not made.
    pub unjudged: u64,
    /// Its decisions that were not compared because too many waited.
    pub dropped: u64,
    /// Decisions of the serving generation meanwhile.
    pub serving_decisions: u64,
    /// The 99th percentile of its decisions' time in this step, in nanoseconds, to within a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ns: Option<u64>,
    /// The same of the serving generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving_p99_ns: Option<u64>,
    /// In what it differs from the serving generation (`from`), the largest group first.
    pub differences: Vec<Group>,
    /// Differences beyond the groups that are told apart.
    pub differences_other: u64,
}

/// The watch over one canary.
pub(super) struct Watch {
    id: GenerationId,
    beside: GenerationId,
    plan: CanaryPlan,
    since: Timestamp,
    /// None once it has ended: nothing here keeps the candidate in memory.
    generation: ArcSwapOption<Generation>,
    state: Mutex<State>,
}

struct State {
    step: usize,
    /// By the clock that never goes back.
    step_began: Duration,
    step_decisions: u64,
    /// Decisions of this step that were compared, or never will be.
    step_settled: u64,
    whole_told: bool,
    /// Of this step.
    window: Window,
    decisions: u64,
    faulted: u64,
    compared: u64,
    disagreed: u64,
    unjudged: u64,
    dropped: u64,
    serving_decisions: u64,
    groups: Groups,
    ended: Option<(CanaryEnd, Timestamp, String)>,
}

impl Watch {
    pub(super) fn new(generation: Arc<Generation>, beside: GenerationId, plan: CanaryPlan, clock: &dyn Clock) -> Self {
        let id = generation.id().clone();
        let state = Mutex::new(State::new(clock.elapsed()));
        Self { id, beside, plan, since: clock.now(), generation: ArcSwapOption::new(Some(generation)), state }
    }

    pub(super) fn is_watching(&self) -> bool {
        self.generation.load().is_some()
    }

    /// Whether this generation is the canary.
    pub(super) fn is_of(&self, generation: &Arc<Generation>) -> bool {
        self.generation.load().as_ref().is_some_and(|canary| Arc::ptr_eq(canary, generation))
    }

    /// Counts a decision, and does what follows from it.
    pub(super) fn decided(&self, by_canary: bool, told: &Told, current: &Current, clock: &dyn Clock) -> Option<CanaryTurn> {
        let generation = self.still(current, clock)?;
        let took_ns = u64::try_from(told.took.as_nanos()).unwrap_or(u64::MAX);
        let mut state = self.state();
        if !by_canary {
            state.serving_decisions += 1;
            state.window.served(took_ns);
            return self.next(&mut state, &generation, current, clock);
        }
        let faulted = has_fault(&told.trace);
        state.decisions += 1;
        state.step_decisions += 1;
        state.faulted += u64::from(faulted);
        state.window.decided(took_ns, faulted);
        self.next(&mut state, &generation, current, clock)
    }

    /// Counts what the serving generation says to one of its decisions, and does what follows from it.
    pub(super) fn compared(&self, told: &Told, again: &Redecided, current: &Current, clock: &dyn Clock) -> Option<CanaryTurn> {
        let generation = self.still(current, clock)?;
        let difference = difference(&again.decision, &told.decision);
        let mut state = self.state();
        state.step_settled += 1;
        if !again.unanswered.is_empty() {
            state.unjudged += 1;
            return self.next(&mut state, &generation, current, clock);
        }
        let disagreed = difference.as_ref().is_some_and(crate::comparison::Difference::flips);
        state.compared += 1;
        state.disagreed += u64::from(disagreed);
        state.window.compared(disagreed);
        if let Some(difference) = &difference {
            state.groups.add(difference, &told.decision.interaction);
        }
        self.next(&mut state, &generation, current, clock)
    }

    /// One of its decisions will not be compared.
    pub(super) fn dropped(&self) {
        let mut state = self.state();
        state.dropped += 1;
        state.step_settled += 1;
    }

    /// On to the next step, or to everybody.
    pub(super) fn promote(&self, current: &Current, clock: &dyn Clock) -> Option<CanaryTurn> {
        let generation = self.still(current, clock)?;
        let mut state = self.state();
        let why = state.window.story();
        self.widen(&mut state, &generation, current, clock, why.clone()).or_else(|| {
            state.whole_told = true;
            Some(CanaryTurn::Whole { generation, why })
        })
    }

    /// It could not be let serve everybody: the last step lasts once more, then that is told again.
    pub(super) fn tell_whole_again(&self, clock: &dyn Clock) {
        let mut state = self.state();
        if state.ended.is_some() {
            return;
        }
        state.whole_told = false;
        (state.step_began, state.step_decisions, state.step_settled) = (clock.elapsed(), 0, 0);
    }

    /// It ends.
    pub(super) fn end(&self, current: &Current, at: Timestamp, end: CanaryEnd, why: &str) -> Option<Arc<Generation>> {
        let mut state = self.state();
        self.ended(&mut state, current, (end, at, why.to_owned()))
    }

    pub(super) fn report(&self, current: &Current, clock: &dyn Clock) -> CanaryReport {
        // Whatever ended it may not have been noticed yet.
        let _ = self.still(current, clock);
        let percent = |ppm: u32| f64::from(ppm) * 100.0 / f64::from(WHOLE_PPM);
        let share_ppm = current.canary().filter(|(generation, _)| self.is_of(generation)).map_or(0, |(_, share_ppm)| share_ppm);
        let state = self.state();
        let ended = state.ended.as_ref();
        CanaryReport {
            generation: self.id.clone(),
            beside: self.beside.clone(),
            since: self.since,
            until: ended.map(|(_, at, _)| *at),
            end: ended.map(|(end, ..)| *end),
            why: ended.map(|(.., why)| why.clone()).unwrap_or_default(),
            step: state.step + 1,
            steps_percent: self.plan.shares_ppm().iter().map(|ppm| percent(*ppm)).collect(),
            share_percent: percent(share_ppm),
            step_ms: self.plan.step_ms,
            step_decisions_min: self.plan.decisions_min,
            step_decisions: state.step_decisions,
            thresholds: self.plan.thresholds,
            decisions: state.decisions,
            faulted: state.faulted,
            compared: state.compared,
            disagreed: state.disagreed,
            unjudged: state.unjudged,
            dropped: state.dropped,
            serving_decisions: state.serving_decisions,
            p99_ns: state.window.p99_ns(),
            serving_p99_ns: state.window.serving_p99_ns(),
            differences: state.groups.all(),
            differences_other: state.groups.other(),
        }
    }

    /// The candidate, while it is the canary. When it is not any more, that is noted.
    fn still(&self, current: &Current, clock: &dyn Clock) -> Option<Arc<Generation>> {
        let generation = self.generation.load_full()?;
        if current.canary().is_some_and(|(canary, _)| Arc::ptr_eq(&canary, &generation)) {
            return Some(generation);
        }
        let end = if Arc::ptr_eq(&current.load(), &generation) { CanaryEnd::Promoted } else { CanaryEnd::Replaced };
        self.ended(&mut self.state(), current, (end, clock.now(), String::new()));
        None
    }

    /// Withdraws it when a threshold is passed, widens it when its step is over.
    fn next(&self, state: &mut State, generation: &Arc<Generation>, current: &Current, clock: &dyn Clock) -> Option<CanaryTurn> {
        if state.ended.is_some() {
            return None;
        }
        if let Some(why) = state.window.passed(&self.plan.thresholds) {
            let generation = self.ended(state, current, (CanaryEnd::Withdrawn, clock.now(), why.clone()))?;
            return Some(CanaryTurn::Withdrawn { generation, why });
        }
        let took_ms = clock.elapsed().saturating_sub(state.step_began).as_millis();
        let decided = state.step_decisions.min(state.step_settled) >= self.plan.decisions_min;
        if !decided || took_ms < u128::from(self.plan.step_ms) || state.whole_told {
            return None;
        }
        let why = state.window.story();
        let whole = self.plan.share_ppm(state.step) == Some(WHOLE_PPM);
        self.widen(state, generation, current, clock, why.clone()).or_else(|| {
            state.whole_told = whole;
            whole.then(|| CanaryTurn::Whole { generation: Arc::clone(generation), why })
        })
    }

    /// On to the next step, if there is one.
    fn widen(
        &self,
        state: &mut State,
        generation: &Arc<Generation>,
        current: &Current,
        clock: &dyn Clock,
        why: String,
    ) -> Option<CanaryTurn> {
        let share_ppm = self.plan.share_ppm(state.step + 1).filter(|share_ppm| current.widen(generation, *share_ppm))?;
        state.step += 1;
        (state.step_began, state.step_decisions, state.step_settled) = (clock.elapsed(), 0, 0);
        state.window = Window::new();
        Some(CanaryTurn::Widened { generation: Arc::clone(generation), share_ppm, why })
    }

    /// Ends it, once.
    fn ended(&self, state: &mut State, current: &Current, end: (CanaryEnd, Timestamp, String)) -> Option<Arc<Generation>> {
        let generation = self.generation.swap(None)?;
        current.withdraw(&generation);
        state.ended = Some(end);
        Some(generation)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(step_began: Duration) -> Self {
        Self {
            step: 0,
            step_began,
            step_decisions: 0,
            step_settled: 0,
            whole_told: false,
            window: Window::new(),
            decisions: 0,
            faulted: 0,
            compared: 0,
            disagreed: 0,
            unjudged: 0,
            dropped: 0,
            serving_decisions: 0,
            groups: Groups::default(),
            ended: None,
        }
    }
}
