//! What changes from one configuration to another, as a person reads it: by name, part by part, in the words of the file.

mod values;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::{ChainSpec, Configuration, Grants, Isolation, PluginSpec, StepSpec};
use serde::Serialize;
use serde_json::Value as Json;

/// One change. What was not there before has no `before`, what is no longer there no `after`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The section, such as `plugin rules` or `chain complaints`.
    pub section: String,
    /// What in it, such as `settings /rules/3/when`; empty for the whole section.
    pub part: String,
    /// As it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// As it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// All changes from `old` to `new`, in the order of an interaction's life: connectors, plugins, chains, queues. Empty when both are the
/// same generation.
#[must_use]
pub fn diff(old: &Configuration, new: &Configuration) -> Vec<Change> {
    let mut changes = Vec::new();
    sections("connector", &old.connectors, &new.connectors, |it| &it.name, values::fields, &mut changes);
    sections("plugin", &old.plugins, &new.plugins, |it| &it.name, plugin, &mut changes);
    sections("chain", &old.chains, &new.chains, |it| &it.name, chain, &mut changes);
    let names = |configuration: &Configuration| configuration.chains.iter().map(|chain| chain.name.clone()).collect::<Vec<_>>();
    order("chains", &names(old), &names(new), &mut Part { section: String::new(), changes: &mut changes });
    sections("queue", &old.queues, &new.queues, |it| &it.name, values::fields, &mut changes);
    sections("notify", &old.notify, &new.notify, |it| &it.recipient, values::fields, &mut changes);
    changes
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (&self.before, &self.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        };
        write!(f, "{sign} {}", self.section)?;
        if !self.part.is_empty() {
            let gap = if self.section.is_empty() { "" } else { ": " };
            write!(f, "{gap}{}", self.part)?;
            match (&self.before, &self.after) {
                (Some(before), Some(after)) => write!(f, " {} → {}", values::short(before), values::short(after))?,
                (Some(only), None) | (None, Some(only)) if !only.is_null() => write!(f, " {}", values::short(only))?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Where the changes of one section are collected.
struct Part<'a> {
    section: String,
    changes: &'a mut Vec<Change>,
}

impl Part<'_> {
    fn push(&mut self, part: impl Into<String>, before: Option<Json>, after: Option<Json>) {
        self.changes.push(Change { section: self.section.clone(), part: part.into(), before, after });
    }

    fn value(&mut self, part: &str, before: &impl Serialize, after: &impl Serialize) {
        let (before, after) = (values::json(before), values::json(after));
        if before != after {
            self.push(part, Some(before).filter(|it| !it.is_null()), Some(after).filter(|it| !it.is_null()));
        }
    }
}

fn sections<T: Serialize>(
    kind: &str,
    old: &[T],
    new: &[T],
    name: fn(&T) -> &String,
    compare: fn(&T, &T, &mut Part<'_>),
    changes: &mut Vec<Change>,
) {
    let by_name = |items: &'_ [T]| -> BTreeMap<String, usize> { items.iter().enumerate().map(|(at, it)| (name(it).clone(), at)).collect() };
    let (before, after) = (by_name(old), by_name(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let mut part = Part { section: format!("{kind} {name}"), changes };
        let before = before.get(name).and_then(|at| old.get(*at));
        let after = after.get(name).and_then(|at| new.get(*at));
        match (before, after) {
            (Some(before), Some(after)) => compare(before, after, &mut part),
            (before, after) => part.push("", before.map(values::json), after.map(values::json)),
        }
    }
}

fn plugin(old: &PluginSpec, new: &PluginSpec, part: &mut Part<'_>) {
    part.value("component", &old.digest, &new.digest);
    values::settings("settings ", "", &old.settings, &new.settings, part);
    grants(&old.grants, &new.grants, part);
    let (before, after) = (values::json(&old.limits), values::json(&new.limits));
    values::object("limit ", &before, &after, part);
    part.value("isolation", &isolation(old.isolation), &isolation(new.isolation));
    values::object("breaker ", &values::json(&old.breaker), &values::json(&new.breaker), part);
}

/// As the file writes it.
fn isolation(isolation: Isolation) -> Json {
    match isolation {
        Isolation::Interaction => "interaction".into(),
        Isolation::Batch { interactions_max } => serde_json::json!({ "batch": interactions_max }),
        Isolation::Warm { calls_max } => serde_json::json!({ "warm": calls_max }),
    }
}

fn grants(old: &Grants, new: &Grants, part: &mut Part<'_>) {
    each("grant of field ", &old.fields, &new.fields, part);
    each("grant of host ", &old.hosts, &new.hosts, part);
    values::object("grant of secret ", &values::json(&old.secrets), &values::json(&new.secrets), part);
    part.value("grant of state_bytes_max", &old.state_bytes_max, &new.state_bytes_max);
    part.value("grant of private_network", &old.private_network, &new.private_network);
}

/// What was taken out of a set and what was put in.
fn each(what: &str, old: &BTreeSet<String>, new: &BTreeSet<String>, part: &mut Part<'_>) {
    for gone in old.difference(new) {
        part.push(format!("{what}`{gone}`"), Some(Json::Null), None);
    }
    for added in new.difference(old) {
        part.push(format!("{what}`{added}`"), None, Some(Json::Null));
    }
}

fn chain(old: &ChainSpec, new: &ChainSpec, part: &mut Part<'_>) {
    part.value("when", &old.when, &new.when);
    part.value("hold_queue", &old.hold_queue, &new.hold_queue);
    part.value("deadline_ms", &old.deadline_ms, &new.deadline_ms);
    part.value("arm", &old.arm, &new.arm);
    let (before, after) = (steps(&old.steps), steps(&new.steps));
    let (old_steps, new_steps): (BTreeMap<_, _>, BTreeMap<_, _>) = (before.iter().cloned().collect(), after.iter().cloned().collect());
    let names: BTreeSet<&String> = old_steps.keys().chain(new_steps.keys()).collect();
    for name in names {
        let what = format!("step {name}");
        match (old_steps.get(name), new_steps.get(name)) {
            (Some(before), Some(after)) => {
                part.value(&format!("{what} when"), &before.when, &after.when);
                part.value(&format!("{what} on_fault"), &before.on_fault, &after.on_fault);
            }
            (Some(_), None) => part.push(what, Some(Json::Null), None),
            (None, _) => part.push(what, None, Some(Json::Null)),
        }
    }
    let names = |steps: &[(String, &StepSpec)]| steps.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    order("steps", &names(&before), &names(&after), part);
}

/// Steps by plugin and role, numbered where one does the same twice.
fn steps(steps: &[StepSpec]) -> Vec<(String, &StepSpec)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut named = Vec::with_capacity(steps.len());
    for step in steps {
        let name = format!("{} ({})", step.plugin, step.role);
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        named.push((if *count == 1 { name } else { format!("{name} #{count}") }, step));
    }
    named
}

/// Whether what is in both lists stands in another order.
fn order(what: &str, old: &[String], new: &[String], part: &mut Part<'_>) {
    let kept = |list: &[String], other: &[String]| list.iter().filter(|name| other.contains(name)).cloned().collect::<Vec<_>>();
    part.value(&format!("order of {what}"), &kept(old, new), &kept(new, old));
}
