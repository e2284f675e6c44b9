use std::collections::BTreeMap;

use dispatch::grant::{HostGrant, REDACTED_TEXT, TEXT, effective, hosts_asked};
use model::{Grants, PluginManifest, PluginSpec, Requests};
use serde::Serialize;

use super::Serving;
use crate::Manifest;
use crate::approvals::Approvals;

/// A grant that a plugin would have and has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantAsked {
    /// The plugin, by its configured name.
    pub plugin: String,
    /// Publisher and name as the plugin says of itself, such as `Pointsman/language`: approvals are for this one.
    pub of: String,
    /// As approvals name it: `field author`, `host GET api.example.com/v1`, `secret token = shop`, `state 65536 bytes`, `private network`.
    pub grant: String,
    /// Why, in the plugin's own words; empty where only the operator wants it.
    pub reason: String,
    /// Whether somebody has agreed.
    pub approved: bool,
}

/// Something that a plugin asks for and is not given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantWithheld {
    /// The plugin, by its configured name.
    pub plugin: String,
    /// What it asks for.
    pub grant: String,
    /// Why, in its own words.
    pub reason: String,
}

/// One effective grant, with why it is asked for.
struct Given {
    grant: String,
    reason: String,
    /// What it is, for comparison with what was given before.
    kind: Kind,
}

enum Kind {
    Field(String),
    Host(String),
    Secret(String, String),
    State(u64),
    PrivateNetwork,
}

/// Grants of the candidate that the serving generation's plugin of the same name has not. Another plugin under a known name inherits nothing.
pub(super) fn asked_anew(serving: Option<&Serving>, candidate: &Manifest, approvals: &Approvals) -> Vec<GrantAsked> {
    let mut asked = Vec::new();
    for spec in &candidate.configuration.plugins {
        let Some(manifest) = manifest(candidate, spec) else { continue };
        let before = serving.and_then(|serving| before(serving, spec, manifest)).unwrap_or_default();
        let of = format!("{}/{}", manifest.publisher, manifest.name);
        for given in given(spec, manifest).into_iter().filter(|given| !given.kind.is_in(&before)) {
            let approved = serving.is_none() || approvals.has(&spec.name, &given.grant, &of);
            let (plugin, of) = (spec.name.clone(), of.clone());
            asked.push(GrantAsked { plugin, of, grant: given.grant, reason: given.reason, approved });
        }
    }
    asked
}

/// What new and changed plugins ask for and are not given.
pub(super) fn withheld(serving: Option<&Serving>, candidate: &Manifest) -> Vec<GrantWithheld> {
    let unchanged = |spec: &PluginSpec| serving.is_some_and(|serving| serving.configuration.plugins.contains(spec));
    let mut withheld = Vec::new();
    for spec in candidate.configuration.plugins.iter().filter(|spec| !unchanged(spec)) {
        let Some(manifest) = manifest(candidate, spec) else { continue };
        let missing = missing(&manifest.requests, &effective(spec, manifest), spec);
        withheld.extend(missing.into_iter().map(|(grant, reason)| GrantWithheld { plugin: spec.name.clone(), grant, reason }));
    }
    withheld
}

fn manifest<'a>(candidate: &'a Manifest, spec: &PluginSpec) -> Option<&'a PluginManifest> {
    candidate.inspections.get(&spec.name).map(|inspected| &inspected.manifest)
}

/// What the plugin has now, when it is the same one.
fn before(serving: &Serving, spec: &PluginSpec, manifest: &PluginManifest) -> Option<Grants> {
    let old = serving.configuration.plugins.iter().find(|old| old.name == spec.name)?;
    let old_manifest = serving.manifests.get(&spec.name)?;
    let same = old_manifest.name == manifest.name && old_manifest.publisher == manifest.publisher;
    same.then(|| effective(old, old_manifest))
}

/// The effective grants, each with the reason of the request that it answers.
fn given(spec: &PluginSpec, manifest: &PluginManifest) -> Vec<Given> {
    let grants = effective(spec, manifest);
    let requests = &manifest.requests;
    let mut all: Vec<Given> = Vec::new();
    for field in &grants.fields {
        let reason = requests.fields.iter().find(|request| same_field(&request.name, field)).map(|request| request.reason.clone());
        all.push(Given { grant: format!("field {field}"), reason: reason.unwrap_or_default(), kind: Kind::Field(field.clone()) });
    }
    for (host, reason) in hosts(spec, manifest) {
        all.push(Given { grant: format!("host {host}"), reason, kind: Kind::Host(host) });
    }
    for (name, configured) in &grants.secrets {
        let reason = manifest.secret(name).map(|request| request.reason.clone()).unwrap_or_default();
        let kind = Kind::Secret(name.clone(), configured.clone());
        all.push(Given { grant: format!("secret {name} = {configured}"), reason, kind });
    }
    if grants.state_bytes_max > 0 {
        let reason = requests.state.as_ref().map(|request| request.reason.clone()).unwrap_or_default();
        all.push(Given { grant: format!("state {} bytes", grants.state_bytes_max), reason, kind: Kind::State(grants.state_bytes_max) });
    }
    if grants.private_network {
        all.push(Given { grant: "private network".to_owned(), reason: String::new(), kind: Kind::PrivateNetwork });
    }
    all
}

/// Who asks for the text is content with the masked one.
fn same_field(asked: &str, given: &str) -> bool {
    let text = |name: &str| name == TEXT || name == REDACTED_TEXT;
    asked == given || (text(asked) && text(given))
}

/// The effective hosts, each with the first request that asks for it.
fn hosts(spec: &PluginSpec, manifest: &PluginManifest) -> BTreeMap<String, String> {
    let mut hosts = BTreeMap::new();
    for request in &manifest.requests.hosts {
        for host in effective(spec, &alone(request)).hosts {
            hosts.entry(host).or_insert_with(|| request.reason.clone());
        }
    }
    hosts
}

/// A plugin that asks for nothing else.
fn alone(request: &model::HostRequest) -> PluginManifest {
    PluginManifest { requests: Requests { hosts: vec![request.clone()], ..Requests::default() }, ..PluginManifest::default() }
}

fn missing(asked: &Requests, given: &Grants, spec: &PluginSpec) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    for request in asked.fields.iter().filter(|request| !given.fields.iter().any(|field| same_field(&request.name, field))) {
        missing.push((format!("field {}", request.name), request.reason.clone()));
    }
    for request in &asked.hosts {
        let alone = alone(request);
        // A place that leads nowhere asks for nothing.
        let wanted = hosts_asked(&alone, &spec.settings);
        if !wanted.is_empty() && effective(spec, &alone).hosts.is_empty() {
            missing.push((format!("host {}", wanted.into_iter().collect::<Vec<_>>().join(", ")), request.reason.clone()));
        }
    }
    for request in asked.secrets.iter().filter(|request| !given.secrets.contains_key(&request.name)) {
        missing.push((format!("secret {}", request.name), request.reason.clone()));
    }
    if let Some(request) = asked.state.as_ref().filter(|_| given.state_bytes_max == 0) {
        missing.push((format!("state {} bytes", request.bytes_max), request.reason.clone()));
    }
    missing
}

impl Kind {
    /// Whether it is no more than what is had already.
    fn is_in(&self, before: &Grants) -> bool {
        match self {
            Self::Field(field) => before.fields.contains(field) || (field == REDACTED_TEXT && before.fields.contains(TEXT)),
            Self::Host(host) => covered(host, before),
            Self::Secret(name, configured) => before.secrets.get(name) == Some(configured),
            Self::State(bytes) => *bytes <= before.state_bytes_max,
            Self::PrivateNetwork => before.private_network,
        }
    }
}

/// Whether one entry covers all of a host grant.
fn covered(host: &str, before: &Grants) -> bool {
    let Ok(host) = HostGrant::parse(host) else { return false };
    before.hosts.iter().filter_map(|had| HostGrant::parse(had).ok()).any(|had| host.narrower(&had).as_ref() == Some(&host))
}
