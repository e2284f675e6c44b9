//! Grants: the least of what a plugin asks for and what the operator gives.
//!
//! Nothing is given that was not asked for, and nothing that was not given is had: both sides are lists of names, and the effective grant is
//! their intersection. Places such as `{/instance}` in a manifest are filled from the settings before the comparison.

mod place;
mod projection;
mod pseudonym;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use model::{Credential, Grants, Limits, PluginManifest, PluginSpec, Transport};

use crate::port::EgressGrant;

pub(crate) use place::{filled, hosts as hosts_asked, setting};
pub use projection::project;
pub use pseudonym::Pseudonyms;

/// What a plugin may have: what its manifest asks for and its configuration gives.
#[must_use]
pub fn effective(spec: &PluginSpec, manifest: &PluginManifest) -> Grants {
    let given = &spec.grants;
    let asked = &manifest.requests;
    let field = |name: &String| given.fields.contains(name);
    let secret = |name: &String| given.secrets.get(name).map(|configured| (name.clone(), configured.clone()));
    let state_asked = asked.state.as_ref().map_or(0, |state| state.bytes_max);
    Grants {
        fields: asked.fields.iter().map(|request| request.name.clone()).filter(field).collect(),
        hosts: common_hosts(&hosts_asked(manifest, &spec.settings), &given.hosts),
        secrets: asked.secrets.iter().filter_map(|request| secret(&request.name)).collect(),
        state_bytes_max: state_asked.min(given.state_bytes_max),
        private_network: given.private_network,
    }
}

/// What the plugin may do outside, from its effective grants.
#[must_use]
pub fn egress_grant(effective: &Grants, manifest: &PluginManifest, limits: &Limits) -> EgressGrant {
    let credentials = manifest.requests.secrets.iter().filter_map(|request| {
        let form = request.credential.clone()?;
        let secret = effective.secrets.get(&request.name)?.clone();
        Some((request.name.clone(), Credential { secret, form }))
    });
    EgressGrant {
        hosts: effective.hosts.clone(),
        credentials: credentials.collect::<BTreeMap<_, _>>(),
        private_network: effective.private_network,
        body_bytes_max: limits.http_body_bytes_max,
        timeout_ms_max: limits.deadline_ms,
    }
}

/// The declared transport with its `{/pointer}` places filled from the settings.
///
/// # Errors
/// The pointer that leads nowhere.
pub fn transport(spec: &PluginSpec, manifest: &PluginManifest) -> Result<Option<Transport>, String> {
    Ok(match manifest.transport.clone() {
        Some(Transport::Sse { url, credential }) => Some(Transport::Sse { url: filled(&url, &spec.settings)?, credential }),
        other => other,
    })
}

/// Whether a granted pattern (`api.example.com`, `*.example.com`, each with `:port` when it is not the usual one) covers a host. A star
/// stands for one or more labels, never for none.
#[must_use]
pub fn host_matches(pattern: &str, host: &str, port: u16, usual_port: u16) -> bool {
    let (name, wanted) = split_port(pattern);
    let wanted = wanted.unwrap_or(usual_port);
    wanted == port && name_matches(&name, host.trim_end_matches('.'))
}

fn name_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host
            .len()
            .checked_sub(domain.len())
            .and_then(|at| host.get(at..).zip(host.get(..at)))
            .is_some_and(|(end, start)| end.eq_ignore_ascii_case(domain) && start.len() > 1 && start.ends_with('.')),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// The narrower of every two patterns that overlap.
fn common_hosts(asked: &BTreeSet<String>, given: &BTreeSet<String>) -> BTreeSet<String> {
    let pairs = asked.iter().flat_map(|asked| given.iter().map(move |given| (asked, given)));
    pairs.filter_map(|(asked, given)| narrower(asked, given)).collect()
}

fn narrower(asked: &str, given: &str) -> Option<String> {
    let ((asked_name, asked_port), (given_name, given_port)) = (split_port(asked), split_port(given));
    if asked_port != given_port {
        return None;
    }
    if covers(&given_name, &asked_name) {
        return Some(asked.to_ascii_lowercase());
    }
    covers(&asked_name, &given_name).then(|| given.to_ascii_lowercase())
}

/// Whether everything that `inner` covers is covered by `outer`.
fn covers(outer: &str, inner: &str) -> bool {
    let star = inner.strip_prefix("*.");
    outer.eq_ignore_ascii_case(inner) || name_matches(outer, star.unwrap_or(inner)) && outer.starts_with("*.")
}

fn split_port(pattern: &str) -> (String, Option<u16>) {
    match pattern.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
        Some((name, Ok(port))) => (name.to_owned(), Some(port)),
        _ => (pattern.to_owned(), None),
    }
}
