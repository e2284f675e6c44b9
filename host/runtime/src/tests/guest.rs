//! Components for tests, made of core modules in text form.

use std::path::Path;

use dispatch::port::{Budget, Plugin, Question, only};
use model::{Call, Digest, Grants, Interaction, InteractionId, PluginManifest, PluginSpec, Priority, Signal, Situation};
use serde_json::{Value as Json, json};
use wasm_encoder::{ComponentSection, CustomSection};
use wasmtime::component::ComponentType as _;
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

/// The guest that judges by the interaction's id, with its manifest.
pub(super) fn judge() -> Vec<u8> {
    let size = crate::bindings::pointsman::interaction::types::Interaction::SIZE32;
    let core = include_str!("judge.wat").replace("$SIZE", &size.to_string());
    let world = "package test:guest;
world guest {
    include pointsman:plugin/prioritizer@0.1.0;
    export pointsman:policy/classifier@0.1.0;
}";
    with_manifest(bare(&core, world), &manifest())
}

/// Interactions with these ids.
pub(super) fn interactions(ids: &[&str]) -> Vec<Interaction> {
    ids.iter().map(|id| Interaction { id: InteractionId((*id).to_owned()), ..Interaction::default() }).collect()
}

/// The scores of the interactions with these ids, asked together.
pub(super) fn scores(plugin: &dyn Plugin, ids: &[&str]) -> Vec<Call<f32>> {
    let (interactions, situation) = (interactions(ids), Situation::default());
    let questions: Vec<_> =
        interactions.iter().map(|interaction| Question { interaction, situation: &situation, priority: None }).collect();
    plugin.prioritize(&questions, Budget::WHOLE).into_iter().map(|call| call.map(|priority| priority.score)).collect()
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
        settings: json!({ "mode": mode }),
        grants: Grants {
            hosts: ["api.example.com".to_owned()].into(),
            secrets: [("token".to_owned(), "the-token".to_owned())].into(),
            state_bytes_max: 500,
            ..Grants::default()
        },
        ..PluginSpec::new("tester", Digest::of(component))
    }
}

/// Asks a plugin for the priority of one interaction.
pub(super) fn prioritized(plugin: &dyn Plugin, interaction: &Interaction) -> Call<Priority> {
    let situation = Situation::default();
    only(plugin.prioritize(&[Question { interaction, situation: &situation, priority: None }], Budget::WHOLE))
}

/// Asks a plugin for the signals of one interaction.
pub(super) fn classified(plugin: &dyn Plugin, interaction: &Interaction) -> Call<Vec<Signal>> {
    let situation = Situation::default();
    only(plugin.classify(&[Question { interaction, situation: &situation, priority: None }], Budget::WHOLE))
}
