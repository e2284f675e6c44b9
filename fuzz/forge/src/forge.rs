//! From a seed to a plugin file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use arbitrary::Unstructured;
use serde_json::json;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_smith::{Component, Config, Module};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use crate::chance::Chance;
use crate::{mutate, sane};

const ROLES: [&str; 10] =
    ["webhook", "connection", "feed", "sender", "enricher", "classifier", "prioritizer", "router", "responder", "sink"];

/// How many bytes of chance a file is made of.
const CHANCE_BYTES: u64 = 24 << 10;

/// The custom section that carries a plugin's manifest.
const SECTION: &str = "pointsman:manifest";

/// A file and how it was made.
pub(crate) struct Forged {
    pub(crate) bytes: Vec<u8>,
    pub(crate) how: String,
}

impl Forged {
    pub(crate) fn nothing(why: &str) -> Self {
        Self { bytes: Vec::new(), how: why.to_owned() }
    }
}

/// The file of a seed. Most are of the kind that gets furthest.
pub(crate) fn forge(seed: u64) -> Result<Forged> {
    let chance = Chance::new(seed);
    let role = ROLES.iter().cycle().nth(usize::try_from(seed % 10)?).copied().unwrap_or("router");
    match (seed / 10) % 8 {
        0 => Ok(Forged { bytes: with_manifest(random_component(chance)), how: "a random component".to_owned() }),
        1 => mutate::plugin(chance, &plugins()),
        2 => behind_contract(chance, role, false),
        _ => behind_contract(chance, role, true),
    }
}

/// Random code behind the imports and exports of a role. Half of what makes it work is put right, so that calls get into the random half:
/// `configure` takes its settings, and memory can be had.
fn behind_contract(mut chance: Chance, role: &str, put_right: bool) -> Result<Forged> {
    let (resolve, world) = world(role)?;
    let shape = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let config = Config { module_shape: Some(shape), ..config(&mut chance) };
    let bytes = chance.bytes(CHANCE_BYTES);
    let mut module = Module::new(config, &mut Unstructured::new(&bytes))?.to_bytes();
    if put_right {
        module = sane::put_right(&module)?;
    }
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    let how = format!("random code in a {role}{}", if put_right { ", half of it put right" } else { "" });
    // What does not fit the contract is a core module, which is a plugin file too.
    let component = ComponentEncoder::default().module(&module).and_then(|mut encoder| encoder.encode());
    Ok(Forged { bytes: component.map_or(module, with_manifest), how })
}

fn random_component(mut chance: Chance) -> Vec<u8> {
    let config = config(&mut chance);
    let bytes = chance.bytes(CHANCE_BYTES);
    Component::new(config, &mut Unstructured::new(&bytes)).map(|component| component.to_bytes()).unwrap_or_default()
}

/// What the host does not know is in one of eight files: it is to be refused, and to be refused early.
fn config(chance: &mut Chance) -> Config {
    let exotic = chance.next() % 8 == 0;
    Config {
        gc_enabled: exotic,
        reference_types_enabled: exotic,
        exceptions_enabled: exotic,
        threads_enabled: exotic,
        memory64_enabled: exotic,
        relaxed_simd_enabled: exotic,
        tail_call_enabled: exotic,
        wide_arithmetic_enabled: exotic,
        max_memories: if exotic { 4 } else { 1 },
        max_memory32_bytes: 1 << 30,
        max_funcs: 30,
        max_instructions: 200,
        ..Config::default()
    }
}

fn world(role: &str) -> Result<(Resolve, wit_parser::WorldId)> {
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")).context("reading the contract")?;
    let text = format!("package smith:guest; world guest {{ include pointsman:plugin/{role}@0.1.0; }}");
    let package = resolve.push_str("guest.wit", &text)?;
    let world = resolve.select_world(&[package], Some("guest"))?;
    Ok((resolve, world))
}

fn with_manifest(mut component: Vec<u8>) -> Vec<u8> {
    let manifest = json!({
        "manifest": 1,
        "name": "smith",
        "version": "0.1.0",
        "signature": { "scheme": "none" },
        "transport": { "kind": "lmtp" },
        "requests": { "state": { "bytes_max": 1000, "reason": "tests" } },
    });
    let data = manifest.to_string().into_bytes().into();
    CustomSection { name: SECTION.into(), data }.append_to_component(&mut component);
    component
}

/// The plugins of this repository, as far as they have been built.
fn plugins() -> Vec<PathBuf> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
    let files = std::fs::read_dir(dist).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "wasm")).collect();
    files.sort();
    files
}
