//! The manifest in a component's custom section: what it asks for, and what may come of it.

use dispatch::grant;
use model::{Digest, Grants, PluginManifest, PluginSpec, Role};

use crate::{Target, repository};

/// What is read can be written and read again; nothing is granted that was not given.
pub const TARGET: Target = Target { name: "plugin-manifest", run, seeds };

fn run(bytes: &[u8]) {
    let Ok(manifest) = serde_json::from_slice::<PluginManifest>(bytes) else { return };
    let written = serde_json::to_vec(&manifest).unwrap_or_default();
    assert_eq!(serde_json::from_slice::<PluginManifest>(&written).ok(), Some(manifest.clone()), "it does not survive being written");
    let _ = manifest.missing_for(&Role::ALL);
    for settings in [serde_json::json!({}), settings(&manifest)] {
        let spec = PluginSpec { settings, grants: given(), ..PluginSpec::new("fuzzed", Digest::of(bytes)) };
        let effective = grant::effective(&spec, &manifest);
        assert!(effective.fields.is_subset(&spec.grants.fields), "{:?}", effective.fields);
        assert!(effective.secrets.values().all(|name| spec.grants.secrets.values().any(|given| given == name)));
        assert!(effective.state_bytes_max <= spec.grants.state_bytes_max);
        let granted = PluginSpec { grants: effective, ..spec.clone() };
        let egress = grant::egress_grant(&granted, &manifest);
        assert!(egress.credentials.values().all(|credential| granted.grants.secrets.values().any(|name| *name == credential.secret)));
        let _ = grant::transport(&spec, &manifest);
    }
}

/// Grants of a plugin that was given something.
fn given() -> Grants {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Grants {
        fields: texts(&["text", "author"]),
        hosts: texts(&["api.example.com", "*.example.org", "probe.example:8443"]),
        secrets: [("service".to_owned(), "the-service".to_owned()), ("webhook".to_owned(), "the-webhook".to_owned())].into(),
        state_bytes_max: 1_000,
        ..Grants::default()
    }
}

/// The settings of its first example: places are filled from them.
fn settings(manifest: &PluginManifest) -> serde_json::Value {
    manifest.examples.first().map(|example| example.settings.clone()).unwrap_or_default()
}

fn seeds() -> Vec<Vec<u8>> {
    repository::files("plugins", "manifest.json")
}
