use model::{NotifySpec, Role, Rung};

use super::Inspections;
use crate::report::Report;
use crate::validated::{Connector, Validated};

/// A connector's ladder; findings when a rung's connector cannot send.
pub(super) fn ladder(connector: &Connector, validated: &Validated, inspections: &Inspections, report: &Report) -> Vec<Rung> {
    for (key, rung) in &connector.fallback {
        let (name, place) = match rung {
            Rung::Thread | Rung::Private | Rung::Template { connector: None, .. } => (&connector.name, key.clone()),
            Rung::Address { connector, .. } | Rung::Template { connector: Some(connector), .. } => (connector, format!("{key}.connector")),
            Rung::Queue(_) => continue,
        };
        sends(name, &place, validated, inspections, report);
    }
    connector.fallback.iter().map(|(_, rung)| rung.clone()).collect()
}

/// Where notices go; findings when the connector cannot send.
pub(super) fn notify(validated: &Validated, inspections: &Inspections, report: &Report) -> Vec<NotifySpec> {
    for (key, spec) in &validated.notify {
        sends(&spec.connector, &format!("{key}.connector"), validated, inspections, report);
    }
    validated.notify.iter().map(|(_, spec)| spec.clone()).collect()
}

fn sends(name: &str, key: &str, validated: &Validated, inspections: &Inspections, report: &Report) {
    let Some(connector) = validated.connectors.iter().find(|connector| connector.name == name) else { return };
    let Some(inspected) = inspections.get(&connector.plugin) else { return };
    if !inspected.roles.contains(&Role::Sender) {
        let message = format!("the connector `{name}` cannot send: its plugin `{}` is no sender", connector.plugin);
        report.error(key, message, "name a connector whose plugin has the role sender");
    }
}
