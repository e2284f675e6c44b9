//! The second form: everything that can be judged from the text alone is right, or is a finding. No I/O.
//!
//! Judging goes on after a finding: an item with something wrong stays, so that what refers to it is not reported as well.

mod access;
mod chains;
mod connectors;
mod fallback;
mod hosts;
mod names;
mod plugins;
mod secrets;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use model::{NotifySpec, QueueSpec};

pub(crate) use chains::{Chain, OnFault, Step};
pub(crate) use connectors::Connector;
pub(crate) use plugins::{FIELDS, Plugin};
pub(crate) use secrets::{Place, PlaceKind};
pub(crate) use server::{Runtime, Store, Swap};

use crate::parsed::Document;
use crate::report::Report;
use crate::settings::{EgressSettings, OutboxSettings, ServerSettings, Token};
use names::Names;

/// The whole configuration, as far as the text tells.
#[derive(Debug)]
pub(crate) struct Validated {
    pub(crate) server: ServerSettings,
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    pub(crate) egress: EgressSettings,
    pub(crate) swap: Swap,
    pub(crate) outbox: OutboxSettings,
    /// By name, newest place first.
    pub(crate) secrets: BTreeMap<String, Vec<Place>>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) queues: Vec<QueueSpec>,
    /// With the key of each.
    pub(crate) notify: Vec<(String, NotifySpec)>,
    pub(crate) plugins: Vec<Plugin>,
    pub(crate) connectors: Vec<Connector>,
    pub(crate) chains: Vec<Chain>,
}

/// The names that other parts may refer to.
pub(crate) struct Known {
    plugins: BTreeSet<String>,
    queues: BTreeSet<String>,
    connectors: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

/// Judges a condition's text; the error is a sentence for the operator.
pub(crate) type ConditionCheck<'a> = &'a dyn Fn(&str) -> Result<(), String>;

impl Validated {
    /// Judges what stands in the file.
    pub(crate) fn check(document: Document, report: &Report, condition: ConditionCheck<'_>) -> Self {
        let known = Known {
            plugins: document.plugins.iter().filter_map(|plugin| plugin.name.clone()).collect(),
            queues: document.queues.iter().filter_map(|queue| queue.name.clone()).collect(),
            connectors: document.connectors.iter().filter_map(|connector| connector.name.clone()).collect(),
            secrets: document.secrets.iter().map(|secret| secret.name.clone()).collect(),
        };
        let server = server::server(&document.server, report);
        let validated = Self {
            store: server::store(document.store, report),
            runtime: server::runtime(document.runtime, report),
            egress: server::egress(&document.egress, report),
            swap: server::swap(document.swap, report),
            outbox: server::outbox(&document.outbox, report),
            secrets: secrets::secrets(document.secrets, report),
            tokens: access::tokens(document.tokens, report),
            queues: queues(document.queues, report),
            notify: fallback::notify(document.notify, &known, report),
            plugins: plugins::plugins(document.plugins, &known, report),
            connectors: connectors::connectors(document.connectors, &known, server.listen, report),
            chains: chains::chains(document.chains, &known, condition, report),
            server,
        };
        if validated.connectors.is_empty() && !report.has_error_below("connector") {
            report.warning("", "there is no connector: nothing comes in", "add a `[[connector]]`");
        }
        // A misspelt name leaves something unused: the one finding is enough.
        if !report.has_errors() {
            validated.warn_about_unused(report);
        }
        validated
    }

    fn warn_about_unused(&self, report: &Report) {
        let read = self.connectors.iter().map(|connector| &connector.plugin);
        let steps = self.chains.iter().flat_map(|chain| &chain.steps);
        let stepped = steps.clone().map(|step| &step.plugin);
        let fallbacks = steps.filter_map(|step| match &step.on_fault {
            OnFault::Fallback(plugin) => Some(plugin),
            OnFault::Skip | OnFault::Hold => None,
        });
        let used: BTreeSet<&String> = read.chain(stepped).chain(fallbacks).collect();
        for plugin in self.plugins.iter().filter(|plugin| !used.contains(&plugin.name)) {
            report.warning(&plugin.key, format!("no connector and no chain uses the plugin `{}`", plugin.name), "");
        }
        let mut granted: BTreeSet<&String> = self.plugins.iter().flat_map(|plugin| plugin.grants.secrets.values()).collect();
        granted.extend(
            self.connectors.iter().filter_map(|connector| connector.smtp_tls.as_ref()).flat_map(|tls| [&tls.certificate, &tls.key]),
        );
        for name in self.secrets.keys().filter(|name| !granted.contains(name)) {
            let key = crate::source::join("secrets", name);
            report.warning(&key, format!("no plugin is granted the secret `{name}`"), "");
        }
    }
}

fn queues(queues: Vec<crate::parsed::Queue>, report: &Report) -> Vec<QueueSpec> {
    let mut names = Names::new("queue");
    let read = queues.into_iter().filter_map(|queue| {
        let name = names.admit(queue.name?, &queue.key, report);
        Some(QueueSpec { name, title: queue.title.unwrap_or_default() })
    });
    let mut queues: Vec<QueueSpec> = read.collect();
    queues.sort_by(|a, b| a.name.cmp(&b.name));
    queues
}
