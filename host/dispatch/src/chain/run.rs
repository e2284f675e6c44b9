//! One interaction on its way through one chain.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Call, Cost, Decision, DecisionId, Disposition, Fault, FaultKind, Interaction, Priority, Reason, Role, Routing, Signal, StepOutcome,
    StepRecord, Trace,
};

use super::ask::{self, Said};
use super::bound::{Bound, BoundChain, BoundStep, Callee};
use super::redecide::Replay;
use super::{Enriched, Shared};
use crate::catalogue::{self, HELD_AFTER_FAULT, NO_ROUTER, UNKNOWN_QUEUE};
use crate::condition::{Condition, ConditionFailure, Known};
use crate::counters::ChainMeter;
use crate::generation::{Chain, Generation, Remedy, Step};
use crate::grant;
use crate::port::{Budget, Clock, Plugin, Question, Work};

/// An interaction pinned to a generation and a chain, what was found about it, and the record of every step.
pub(super) struct Run {
    pub(super) shared: Arc<Shared>,
    pub(super) generation: Arc<Generation>,
    pub(super) bound: Arc<Bound>,
    /// The chain's index.
    pub(super) chain: usize,
    /// Whether the pure steps have run.
    pub(super) judged: bool,
    /// Its interaction grows by the signals that are found.
    work: Work,
    /// How many signals it had before any step.
    signals_before: usize,
    priority: Option<Priority>,
    routing: Option<Routing>,
    held: Option<Fault>,
    steps: Vec<StepRecord>,
    /// What conditions can speak of, kept up to date once a condition has asked.
    known: Option<Known>,
    /// How much of its time was used.
    used: Duration,
    /// Where answers come from, when this was decided before.
    pub(super) replay: Option<Box<Replay>>,
}

/// Whom a step asks.
pub(super) struct Asked<'a> {
    pub(super) plugin: &'a dyn Plugin,
    pub(super) callee: &'a Callee,
    pub(super) chain: &'a ChainMeter,
    /// The plugin whose fault made this one asked.
    pub(super) instead_of: Option<&'a str>,
}

impl Run {
    pub(super) fn new(shared: Arc<Shared>, generation: Arc<Generation>, bound: Arc<Bound>, work: Work) -> Self {
        let signals_before = work.interaction.signals.len();
        let mut run = Self {
            shared,
            generation,
            bound,
            chain: 0,
            judged: false,
            work,
            signals_before,
            priority: None,
            routing: None,
            held: None,
            steps: Vec::new(),
            known: None,
            used: Duration::ZERO,
            replay: None,
        };
        run.chain = run.choose();
        run.steps.reserve_exact(run.generation.chains().get(run.chain).map_or(0, |chain| chain.steps.len()));
        run
    }

    /// The first chain whose condition is met; the last has none.
    fn choose(&mut self) -> usize {
        let generation = Arc::clone(&self.generation);
        let chains = generation.chains();
        let last = chains.len().saturating_sub(1);
        if last == 0 {
            return 0;
        }
        chains.iter().position(|chain| chain.when.as_ref().is_none_or(|when| self.evaluate(when) == Ok(true))).unwrap_or(last)
    }

    /// The chain's name.
    pub(super) fn chain_name(&self) -> &str {
        self.generation.chains().get(self.chain).map(|chain| chain.name.as_str()).unwrap_or_default()
    }

    /// Whether the chain looks anything up.
    pub(super) fn enriches(&self) -> bool {
        self.generation.chains().get(self.chain).is_some_and(|chain| !chain.enrichers().is_empty())
    }

    /// About how large the interaction is: its texts, and something for the rest.
    pub(super) fn size_kib(&self) -> u32 {
        let interaction = &self.work.interaction;
        let attachments = interaction.attachments.len().saturating_mul(256);
        let bytes = interaction.text.len().saturating_add(attachments).saturating_add(2 << 10);
        u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX)
    }

    pub(super) fn into_work(self) -> Work {
        self.work
    }

    /// Runs the enrichers.
    pub(super) async fn look_up(&mut self) {
        let (generation, bound) = (Arc::clone(&self.generation), Arc::clone(&self.bound));
        let (Some(chain), Some(bound)) = (generation.chains().get(self.chain), bound.chain(self.chain)) else { return };
        for (step, bound_step) in bound.enrichers(chain) {
            self.edge_step(step, bound_step, bound, None).await;
        }
    }

    /// What was found by looking up, to be resumed later.
    pub(super) fn into_enriched(mut self) -> Enriched {
        let signals = self.work.interaction.signals.split_off(self.signals_before);
        Enriched {
            generation: self.generation.id().clone(),
            chain: self.chain,
            interaction: self.work.interaction,
            situation: self.work.situation,
            signals,
            held: self.held,
            steps: self.steps,
            used: self.used,
        }
    }

    /// Goes on from what was looked up before, when it still fits: the same generation, chain and words.
    pub(super) fn resume(&mut self, enriched: Enriched) -> bool {
        let same_words =
            enriched.generation == *self.generation.id() && enriched.chain == self.chain && enriched.interaction == self.work.interaction;
        let enrichers = self.generation.chains().get(self.chain).map(Chain::enrichers).unwrap_or_default();
        let by_situation = enrichers.iter().any(|step| step.when.as_ref().is_some_and(|when| when.mentions("situation")));
        // What was asked by the time of then must be asked again, or a replay by the time of now would ask otherwise.
        let by_now = enrichers.iter().any(|step| step.when.as_ref().is_some_and(|when| when.source().contains("now")));
        if !same_words || by_situation && !enriched.is_of_situation(&self.work.situation, by_now) {
            return false;
        }
        self.learn(enriched.signals);
        (self.held, self.steps, self.used) = (enriched.held, enriched.steps, enriched.used);
        true
    }

    /// The host failed: held, as after a fault.
    pub(super) fn broken(&mut self) {
        let kind = FaultKind::Trap("the host failed while it ran the chain".to_owned());
        self.held = Some(Fault { plugin: "host".to_owned(), kind });
    }

    /// Runs the responders, which are told the routing.
    pub(super) async fn respond(&mut self, routing: &Routing) {
        let (generation, bound) = (Arc::clone(&self.generation), Arc::clone(&self.bound));
        let (Some(chain), Some(bound)) = (generation.chains().get(self.chain), bound.chain(self.chain)) else { return };
        for (step, bound_step) in bound.responders(chain) {
            self.edge_step(step, bound_step, bound, Some(routing)).await;
        }
    }

    async fn edge_step(&mut self, step: &Step, bound_step: &BoundStep, bound: &BoundChain, routing: Option<&Routing>) {
        if !self.reaches(step) {
            return;
        }
        let first = Asked { plugin: &*step.plugin, callee: &bound_step.first, chain: &bound.meter, instead_of: None };
        if !self.edge(step, &first, routing).await {
            return;
        }
        if let (Remedy::Fallback(other), Some(callee)) = (&step.on_fault, &bound_step.fallback) {
            let instead_of = Some(step.plugin.info().spec.name.as_str());
            self.edge(step, &Asked { plugin: &**other, callee, chain: &bound.meter, instead_of }, routing).await;
        }
    }

    /// Asks one edge plugin; says whether another is to be asked.
    async fn edge(&mut self, step: &Step, asked: &Asked<'_>, routing: Option<&Routing>) -> bool {
        if self.replay.is_some() {
            return self.recall_edge(step, asked);
        }
        let admitted = self.left_ms().and_then(|left_ms| Ok((left_ms, asked.callee.breaker.admit(&asked.plugin.info().spec.breaker, 1)?)));
        let (left_ms, pass) = match admitted {
            Ok(admitted) => admitted,
            Err(kind) => return self.refused(step, asked, kind),
        };
        let seen = self.seen_by(asked.plugin);
        let began = self.clock().elapsed();
        let call = ask::edge(asked.plugin, &seen, &self.work.situation, routing, Budget::of(left_ms)).await;
        self.spend(self.clock().elapsed().saturating_sub(began));
        pass.heard([call.outcome.as_ref().err()]);
        self.heard(step, asked, seen, call)
    }

    /// Whether the step is to run; its condition's outcome is recorded when not.
    pub(super) fn reaches(&mut self, step: &Step) -> bool {
        let decided = step.role == Role::Router && self.routing.is_some();
        if self.held.is_some() || decided {
            return false;
        }
        let Some(when) = &step.when else { return true };
        let outcome = match self.evaluate(when) {
            Ok(true) => return true,
            Ok(false) => StepOutcome::NotMet,
            Err(failure) => StepOutcome::ConditionFailed(failure.to_string()),
        };
        self.steps.push(record(&*step.plugin, step.role, None, None, outcome, Cost::default()));
        false
    }

    /// Milliseconds left of its time, at least one.
    pub(super) fn left_ms(&self) -> Result<u64, FaultKind> {
        let deadline_ms = self.generation.chains().get(self.chain).map_or(0, |chain| chain.deadline_ms);
        let used_ms = u64::try_from(self.used.as_millis()).unwrap_or(u64::MAX);
        match deadline_ms.saturating_sub(used_ms) {
            0 => Err(FaultKind::Budget { deadline_ms }),
            left_ms => Ok(left_ms),
        }
    }

    /// Uses up some of its time.
    pub(super) fn spend(&mut self, time: Duration) {
        self.used = self.used.saturating_add(time);
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        self.shared.breakers.clock()
    }

    /// The interaction as this plugin may see it.
    pub(super) fn seen_by(&self, plugin: &dyn Plugin) -> Interaction {
        let spec = &plugin.info().spec;
        grant::project(&self.work.interaction, &spec.name, &spec.grants.fields, &self.shared.pseudonyms)
    }

    /// What a pure role is asked about it.
    pub(super) fn question<'a>(&'a self, seen: &'a Interaction) -> Question<'a> {
        Question { interaction: seen, situation: &self.work.situation, priority: self.priority.as_ref() }
    }

    /// Takes what a plugin said, or finds out what follows from its fault; says whether another is to be asked instead.
    pub(super) fn heard(&mut self, step: &Step, asked: &Asked<'_>, seen: Interaction, call: Call<Said>) -> bool {
        asked.callee.meter.called(&call);
        asked.chain.called(&call);
        self.concluded(step, asked, Some(seen), call)
    }

    /// The same for what nobody counts.
    pub(super) fn concluded(&mut self, step: &Step, asked: &Asked<'_>, seen: Option<Interaction>, call: Call<Said>) -> bool {
        match call.outcome {
            Ok(said) => {
                let outcome = StepOutcome::Said(said.json());
                self.take(said);
                self.record(step, asked, seen, outcome, call.cost);
                false
            }
            Err(kind) => self.faulted(step, asked, seen, kind, call.cost),
        }
    }

    /// The plugin is not asked, for this reason, with what follows from that; says whether another is to be asked instead.
    pub(super) fn refused(&mut self, step: &Step, asked: &Asked<'_>, kind: FaultKind) -> bool {
        asked.callee.meter.refused(&kind);
        asked.chain.refused();
        self.faulted(step, asked, None, kind, Cost::default())
    }

    fn faulted(&mut self, step: &Step, asked: &Asked<'_>, seen: Option<Interaction>, kind: FaultKind, cost: Cost) -> bool {
        let fault = Fault { plugin: asked.plugin.info().spec.name.clone(), kind };
        self.record(step, asked, seen, StepOutcome::Faulted(fault.clone()), cost);
        match &step.on_fault {
            Remedy::Fallback(_) if asked.instead_of.is_none() => return true,
            Remedy::Skip => {}
            _ if step.role == Role::Responder => {}
            _ => self.held = Some(fault),
        }
        false
    }

    fn record(&mut self, step: &Step, asked: &Asked<'_>, seen: Option<Interaction>, outcome: StepOutcome, cost: Cost) {
        self.steps.push(record(asked.plugin, step.role, asked.instead_of, seen, outcome, cost));
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Signals(signals) => self.learn(signals),
            Said::Priority(priority) => {
                self.known.iter_mut().for_each(|known| known.rank(&priority));
                self.priority = Some(priority);
            }
            Said::Routing(routing) => self.routing = Some(routing),
            Said::Suggestions(_) => {}
        }
    }

    fn learn(&mut self, signals: Vec<Signal>) {
        self.known.iter_mut().for_each(|known| known.learn(&signals));
        self.work.interaction.signals.extend(signals);
    }

    fn evaluate(&mut self, when: &Condition) -> Result<bool, ConditionFailure> {
        let known = self.known.get_or_insert_with(|| {
            let mut known = Known::default();
            known.learn(&self.work.interaction.signals);
            self.priority.iter().for_each(|priority| known.rank(priority));
            known
        });
        when.evaluate_about(known, &self.work.interaction, &self.work.situation)
    }

    /// What was decided: what a router said with its queues checked, or the hold queue and why.
    pub(super) fn conclude(&mut self) -> Routing {
        let hold_queue = self.generation.chains().get(self.chain).map(|chain| chain.hold_queue.as_str());
        let Some(hold_queue) = hold_queue else {
            return Routing { disposition: Disposition::File, effects: vec![], reasons: vec![catalogue::reason(NO_ROUTER, &[])] };
        };
        let hold =
            |reason: Reason| Routing { disposition: Disposition::Hold(hold_queue.to_owned()), effects: vec![], reasons: vec![reason] };
        match (&self.held, self.routing.take()) {
            (Some(fault), _) => {
                let detail = fault.kind.to_string();
                hold(catalogue::reason(HELD_AFTER_FAULT, &[("plugin", &fault.plugin), ("fault", fault.kind.name()), ("detail", &detail)]))
            }
            (None, Some(routing)) => with_known_queues(routing, &self.generation, hold_queue),
            (None, None) => hold(catalogue::reason(NO_ROUTER, &[])),
        }
    }

    /// Whether a fault has ended the chain.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// The decision and its trace. The trace's interaction is as it stood before any step.
    pub(super) fn finish(mut self, routing: Routing, id: DecisionId) -> (Decision, Trace) {
        self.shared.counters.decided(routing.disposition.name());
        if let Some(chain) = self.bound.chain(self.chain) {
            chain.meter.decided(self.held.is_some());
        }
        let chain = self.chain_name().to_owned();
        let Work { mut interaction, situation, read_by } = self.work;
        interaction.signals.truncate(self.signals_before);
        let decision = Decision {
            id,
            interaction: interaction.id.clone(),
            trigger: situation.trigger.clone(),
            read_by,
            decided_by: self.generation.id().clone(),
            chain,
            decided_at: situation.now,
            priority: self.priority.take(),
            routing,
        };
        (decision, Trace { interaction, situation, steps: self.steps })
    }
}

fn record(
    plugin: &dyn Plugin,
    role: Role,
    fallback_for: Option<&str>,
    saw: Option<Interaction>,
    outcome: StepOutcome,
    cost: Cost,
) -> StepRecord {
    let info = plugin.info();
    // A plugin that is its own fallback is the same plugin asked twice.
    let fallback_for = fallback_for.filter(|other| *other != info.spec.name).map(str::to_owned);
    StepRecord { plugin: info.spec.name.clone(), digest: info.digest.clone(), role, fallback_for, saw, outcome, cost }
}

/// Queues that are not configured are replaced by the hold queue: nothing may end where nobody looks.
fn with_known_queues(mut routing: Routing, generation: &Generation, hold_queue: &str) -> Routing {
    let queues: Vec<&mut String> = match &mut routing.disposition {
        Disposition::Assign(assignment) => assignment.targets.iter_mut().map(|target| &mut target.queue).collect(),
        Disposition::Hold(queue) => vec![queue],
        Disposition::File => vec![],
    };
    for queue in queues {
        if !generation.has_queue(queue) {
            let unknown = std::mem::replace(queue, hold_queue.to_owned());
            routing.reasons.push(catalogue::reason(UNKNOWN_QUEUE, &[("queue", &unknown), ("instead", hold_queue)]));
        }
    }
    routing
}
