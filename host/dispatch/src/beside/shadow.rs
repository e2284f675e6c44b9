use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use model::{GenerationId, Role, StepOutcome, Timestamp, Trace};
use serde::{Deserialize, Serialize};

use super::Told;
use super::groups::{Group, Groups};
use crate::chain::Redecided;
use crate::comparison::difference;
use crate::generation::{Generation, WHOLE_PPM};

/// What the pure steps of the compared decisions used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowCost {
    /// Units of fuel; of what several interactions shared, an equal part.
    pub fuel: u64,
    /// CPU time in nanoseconds, in the same way.
    pub cpu_ns: u64,
    /// Decisions with a fault.
    pub faulted: u64,
}

/// What a shadow would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowReport {
    /// The candidate.
    pub generation: GenerationId,
    /// What served when it began.
    pub beside: GenerationId,
    /// When it began.
    pub since: Timestamp,
    /// When it ended; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Share of the decisions in millionths.
    pub sample_ppm: u32,
    /// Decisions in the sample.
    pub sampled: u64,
    /// Of them not compared because too many waited.
    pub dropped: u64,
    /// Of them compared.
    pub judged: u64,
    /// Of them not judged because the candidate wants a look-up that the primary did not make.
    pub unjudged: u64,
    /// Which enrichers these look-ups are of, by configured name.
    pub unanswered: BTreeMap<String, u64>,
    /// Of the judged ones those that differ in anything but reasons.
    pub different: u64,
    /// Of the judged ones those that would end in another queue or disposition.
    pub flipped: u64,
    /// In what they differ, the largest group first. One decision may be in several.
    pub differences: Vec<Group>,
    /// Differences beyond the groups that are told apart.
    pub differences_other: u64,
    /// What the judged decisions cost the primary.
    pub primary: ShadowCost,
    /// What they cost the candidate.
    pub candidate: ShadowCost,
}

/// A candidate that runs beside what serves.
pub(super) struct Shadow {
    id: GenerationId,
    beside: GenerationId,
    /// None once it has ended: nothing here keeps the candidate in memory.
    generation: ArcSwapOption<Generation>,
    sample_ppm: u32,
    /// Grows by the share with each decision: one is taken whenever it passes a whole.
    turn_ppm: AtomicU64,
    sampled: AtomicU64,
    dropped: AtomicU64,
    since: Timestamp,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    until: Option<Timestamp>,
    judged: u64,
    unjudged: u64,
    unanswered: BTreeMap<String, u64>,
    different: u64,
    flipped: u64,
    groups: Groups,
    primary: ShadowCost,
    candidate: ShadowCost,
}

impl Shadow {
    pub(super) fn new(generation: Arc<Generation>, beside: GenerationId, sample_ppm: u32, since: Timestamp) -> Self {
        Self {
            id: generation.id().clone(),
            beside,
            generation: ArcSwapOption::new(Some(generation)),
            sample_ppm: sample_ppm.min(WHOLE_PPM),
            turn_ppm: AtomicU64::new(0),
            sampled: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            since,
            found: Mutex::default(),
        }
    }

    /// The candidate, while it runs.
    pub(super) fn candidate(&self) -> Option<Arc<Generation>> {
        self.generation.load_full()
    }

    /// Whether the next decision is one of the sample. Its own decisions never are: it may serve meanwhile.
    pub(super) fn samples(&self, primary: &Arc<Generation>) -> bool {
        let runs = self.generation.load().as_ref().is_some_and(|generation| !Arc::ptr_eq(generation, primary));
        if !runs {
            return false;
        }
        let whole = u64::from(WHOLE_PPM);
        let before = self.turn_ppm.fetch_add(u64::from(self.sample_ppm), Ordering::Relaxed) % whole;
        let sampled = before + u64::from(self.sample_ppm) >= whole;
        self.sampled.fetch_add(u64::from(sampled), Ordering::Relaxed);
        sampled
    }

    /// One of the sample could not be taken.
    pub(super) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what the candidate says.
    pub(super) fn judge(&self, told: &Told, again: &Redecided) {
        let difference = difference(&told.decision, &again.decision);
        let (primary, candidate) = (ShadowCost::of(&told.trace), ShadowCost::of(&again.trace));
        let mut found = self.found();
        if !again.unanswered.is_empty() {
            found.unjudged += 1;
            for plugin in &again.unanswered {
                *found.unanswered.entry(plugin.clone()).or_default() += 1;
            }
            return;
        }
        found.judged += 1;
        found.primary.add(primary);
        found.candidate.add(candidate);
        if let Some(difference) = difference {
            found.different += 1;
            found.flipped += u64::from(difference.flips());
            found.groups.add(&difference, &told.decision.interaction);
        }
    }

    /// Ends it. False when it had ended before.
    pub(super) fn end(&self, at: Timestamp) -> bool {
        let ended = self.generation.swap(None).is_some();
        if ended {
            self.found().until = Some(at);
        }
        ended
    }

    pub(super) fn report(&self) -> ShadowReport {
        let found = self.found();
        ShadowReport {
            generation: self.id.clone(),
            beside: self.beside.clone(),
            since: self.since,
            until: found.until,
            sample_ppm: self.sample_ppm,
            sampled: self.sampled.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            judged: found.judged,
            unjudged: found.unjudged,
            unanswered: found.unanswered.clone(),
            different: found.different,
            flipped: found.flipped,
            differences: found.groups.all(),
            differences_other: found.groups.other(),
            primary: found.primary,
            candidate: found.candidate,
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ShadowCost {
    fn of(trace: &Trace) -> Self {
        let mut sum = Self { faulted: u64::from(has_fault(trace)), ..Self::default() };
        for step in trace.steps.iter().filter(|step| !matches!(step.role, Role::Enricher | Role::Responder)) {
            let share = step.cost.share.map_or(1, |share| u64::from(share.size.max(1)));
            sum.fuel = sum.fuel.saturating_add(step.cost.fuel / share);
            sum.cpu_ns = sum.cpu_ns.saturating_add(step.cost.cpu_ns / share);
        }
        sum
    }

    fn add(&mut self, other: Self) {
        self.fuel = self.fuel.saturating_add(other.fuel);
        self.cpu_ns = self.cpu_ns.saturating_add(other.cpu_ns);
        self.faulted += other.faulted;
    }
}

/// Whether any step failed.
pub(super) fn has_fault(trace: &Trace) -> bool {
    trace.steps.iter().any(|step| matches!(step.outcome, StepOutcome::Faulted(_)))
}
