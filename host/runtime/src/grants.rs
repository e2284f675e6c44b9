//! The effective grant: what the plugin asks for and the operator gives, nothing else.

use std::collections::BTreeMap;

use dispatch::port::EgressGrant;
use model::{Credential, Grants, Limits, PluginManifest, PluginSpec, Requests};
use serde_json::Value as Json;

/// What was asked and given.
pub(crate) fn effective(spec: &PluginSpec, requests: &Requests) -> Grants {
    let given = &spec.grants;
    let fields = requests.fields.iter().map(|asked| &asked.name).filter(|name| given.fields.contains(*name)).cloned();
    let asked_hosts = requests.hosts.iter().filter_map(|asked| fill(&asked.host, &spec.settings));
    let hosts = asked_hosts.flat_map(|asked| given.hosts.iter().filter_map(move |given| narrower(&asked, given)));
    let secrets = requests.secrets.iter().filter_map(|asked| given.secrets.get_key_value(&asked.name));
    Grants {
        fields: fields.collect(),
        hosts: hosts.collect(),
        secrets: secrets.map(|(name, secret)| (name.clone(), secret.clone())).collect(),
        state_bytes_max: requests.state.as_ref().map_or(0, |asked| asked.bytes_max.min(given.state_bytes_max)),
        private_network: given.private_network,
    }
}

/// What the egress adapter is handed with every request.
pub(crate) fn egress(effective: &Grants, manifest: &PluginManifest, limits: &Limits) -> EgressGrant {
    let credential = |(name, secret): (&String, &String)| {
        let form = manifest.secret(name)?.credential.clone()?;
        Some((name.clone(), Credential { secret: secret.clone(), form }))
    };
    EgressGrant {
        hosts: effective.hosts.clone(),
        credentials: effective.secrets.iter().filter_map(credential).collect::<BTreeMap<_, _>>(),
        private_network: effective.private_network,
        body_bytes_max: limits.http_body_bytes_max,
        timeout_ms_max: limits.deadline_ms,
    }
}

/// The narrower of two host patterns when one covers the other.
fn narrower(asked: &str, given: &str) -> Option<String> {
    let (asked, given) = (asked.to_ascii_lowercase(), given.to_ascii_lowercase());
    if covers(&given, &asked) {
        Some(asked)
    } else if covers(&asked, &given) {
        Some(given)
    } else {
        None
    }
}

/// Whether every host of `narrow` is one of `wide`. `*.example.com` is every name below `example.com`, not `example.com` itself.
fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || wide.strip_prefix('*').is_some_and(|suffix| suffix.starts_with('.') && narrow.ends_with(suffix))
}

/// A host with its `{/pointer}` places filled from the settings; none when a place is not there. Of a URL host and port count.
fn fill(host: &str, settings: &Json) -> Option<String> {
    let mut filled = String::new();
    let mut rest = host;
    while let Some((before, after)) = rest.split_once('{') {
        let (pointer, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(authority(settings.pointer(pointer)?.as_str()?)?);
        rest = after;
    }
    filled.push_str(rest);
    (!filled.is_empty()).then_some(filled)
}

/// Host and port of a URL, or the whole of what is no URL.
fn authority(value: &str) -> Option<&str> {
    let Some((_scheme, rest)) = value.split_once("://") else { return Some(value) };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_grant_is_the_narrower_of_asked_and_given() {
        for (asked, given, expected) in [
            ("api.example.com", "api.example.com", Some("api.example.com")),
            ("API.example.com", "api.example.com", Some("api.example.com")),
            ("api.example.com", "*.example.com", Some("api.example.com")),
            ("*.example.com", "api.example.com", Some("api.example.com")),
            ("*.example.com", "*.eu.example.com", Some("*.eu.example.com")),
            ("example.com", "*.example.com", None),
            ("badexample.com", "*.example.com", None),
            ("api.example.com:8443", "api.example.com", None),
            ("*", "api.example.com", None),
        ] {
            assert_eq!(narrower(asked, given).as_deref(), expected, "{asked} and {given}");
        }
    }

    #[test]
    fn places_are_filled_from_the_settings() {
        let settings = json!({ "base": "http://user@127.0.0.1:8080/api", "host": "a.example", "port": 1 });
        for (host, expected) in [
            ("api.example.com", Some("api.example.com")),
            ("{/base}", Some("127.0.0.1:8080")),
            ("eu.{/host}", Some("eu.a.example")),
            ("{/missing}", None),
            ("{/port}", None),
            ("{/host", None),
        ] {
            assert_eq!(fill(host, &settings).as_deref(), expected, "{host}");
        }
    }
}
