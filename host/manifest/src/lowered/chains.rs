use model::{ChainSpec, OnFault, Role, StepSpec};

use super::Inspections;
use crate::report::Report;
use crate::suggest;
use crate::validated::{self, Chain, Step};

/// A chain with its steps' roles filled in.
pub(super) fn lower(chain: &Chain, inspections: &Inspections, report: &Report) -> ChainSpec {
    let roles: Vec<Option<Role>> = chain.steps.iter().map(|step| role(step, inspections, report)).collect();
    check_order(chain, &roles, report);
    let steps = chain.steps.iter().zip(&roles).map(|(step, role)| {
        if let Some(role) = role {
            check_fallback(step, *role, inspections, report);
        }
        StepSpec {
            plugin: step.plugin.clone(),
            // Without a role there is a finding already, and nobody sees this one.
            role: role.unwrap_or(Role::Router),
            when: step.when.clone(),
            on_fault: match &step.on_fault {
                validated::OnFault::Skip => OnFault::Skip,
                validated::OnFault::Hold => OnFault::Hold,
                validated::OnFault::Fallback(plugin) => OnFault::Fallback(plugin.clone()),
            },
        }
    });
    ChainSpec {
        name: chain.name.clone(),
        when: chain.when.clone(),
        hold_queue: chain.hold_queue.clone(),
        deadline_ms: chain.deadline_ms,
        arm: chain.arm,
        steps: steps.collect(),
    }
}

/// The role that was written, or the only one that the plugin has for a chain.
fn role(step: &Step, inspections: &Inspections, report: &Report) -> Option<Role> {
    let Some(inspected) = inspections.get(&step.plugin) else { return step.role };
    let possible: Vec<Role> = inspected.roles.iter().copied().filter(|role| role.is_step()).collect();
    let names: Vec<&str> = possible.iter().map(|role| role.name()).collect();
    let plugin = &step.plugin;
    match (step.role, possible.as_slice()) {
        (_, []) => {
            let all: Vec<&str> = inspected.roles.iter().map(|role| role.name()).collect();
            let message = format!("the plugin `{plugin}` is no step of a chain: it is {}", suggest::list(&all, "and"));
            report.error(&format!("{}.plugin", step.key), message, "");
            None
        }
        (Some(role), _) if possible.contains(&role) => Some(role),
        (Some(role), _) => {
            let message = format!("the plugin `{plugin}` is no {role}");
            report.error(&format!("{}.role", step.key), message, &format!("it is {}", suggest::list(&names, "and")));
            None
        }
        (None, [only]) => Some(*only),
        (None, [first, ..]) => {
            let message = format!("the plugin `{plugin}` can be {} here", suggest::list(&names, "or"));
            report.error_at_key(&step.key, message, &format!("say which, such as `role = \"{first}\"`"));
            None
        }
    }
}

/// Enrichers, then what decides, then responders: edge steps do not hold a conversation's place, pure ones do.
fn check_order(chain: &Chain, roles: &[Option<Role>], report: &Report) {
    let stage = |role: Role| match role {
        Role::Enricher => 0,
        Role::Responder => 2,
        _ => 1,
    };
    let mut before: Option<Role> = None;
    for (step, role) in chain.steps.iter().zip(roles) {
        let Some(role) = *role else { continue };
        if let Some(earlier) = before.filter(|earlier| stage(*earlier) > stage(role)) {
            let message = format!("{} cannot stand behind {}", a(role), a(earlier));
            let remedy = "put enrichers first, then classifiers, prioritizers and routers, then responders";
            report.error_at_key(&step.key, message, remedy);
        } else {
            before = Some(role);
        }
    }
    let unknown = roles.iter().any(Option::is_none);
    let last_router = roles.iter().rposition(|role| *role == Some(Role::Router));
    match last_router {
        None if !unknown => {
            let message = format!("no step is a router: every interaction ends in the queue `{}`", chain.hold_queue);
            report.warning(&chain.key, message, "add a step whose plugin is a router, such as `rules`");
        }
        Some(last) if !unknown => {
            let late = chain.steps.iter().zip(roles).skip(last + 1).filter(|(_, role)| role.is_some_and(|role| stage(role) == 1));
            for (step, _) in late {
                report.warning(&step.key, "what this step finds is too late for the router before it", "put it before the router");
            }
        }
        _ => {}
    }
}

fn a(role: Role) -> String {
    let article = if role == Role::Enricher { "an" } else { "a" };
    format!("{article} {role}")
}

fn check_fallback(step: &Step, role: Role, inspections: &Inspections, report: &Report) {
    let validated::OnFault::Fallback(fallback) = &step.on_fault else { return };
    let Some(inspected) = inspections.get(fallback) else { return };
    if !inspected.roles.contains(&role) {
        let message = format!("`{fallback}` is no {role} and cannot stand in for `{}`", step.plugin);
        report.error(&format!("{}.on_fault.fallback", step.key), message, "name a plugin of the same role, or write `\"hold\"`");
    }
}
