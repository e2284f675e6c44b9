//! Components for tests, made of core modules in text form.

use std::path::Path;

use model::{Digest, Grants, Limits, PluginManifest, PluginSpec};
use serde_json::{Value as Json, json};
use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

pub(super) const WORLD: &str = "package test:guest;
world guest {
    include pointsman:plugin/prioritizer@0.1.0;
    export pointsman:policy/enricher@0.1.0;
    import pointsman:host/keys@0.1.0;
    import pointsman:host/http@0.1.0;
    import pointsman:host/state@0.1.0;
}";

/// The guest that misbehaves on demand, with its manifest.
pub(super) fn misbehaving() -> Vec<u8> {
    with_manifest(bare(include_str!("guest.wat"), WORLD), &manifest())
}

/// A component of a core module in text form, for the world `guest` of this document.
pub(super) fn bare(core: &str, world: &str) -> Vec<u8> {
    let mut module = wat::parse_str(core).unwrap();
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")).unwrap();
    let package = resolve.push_str("guest.wit", world).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

pub(super) fn manifest() -> Json {
    json!({
        "manifest": 1,
        "name": "guest",
        "version": "0.1.0",
        "requests": {
            "hosts": [{ "host": "api.example.com", "reason": "tests" }],
            "secrets": [{ "name": "token", "reason": "tests", "credential": { "header": { "name": "authorization" } } }],
            "state": { "bytes_max": 1000, "reason": "tests" },
        },
    })
}

pub(super) fn with_manifest(component: Vec<u8>, manifest: &Json) -> Vec<u8> {
    with_section(component, &serde_json::to_vec(manifest).unwrap())
}

pub(super) fn with_section(mut component: Vec<u8>, data: &[u8]) -> Vec<u8> {
    CustomSection { name: PluginManifest::SECTION.into(), data: data.into() }.append_to_component(&mut component);
    component
}

/// A spec for a component in a mode.
pub(super) fn spec(component: &[u8], mode: &str) -> PluginSpec {
    PluginSpec {
        name: "tester".to_owned(),
        digest: Digest::of(component),
        settings: json!({ "mode": mode }),
        grants: Grants {
            hosts: ["api.example.com".to_owned()].into(),
            secrets: [("token".to_owned(), "the-token".to_owned())].into(),
            state_bytes_max: 500,
            ..Grants::default()
        },
        limits: Limits::PURE,
    }
}
