//! Chains, resolved: conditions compiled, plugins found in their roles, the order of the steps checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{ChainSpec, OnFault, Role, StepSpec};

use super::assembly::Problems;
use super::{Chain, Remedy, Step};
use crate::condition::Condition;
use crate::port::Plugin;

/// Most steps of a chain.
const STEPS_MAX: usize = 64;

type Plugins = BTreeMap<String, Arc<dyn Plugin>>;

/// Resolves all chains; what is wrong goes to `problems`.
pub(super) fn resolve(specs: &[ChainSpec], plugins: &Plugins, queues: &BTreeSet<String>, problems: &mut Problems) -> Vec<Chain> {
    if specs.is_empty() {
        problems.add("chains", "there is no chain".to_owned(), "add one without `when`: it takes every interaction");
    }
    let last = specs.len().saturating_sub(1);
    let mut chains = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = format!("chains.{}", spec.name);
        match (&spec.when, index == last) {
            (Some(_), true) => problems.add(&place, "the last chain has a condition".to_owned(), "end with a chain without `when`"),
            (None, false) => problems.add(&place, "no later chain is ever taken".to_owned(), "put the chain without `when` last"),
            _ => {}
        }
        if !queues.contains(&spec.hold_queue) {
            let message = format!("there is no queue `{}` to hold interactions in", spec.hold_queue);
            problems.add(&format!("{place}.hold_queue"), message, "name a configured queue");
        }
        let when = condition(spec.when.as_deref(), &format!("{place}.when"), problems);
        refuse_early(when.as_ref(), &["signal", "priority"], &format!("{place}.when"), problems);
        check_order(spec, &place, problems);
        let steps =
            spec.steps.iter().enumerate().filter_map(|(at, step)| resolve_step(step, &format!("{place}.steps.{at}"), plugins, problems));
        let steps = steps.collect();
        chains.push(Chain { name: spec.name.clone(), when, hold_queue: spec.hold_queue.clone(), deadline_ms: spec.deadline_ms, steps });
    }
    chains
}

fn resolve_step(spec: &StepSpec, place: &str, plugins: &Plugins, problems: &mut Problems) -> Option<Step> {
    let when = condition(spec.when.as_deref(), &format!("{place}.when"), problems);
    if spec.role == Role::Enricher {
        refuse_early(when.as_ref(), &["priority"], &format!("{place}.when"), problems);
    }
    if !spec.role.is_step() {
        problems.add(
            place,
            format!("the role {} is no step of a chain", spec.role),
            "use enricher, classifier, prioritizer, router or responder",
        );
    }
    let plugin = plugin_for(&spec.plugin, spec.role, place, plugins, problems);
    let on_fault = match &spec.on_fault {
        OnFault::Skip => Some(Remedy::Skip),
        OnFault::Hold => Some(Remedy::Hold),
        OnFault::Fallback(name) => {
            let place = format!("{place}.on_fault");
            if *name == spec.plugin {
                problems.add(&place, "a plugin cannot stand in for itself".to_owned(), "name another plugin");
            }
            plugin_for(name, spec.role, &place, plugins, problems).map(Remedy::Fallback)
        }
    };
    Some(Step { plugin: plugin?, role: spec.role, when, on_fault: on_fault? })
}

fn plugin_for(name: &str, role: Role, place: &str, plugins: &Plugins, problems: &mut Problems) -> Option<Arc<dyn Plugin>> {
    let Some(plugin) = plugins.get(name) else {
        problems.add(place, format!("there is no plugin `{name}`"), "name a configured plugin");
        return None;
    };
    if !plugin.info().roles.contains(&role) {
        let roles: Vec<_> = plugin.info().roles.iter().map(|role| role.name()).collect();
        problems.add(place, format!("plugin `{name}` is no {role}, it is: {}", roles.join(", ")), "name a plugin that has the role");
        return None;
    }
    Some(Arc::clone(plugin))
}

fn condition(source: Option<&str>, place: &str, problems: &mut Problems) -> Option<Condition> {
    match Condition::compile(source?) {
        Ok(condition) => Some(condition),
        Err(error) => {
            problems.add(place, error.to_string(), "mend the condition");
            None
        }
    }
}

/// Refuses variables that can never be known where the condition stands: it would never be met.
fn refuse_early(condition: Option<&Condition>, variables: &[&str], place: &str, problems: &mut Problems) {
    for variable in variables.iter().filter(|variable| condition.is_some_and(|condition| condition.mentions(variable))) {
        problems.add(place, format!("`{variable}` is not known yet here"), "guard a later step with it");
    }
}

/// Enrichers, then pure steps, then responders; a router that can decide; nothing after the decision that could not change it any more.
fn check_order(spec: &ChainSpec, place: &str, problems: &mut Problems) {
    if spec.steps.len() > STEPS_MAX {
        problems.add(place, format!("the chain has more than {STEPS_MAX} steps"), "split it by conditions");
    }
    let (mut phase, mut routed, mut settled) = (0_u8, false, false);
    for (at, step) in spec.steps.iter().enumerate() {
        let place = format!("{place}.steps.{at}");
        let own = match step.role {
            Role::Enricher => 0,
            Role::Responder => 2,
            _ => 1,
        };
        if own < phase {
            problems.add(&place, format!("the {} comes too late here", step.role), "order the steps: enrichers, pure steps, responders");
        }
        phase = phase.max(own);
        if settled && step.role == Role::Router {
            problems.add(
                &place,
                "this router is never asked: the one before always decides".to_owned(),
                "guard the one before with `when`",
            );
        }
        if routed && step.role == Role::Prioritizer {
            problems.add(&place, "the router has decided before this prioritizer".to_owned(), "put the prioritizer before the router");
        }
        if step.role == Role::Router {
            routed = true;
            settled |= step.when.is_none() && step.on_fault != OnFault::Skip;
        }
    }
    if !routed {
        problems.add(place, "no step of the chain routes".to_owned(), "add a step with the role router");
    }
}
