//! Components that are refused before anything of them runs.

use std::time::Instant;

use model::Digest;
use wasm_encoder::{ComponentSection as _, CustomSection};

use super::guest::{WORLD, bare, manifest, misbehaving, spec, with_manifest};
use super::staging::child;
use super::world::{runtime, services, settings};
use crate::{Compile, Runtime, StageError};

fn with(more: &str) -> Vec<u8> {
    let core = include_str!("guest.wat").replace("(global $heap", &format!("{more} (global $heap"));
    with_manifest(bare_unchecked(&core), &manifest())
}

/// A component whose core module this host's features do not allow.
fn bare_unchecked(core: &str) -> Vec<u8> {
    bare(core, WORLD)
}

async fn refusal(component: &[u8]) -> StageError {
    let started = Instant::now();
    let why = runtime().stage(&spec(component, "."), component).await.unwrap_err();
    assert!(started.elapsed().as_millis() < 5_000, "{:?}", started.elapsed());
    why
}

#[tokio::test]
async fn what_no_plugin_needs_is_switched_off() {
    for (feature, core) in [
        ("threads", "(memory $shared 1 1 shared)"),
        ("atomics", "(func (drop (i32.atomic.load (i32.const 0))))"),
        ("memory64", "(memory $long i64 1)"),
        ("two memories", "(memory $second 1)"),
        ("tail calls", "(func $tail (return_call $tail))"),
        ("exceptions", "(tag $oops) (func (throw $oops))"),
        ("garbage collection", "(type $point (struct (field i32))) (func (drop (struct.new $point (i32.const 1))))"),
        ("references of functions", "(type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0)))"),
        ("stack switching", "(type $g (func)) (type $c (cont $g)) (func (param (ref $g)) (drop (cont.new $c (local.get 0))))"),
        ("relaxed SIMD", "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))"),
        ("wide arithmetic", "(func (result i64 i64) (i64.mul_wide_s (i64.const 1) (i64.const 1)))"),
        ("a long table", "(table i64 1 funcref)"),
    ] {
        let why = refusal(&with(core)).await;
        assert!(matches!(why, StageError::Invalid(_)), "{feature}: {why}");
    }
}

#[tokio::test]
async fn other_files_are_refused_whatever_they_are_called() {
    let engine = crate::engine::compiling(crate::engine::EngineKind::Pure, crate::engine::Stack::new(512 << 10)).unwrap();
    let compiled = engine.precompile_component(&misbehaving()).unwrap();
    for foreign in [compiled.as_slice(), b"(component)", b"(module)", b"", b"\0asm", b"\x7fELF"] {
        let why = refusal(foreign).await;
        assert!(matches!(why, StageError::NotAComponent(_) | StageError::Invalid(_) | StageError::NoManifest), "{why}");
    }
}

fn component(text: &str) -> Vec<u8> {
    with_manifest(wat::parse_str(text).unwrap(), &manifest())
}

#[tokio::test]
async fn components_within_components_are_counted_before_anything_is_compiled() {
    // Each level instantiates the one below twice: two to the thirtieth.
    let mut text = "(component $c0 (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 1..=30 {
        let below = level - 1;
        text = format!("(component $c{level} {text} (instance (instantiate $c{below})) (instance (instantiate $c{below})))");
    }
    let why = refusal(&component(&format!("(component {text} (instance (instantiate $c30)))"))).await;
    assert!(matches!(why, StageError::TooComplex { what: "instances", .. }), "{why}");
    let many = "(core instance (instantiate $m))".repeat(5_000);
    let why = refusal(&component(&format!("(component (core module $m) {many})"))).await;
    assert!(matches!(why, StageError::TooComplex { what: "instances", .. }), "{why}");
    let modules = "(core module)".repeat(100);
    let why = refusal(&component(&format!("(component {modules})"))).await;
    assert!(matches!(why, StageError::TooComplex { what: "core modules", .. }), "{why}");
}

#[tokio::test]
async fn all_sections_count_towards_the_size_and_names_are_shown_escaped() {
    let mut heavy = misbehaving();
    CustomSection { name: "name".into(), data: vec![0; 9 << 20].into() }.append_to_component(&mut heavy);
    let why = refusal(&heavy).await;
    assert!(matches!(why, StageError::TooLarge { .. }), "{why}");
    let bytes_max = runtime().stage(&spec(&heavy, "."), &heavy).await.unwrap_err().to_string();
    assert!(bytes_max.contains("8388608"), "{bytes_max}");
    let mut manifest = manifest();
    for (version, good) in [("1.2.3-rc.1+x", true), ("1\n2", false), ("\u{202e}1", false), (&"1".repeat(65), false)] {
        manifest["version"] = version.into();
        let component = with_manifest(bare(include_str!("guest.wat"), WORLD), &manifest);
        let staged = runtime().stage(&spec(&component, "."), &component).await;
        assert_eq!(staged.is_ok(), good, "{version:?}");
    }
}

#[tokio::test]
async fn the_plugins_own_limits_on_functions_and_compile_time_hold() {
    let component = misbehaving();
    let mut few = spec(&component, ".");
    few.limits.functions_max = 5;
    let why = runtime().stage(&few, &component).await.unwrap_err();
    assert!(matches!(why, StageError::TooComplex { what: "functions", count_max: 5, .. }), "{why}");
    assert_eq!(few.digest, Digest::of(&component));
    // The operator's bound on any plugin is wide; the plugin's own is what holds.
    let runtime = Runtime::new(settings(None, child(1 << 30, 60, 60_000)), services(false)).unwrap();
    let bomb = super::staging::bomb();
    let mut hurried = spec(&bomb, ".");
    hurried.limits.component_bytes_max = 64 << 20;
    hurried.limits.compile_ms_max = 300;
    let started = Instant::now();
    let why = runtime.stage(&hurried, &bomb).await.unwrap_err();
    assert!(matches!(&why, StageError::CompileBudget(why) if why.contains("900 ms") || why.contains("1 s")), "{why}");
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_the_pool_has_no_room_for_is_refused() {
    let component = with("(table 21000 funcref)");
    let mut spec = spec(&component, ".");
    spec.limits.table_elements_max = 20_000;
    let why = runtime().stage(&spec, &component).await.unwrap_err();
    assert!(matches!(why, StageError::Configure(_)), "{why}");
    spec.limits.table_elements_max = 30_000;
    let why = runtime().stage(&spec, &component).await.unwrap_err();
    assert!(matches!(why, StageError::Limits(_)), "{why}");
    let tables = with(&"(table 1 funcref)".repeat(30));
    let why = refusal(&tables).await;
    assert!(matches!(why, StageError::Configure(_) | StageError::Pool(_)), "{why}");
    let _ = Compile::InProcess;
}
