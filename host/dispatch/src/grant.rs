//! Grants: the least of what a plugin asks for and what the operator gives.
//!
//! Nothing is given that was not asked for, and nothing that was not given is had: both sides are lists of names, and the effective grant is
//! their intersection. Places such as `{/instance}` in a manifest are filled from the settings before the comparison. What a plugin sees of an
//! interaction follows from its effective grant: hidden, behind a pseudonym, with personal numbers masked, or whole.

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

use std::collections::BTreeSet;

use model::{Credential, Grants, PluginManifest, PluginSpec, Transport};
use thiserror::Error;

use crate::port::EgressGrant;

pub use host::{HostGrant, Target};
pub use host_error::HostGrantError;
pub use place::hosts as hosts_asked;
pub(crate) use place::{filled, setting};
pub use projection::{project, projected};
pub use pseudonym::Pseudonyms;
pub use redaction::redacted;

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

/// The credential behind a plugin's name for a secret, the places in its hosts filled; none when the secret was not granted, serves no
/// requests, or may go to hosts of which the settings name none.
#[must_use]
pub fn credential(spec: &PluginSpec, manifest: &PluginManifest, name: &str) -> Option<Credential> {
    let request = manifest.secret(name)?;
    let (secret, form) = (spec.grants.secrets.get(name)?.clone(), request.credential.clone()?);
    let hosts: Vec<String> = request.hosts.iter().flat_map(|host| place::host(host, &spec.settings)).collect();
    // No hosts at all mean every granted one, so that hosts which came to nothing must not.
    (hosts.is_empty() == request.hosts.is_empty()).then_some(Credential { secret, form, hosts })
}

/// Why a declared transport cannot be used: the second half of a sentence that begins with the plugin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// A place in its URL leads nowhere.
    #[error("needs the setting `{0}` to know where to connect")]
    Setting(String),
    /// Its URL is none, or outside the granted hosts.
    #[error("was not granted `{0}`, where it wants to connect")]
    NotGranted(String),
}

/// The declared transport with its `{/pointer}` places filled from the settings. The grants of `spec` are its effective ones.
///
/// # Errors
/// See [`TransportError`].
pub fn transport(spec: &PluginSpec, manifest: &PluginManifest) -> Result<Option<Transport>, TransportError> {
    let Some(Transport::Sse { url, credential }) = manifest.transport.clone() else { return Ok(manifest.transport.clone()) };
    let url = filled(&url, &spec.settings).map_err(TransportError::Setting)?;
    let parsed = url::Url::parse(&url).map_err(|_| TransportError::NotGranted(url.clone()))?;
    let granted = egress_grant(spec, manifest).refusal("GET", &parsed).is_none();
    if granted { Ok(Some(Transport::Sse { url, credential })) } else { Err(TransportError::NotGranted(origin(&parsed))) }
}

/// Scheme, host and port of a URL.
fn origin(url: &url::Url) -> String {
    url.origin().ascii_serialization()
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
