//! Plugin files: everything that is looked at before a component may be compiled.

use model::{Digest, PluginManifest};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use crate::{Target, repository};

/// A file that is not refused has a manifest and a role; one that is says why.
pub const TARGET: Target = Target { name: "component", run, seeds };

fn run(bytes: &[u8]) {
    match runtime::inspect(bytes) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(seen) => {
            assert_eq!((&seen.digest, seen.bytes), (&Digest::of(bytes), bytes.len()));
            let whole = seen.manifest.is_some() && !seen.roles.is_empty();
            assert!(seen.refused.is_some() || whole, "admitted without a manifest or a role");
        }
    }
}

/// A component of each role that does nothing, with the manifest of a plugin of ours; small, so that the fuzzer gets round them.
fn seeds() -> Vec<Vec<u8>> {
    const ROLES: [&str; 10] =
        ["webhook", "connection", "feed", "sender", "enricher", "classifier", "prioritizer", "router", "responder", "sink"];
    let manifest = repository::files("plugins/email", "manifest.json").pop().unwrap_or_default();
    let seeds = ROLES.iter().filter_map(|role| component(role, &manifest));
    seeds.collect()
}

fn component(role: &str, manifest: &[u8]) -> Option<Vec<u8>> {
    let mut resolve = Resolve::default();
    resolve.push_dir(repository::root().join("wit")).ok()?;
    let text = format!("package fuzz:guest; world guest {{ include pointsman:plugin/{role}@0.1.0; }}");
    let package = resolve.push_str("guest.wit", &text).ok()?;
    let world = resolve.select_world(&[package], Some("guest")).ok()?;
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).ok()?;
    let mut component = ComponentEncoder::default().module(&module).ok()?.encode().ok()?;
    CustomSection { name: PluginManifest::SECTION.into(), data: manifest.into() }.append_to_component(&mut component);
    Some(component)
}
