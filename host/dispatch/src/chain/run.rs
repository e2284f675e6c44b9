//! One interaction on its way through one chain.

use std::sync::Arc;

use model::{
    Call, Cost, Decision, DecisionId, Disposition, Fault, FaultKind, Interaction, Priority, Reason, Role, Routing, Situation, StepOutcome,
    StepRecord, Timestamp, Trace,
};

use super::ask::{self, Said};
use crate::catalogue::{self, HELD_AFTER_FAULT, NO_ROUTER, UNKNOWN_QUEUE};
use crate::condition::Known;
use crate::counters::Counters;
use crate::generation::{Chain, Generation, Remedy, Step};
use crate::grant::{self, Pseudonyms};
use crate::port::{Plugin, Work};

/// What the steps so far have found.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    signals: Vec<model::Signal>,
    priority: Option<Priority>,
    routing: Option<Routing>,
    held: Option<Fault>,
}

/// An interaction, what was found about it, and the record of every step.
pub(super) struct Run {
    interaction: Interaction,
    situation: Situation,
    findings: Findings,
    steps: Vec<StepRecord>,
    /// What conditions can speak of, kept up to date once a condition has asked.
    known: Option<Known>,
    pseudonyms: Pseudonyms,
    counters: Arc<Counters>,
}

impl Run {
    pub(super) fn new(interaction: Interaction, situation: Situation, pseudonyms: Pseudonyms, counters: Arc<Counters>) -> Self {
        Self { interaction, situation, findings: Findings::default(), steps: Vec::new(), known: None, pseudonyms, counters }
    }

    /// What was found and recorded, to be resumed later.
    pub(super) fn into_findings(self) -> (Vec<StepRecord>, Option<Findings>) {
        (self.steps, Some(self.findings))
    }

    /// Goes on from what was found before.
    pub(super) fn resume(&mut self, steps: Vec<StepRecord>, findings: Option<Findings>) {
        self.steps = steps;
        self.findings = findings.unwrap_or_default();
        self.interaction.signals.extend(self.findings.signals.iter().cloned());
    }

    /// The host failed: held, as after a fault.
    pub(super) fn broken(mut self) -> Self {
        let kind = FaultKind::Trap("the host failed while it ran the chain".to_owned());
        self.findings.held = Some(Fault { plugin: "host".to_owned(), kind });
        self
    }

    /// Whether a fault has ended the chain.
    pub(super) fn is_held(&self) -> bool {
        self.findings.held.is_some()
    }

    /// Runs an enricher, or a responder when there is a routing.
    pub(super) async fn edge_step(&mut self, step: &Step, routing: Option<&Routing>) {
        if !self.begins(step) {
            return;
        }
        let mut asked = Asked::first(step);
        while let Some(plugin) = asked.plugin.take() {
            let seen = self.seen_by(&*plugin);
            let call = ask::edge(&*plugin, &seen, &self.situation, routing).await;
            self.heard(step, &plugin, seen, call, &mut asked);
        }
    }

    /// Runs a pure step on this thread.
    pub(super) fn pure_step(&mut self, step: &Step) {
        let decided = step.role == Role::Router && self.findings.routing.is_some();
        if decided || !self.begins(step) {
            return;
        }
        let mut asked = Asked::first(step);
        while let Some(plugin) = asked.plugin.take() {
            let seen = self.seen_by(&*plugin);
            let call = ask::pure(&*plugin, step.role, &seen, &self.situation, self.findings.priority.as_ref());
            self.heard(step, &plugin, seen, call, &mut asked);
        }
    }

    /// What was decided: what a router said with its queues checked, or the hold queue and why.
    pub(super) fn routing(&self, generation: &Generation, chain: &Chain) -> Routing {
        let hold =
            |reason: Reason| Routing { disposition: Disposition::Hold(chain.hold_queue.clone()), effects: vec![], reasons: vec![reason] };
        match (&self.findings.held, &self.findings.routing) {
            (Some(fault), _) => {
                let detail = fault.kind.to_string();
                hold(catalogue::reason(HELD_AFTER_FAULT, &[("plugin", &fault.plugin), ("fault", fault.kind.name()), ("detail", &detail)]))
            }
            (None, Some(routing)) => with_known_queues(routing.clone(), generation, &chain.hold_queue),
            (None, None) => hold(catalogue::reason(NO_ROUTER, &[])),
        }
    }

    /// The decision and its trace. The trace's interaction is as it stood before any step.
    pub(super) fn finish(
        self,
        generation: &Generation,
        decided: Option<(&Chain, Routing)>,
        work: Work,
        now: Timestamp,
        id: DecisionId,
    ) -> (Decision, Trace) {
        let nowhere = || Routing { disposition: Disposition::File, effects: vec![], reasons: vec![catalogue::reason(NO_ROUTER, &[])] };
        let (chain, routing) = decided.map_or_else(|| (String::new(), nowhere()), |(chain, routing)| (chain.name.clone(), routing));
        self.counters.decided(routing.disposition.name());
        let decision = Decision {
            id,
            interaction: work.interaction.id.clone(),
            trigger: self.situation.trigger.clone(),
            read_by: work.read_by,
            decided_by: generation.id().clone(),
            chain,
            decided_at: now,
            priority: self.findings.priority,
            routing,
        };
        (decision, Trace { interaction: work.interaction, situation: self.situation, steps: self.steps })
    }

    /// Whether the step is to run; its condition's outcome is recorded when not.
    fn begins(&mut self, step: &Step) -> bool {
        if self.is_held() {
            return false;
        }
        let Some(when) = &step.when else { return true };
        let known = self.known.get_or_insert_with(|| {
            let mut known = Known::new(&self.interaction, &self.situation);
            self.findings.priority.iter().for_each(|priority| known.rank(priority));
            known
        });
        let outcome = match when.evaluate(known) {
            Ok(true) => return true,
            Ok(false) => StepOutcome::NotMet,
            Err(failure) => StepOutcome::ConditionFailed(failure.to_string()),
        };
        self.steps.push(record(&*step.plugin, step.role, None, None, outcome, Cost::default()));
        false
    }

    fn seen_by(&self, plugin: &dyn Plugin) -> Interaction {
        let spec = &plugin.info().spec;
        grant::project(&self.interaction, &spec.name, &spec.grants.fields, &self.pseudonyms)
    }

    /// Takes what a plugin said, or finds out what follows from its fault.
    fn heard(&mut self, step: &Step, plugin: &Arc<dyn Plugin>, seen: Interaction, call: Call<Said>, asked: &mut Asked) {
        let name = &plugin.info().spec.name;
        self.counters.called(name, &call);
        let outcome = match call.outcome {
            Ok(said) => {
                let json = said.json();
                self.take(said);
                StepOutcome::Said(json)
            }
            Err(kind) => {
                let fault = Fault { plugin: name.clone(), kind };
                self.remedy(step, &fault, asked);
                StepOutcome::Faulted(fault)
            }
        };
        let fallback_for = asked.fallback_for.clone().filter(|other| other != name);
        self.steps.push(record(&**plugin, step.role, fallback_for, Some(seen), outcome, call.cost));
    }

    fn remedy(&mut self, step: &Step, fault: &Fault, asked: &mut Asked) {
        match &step.on_fault {
            Remedy::Fallback(other) if asked.fallback_for.is_none() => {
                asked.fallback_for = Some(fault.plugin.clone());
                asked.plugin = Some(Arc::clone(other));
            }
            Remedy::Skip => {}
            _ if step.role == Role::Responder => {}
            _ => self.findings.held = Some(fault.clone()),
        }
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Signals(signals) => {
                self.known.iter_mut().for_each(|known| known.learn(&signals));
                self.interaction.signals.extend(signals.iter().cloned());
                self.findings.signals.extend(signals);
            }
            Said::Priority(priority) => {
                self.known.iter_mut().for_each(|known| known.rank(&priority));
                self.findings.priority = Some(priority);
            }
            Said::Routing(routing) => self.findings.routing = Some(routing),
            Said::Suggestions(_) => {}
        }
    }
}

/// Whom a step asks next.
struct Asked {
    plugin: Option<Arc<dyn Plugin>>,
    fallback_for: Option<String>,
}

impl Asked {
    fn first(step: &Step) -> Self {
        Self { plugin: Some(Arc::clone(&step.plugin)), fallback_for: None }
    }
}

fn record(
    plugin: &dyn Plugin,
    role: Role,
    fallback_for: Option<String>,
    saw: Option<Interaction>,
    outcome: StepOutcome,
    cost: Cost,
) -> StepRecord {
    let info = plugin.info();
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
