use std::collections::BTreeSet;

use model::{Configuration, Isolation, OnFault, Role};

use super::Inspections;
use crate::report::Report;
use crate::suggest;
use crate::validated::Validated;

/// Warnings about plugins that are batched where they are used in no role that can be, and about bounds of 1.
pub(super) fn check(validated: &Validated, configuration: &Configuration, inspections: &Inspections, report: &Report) {
    for plugin in &validated.plugins {
        let place = |word: &str| format!("{}.isolation.{word}", plugin.key);
        match plugin.isolation {
            Isolation::Interaction => {}
            Isolation::Batch { interactions_max: 1 } => same(&place("batch"), "one interaction", report),
            Isolation::Warm { calls_max: 1 } => same(&place("warm"), "one call", report),
            // Whatever is called can find an instance that is there.
            Isolation::Warm { .. } => {}
            Isolation::Batch { .. } => {
                let roles = used(&plugin.name, configuration, inspections);
                if !roles.is_empty() && !roles.iter().copied().any(batches) {
                    no_batches(&plugin.name, &roles, &place("batch"), report);
                }
            }
        }
    }
}

fn same(key: &str, what: &str, report: &Report) {
    let message = format!("has no effect: an instance for {what} is what `\"interaction\"` is");
    report.warning(key, message, "leave it out, or give it more");
}

fn no_batches(name: &str, roles: &BTreeSet<Role>, key: &str, report: &Report) {
    let used: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let helped: Vec<&str> = Role::ALL.into_iter().filter(|role| batches(*role)).map(Role::name).collect();
    let message = format!("has no effect: the plugin `{name}` is used as {}", suggest::list(&used, "and"));
    report.warning(key, message, &format!("leave it out; it is for {}", suggest::list(&helped, "and")));
}

/// What waits together for these roles is handed over together.
fn batches(role: Role) -> bool {
    matches!(role, Role::Webhook | Role::Classifier | Role::Prioritizer | Role::Router)
}

/// The roles in which connectors and chains use a plugin.
fn used(name: &str, configuration: &Configuration, inspections: &Inspections) -> BTreeSet<Role> {
    let mut roles = BTreeSet::new();
    let exported = |role: &Role| inspections.get(name).is_some_and(|inspected| inspected.roles.contains(role));
    if configuration.connectors.iter().any(|connector| connector.plugin == name) {
        roles.extend([Role::Webhook, Role::Connection, Role::Feed].into_iter().filter(exported));
    }
    for step in configuration.chains.iter().flat_map(|chain| &chain.steps) {
        if step.plugin == name || matches!(&step.on_fault, OnFault::Fallback(other) if other == name) {
            roles.insert(step.role);
        }
    }
    roles
}
