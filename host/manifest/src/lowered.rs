//! The third form: what the components say of themselves is known, roles and defaults are filled in, and the result is what a generation
//! is built from.

mod chains;
mod connectors;
mod fallback;
mod isolation;
mod requests;

use std::collections::{BTreeMap, BTreeSet};

use model::{Configuration, Limits, PluginManifest, PluginSpec, Role};

use crate::bounds;
use crate::files::Component;
use crate::report::Report;
use crate::validated::{Plugin, Validated};

/// What a component says of itself.
#[derive(Clone, Debug, Default)]
pub struct Inspected {
    /// By the interfaces that it exports.
    pub roles: BTreeSet<Role>,
    /// From its custom section.
    pub manifest: PluginManifest,
    /// The packages of the contract that it was built against, with their versions.
    pub contract: BTreeMap<String, String>,
}

/// Looks into a component's bytes; the error is a sentence for the operator.
pub(crate) type Inspect<'a> = &'a dyn Fn(&[u8]) -> Result<Inspected, String>;

/// By the plugin's configured name. A plugin that could not be read or inspected is not in it, and nothing more is said about it.
pub(crate) type Inspections = BTreeMap<String, Inspected>;

/// Looks into all components.
pub(crate) fn inspect(
    validated: &Validated,
    components: &BTreeMap<String, Component>,
    inspect: Inspect<'_>,
    report: &Report,
) -> Inspections {
    let mut inspections = Inspections::new();
    for plugin in &validated.plugins {
        let Some(component) = components.get(&plugin.name) else { continue };
        match inspect(&component.bytes) {
            Ok(inspected) => {
                inspections.insert(plugin.name.clone(), inspected);
            }
            Err(why) => report.error(&format!("{}.file", plugin.key), why, "it must be a component with a plugin manifest"),
        }
    }
    inspections
}

/// The configuration that a generation is built from. It is whole only when the report has no errors.
pub(crate) fn lower(
    validated: &Validated,
    components: &BTreeMap<String, Component>,
    inspections: &Inspections,
    report: &Report,
) -> Configuration {
    let plugin = |plugin: &Plugin| {
        let inspected = inspections.get(&plugin.name);
        if let Some(inspected) = inspected {
            requests::check(plugin, inspected, report);
        }
        PluginSpec {
            name: plugin.name.clone(),
            digest: components.get(&plugin.name).map(|component| component.digest.clone()).unwrap_or_default(),
            settings: plugin.settings.clone(),
            grants: plugin.grants.clone(),
            limits: bounds::limits(base_limits(plugin, inspected, validated), &plugin.limits),
            isolation: plugin.isolation,
            breaker: plugin.breaker,
        }
    };
    let mut configuration = Configuration {
        plugins: validated.plugins.iter().map(plugin).collect(),
        connectors: validated.connectors.iter().map(|connector| connectors::lower(connector, validated, inspections, report)).collect(),
        chains: validated.chains.iter().map(|chain| chains::lower(chain, inspections, report)).collect(),
        queues: validated.queues.clone(),
        notify: fallback::notify(validated, inspections, report),
    };
    isolation::check(validated, &configuration, inspections, report);
    // The order of sections means nothing, so it must not be part of the generation's identity; only chains are tried in order.
    configuration.plugins.sort_by(|a, b| a.name.cmp(&b.name));
    configuration.connectors.sort_by(|a, b| a.name.cmp(&b.name));
    configuration
}

/// Connectors and edge roles wait for larger things and for the network.
fn base_limits(plugin: &Plugin, inspected: Option<&Inspected>, validated: &Validated) -> Limits {
    let reads = validated.connectors.iter().any(|connector| connector.plugin == plugin.name);
    let waits = inspected.is_some_and(|inspected| inspected.roles.iter().any(|role| !role.is_pure()));
    if reads || waits { Limits::CONNECTOR } else { Limits::PURE }
}
