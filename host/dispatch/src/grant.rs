//! Grants: the least of what a plugin asks for and what the operator gives.
//!
//! Nothing is given that was not asked for, and nothing that was not given is had: both sides are lists of names, and the effective grant is
//! their intersection. Places such as `{/instance}` in a manifest are filled from the settings before the comparison. What a plugin sees of an
//! interaction follows from its effective grant: hidden, behind a pseudonym, with personal numbers masked, or whole.

mod credential;
mod endpoint;
mod host;
mod host_error;
mod identity;
mod method;
mod path;
mod place;
mod projection;
mod pseudonym;
mod redaction;
#[cfg(test)]
mod tests;
mod transport;

use std::collections::BTreeSet;

use model::{Grants, PluginManifest, PluginSpec};

use crate::port::EgressGrant;

pub use credential::credential;
pub use endpoint::{Endpoint, Scheme};
pub use host::{HostGrant, Target};
pub use host_error::HostGrantError;
pub use place::hosts as hosts_asked;
pub(crate) use place::setting;
pub use projection::{project, projected};
pub use pseudonym::Pseudonyms;
pub use redaction::redacted;
pub use transport::{TransportError, handover, media, transport};

/// The grant to see subject and text whole.
pub const TEXT: &str = "text";
/// The grant to see them with addresses and numbers masked.
pub const REDACTED_TEXT: &str = "redacted-text";

/// What a plugin may have: what its manifest asks for and its configuration gives.
#[must_use]
pub fn effective(spec: &PluginSpec, manifest: &PluginManifest) -> Grants {
    let given = &spec.grants;
    let asked = &manifest.requests;
    let secret = |name: &String| given.secrets.get(name).map(|configured| (name.clone(), configured.clone()));
    let state_asked = asked.state.as_ref().map_or(0, |state| state.bytes_max);
    Grants {
        fields: common_fields(&asked.fields.iter().map(|request| request.name.clone()).collect(), &given.fields),
        hosts: common_hosts(&hosts_asked(manifest, &spec.settings), &given.hosts),
        secrets: asked.secrets.iter().filter_map(|request| secret(&request.name)).collect(),
        state_bytes_max: state_asked.min(given.state_bytes_max),
        private_network: given.private_network,
    }
}

/// What the plugin may do outside. The grants of `spec` are its effective ones, see [`effective`].
#[must_use]
pub fn egress_grant(spec: &PluginSpec, manifest: &PluginManifest) -> EgressGrant {
    let requests = manifest.requests.secrets.iter();
    let credentials = requests.filter_map(|request| Some((request.name.clone(), credential(spec, manifest, &request.name)?)));
    EgressGrant {
        hosts: spec.grants.hosts.clone(),
        credentials: credentials.collect(),
        private_network: spec.grants.private_network,
        body_bytes_max: spec.limits.http_body_bytes_max,
        header_bytes_max: spec.limits.http_header_bytes_max,
        headers_max: spec.limits.http_headers_max,
        redirects_max: spec.limits.http_redirects_max,
        timeout_ms_max: spec.limits.http_timeout_ms.min(spec.limits.deadline_ms),
    }
}

/// A text of a manifest with its `{/pointer}` places filled from the settings.
///
/// # Errors
/// The pointer that leads to no text or number.
pub(crate) fn filled(spec: &PluginSpec, manifest: &PluginManifest, template: &str) -> Result<String, String> {
    place::Places::new(spec, manifest).filled(template)
}

/// What is in both; of the two grants for the text the lesser one.
fn common_fields(asked: &BTreeSet<String>, given: &BTreeSet<String>) -> BTreeSet<String> {
    let mut fields: BTreeSet<String> = asked.intersection(given).cloned().collect();
    let some = |side: &BTreeSet<String>| side.contains(TEXT) || side.contains(REDACTED_TEXT);
    if fields.contains(TEXT) {
        fields.remove(REDACTED_TEXT);
    } else if some(asked) && some(given) {
        fields.insert(REDACTED_TEXT.to_owned());
    }
    fields
}

/// What every two entries that overlap have in common. What is no host grant gives and asks for nothing.
fn common_hosts(asked: &BTreeSet<String>, given: &BTreeSet<String>) -> BTreeSet<String> {
    let parsed = |texts: &BTreeSet<String>| texts.iter().filter_map(|text| HostGrant::parse(text).ok()).collect::<Vec<_>>();
    let given = parsed(given);
    let pairs = parsed(asked).into_iter().flat_map(|asked| given.iter().filter_map(move |given| asked.narrower(given)).collect::<Vec<_>>());
    pairs.map(|common| common.to_string()).collect()
}
