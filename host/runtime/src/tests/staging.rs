use std::fs;
use std::time::Instant;

use model::{Digest, FaultKind, Interaction, Isolation, PluginSpec};
use serde_json::{Value as Json, json};

use super::guest::{WORLD, bare, manifest, misbehaving, prioritized, spec, with_manifest, with_section};
use super::world::{runtime, services, settings};
use crate::{Child, Compile, Runtime, StageError, inspect, stage_worker};

const CLASSIFIER: &str = "package test:guest; world guest { include pointsman:plugin/classifier@0.1.0; }";

/// A do-nothing core module for a world.
fn dummy(world: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    resolve.push_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")).unwrap();
    let package = resolve.push_str("guest.wit", world).unwrap();
    let id = resolve.select_world(&[package], Some("guest")).unwrap();
    let mut module = wit_component::dummy_module(&resolve, id, wit_parser::ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut module, &resolve, id, wit_component::StringEncoding::UTF8).unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

async fn refusal(component: &[u8], change: impl FnOnce(&mut PluginSpec)) -> String {
    let mut spec = spec(component, ".");
    change(&mut spec);
    let digest = Digest::of(component);
    let words = runtime().stage(&spec, component).await.unwrap_err().to_string();
    words.replace(digest.as_str(), "[digest]").replace(&component.len().to_string(), "[size]")
}

#[tokio::test]
async fn what_the_operator_configures_wrongly_says_so() {
    let good = misbehaving();
    let words = [
        refusal(&good, |spec| spec.digest = Digest::of(b"other")).await,
        refusal(&good, |spec| spec.limits.component_bytes_max = 100).await,
        refusal(&good, |spec| spec.limits.memory_bytes_max = 1 << 40).await,
        refusal(&good, |spec| spec.settings = Json::from("x".repeat(2 << 20))).await,
    ];
    insta::assert_snapshot!(words.join("\n"));
}

#[tokio::test]
async fn what_is_no_plugin_says_why() {
    let core = include_str!("guest.wat");
    let with_function =
        |function: &str| with_manifest(bare(&core.replace("(global $heap", &format!("{function} (global $heap")), WORLD), &manifest());
    let relaxed = "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))";
    let world = |world: &str| with_manifest(dummy(&format!("package test:guest; {world}")), &manifest());
    let labelled = |manifest: Json| with_manifest(dummy(CLASSIFIER), &manifest);
    let components = [
        b"#!/bin/sh".to_vec(),
        wat::parse_str("(module)").unwrap(),
        misbehaving().split_at(1_000).0.to_vec(),
        bare(core, WORLD),
        with_section(bare(core, WORLD), b"{"),
        with_section(bare(core, WORLD), &vec![b' '; 300 << 10]),
        labelled(json!({ "manifest": 2, "name": "x" })),
        labelled(json!({ "manifest": 1, "name": "X Y" })),
        world("world guest { include pointsman:plugin/webhook@0.1.0; }"),
        world("interface clock { now: func() -> u64; } world guest { include pointsman:plugin/router@0.1.0; import clock; }"),
        world("world guest { export run: func(); }"),
        world("world guest { export pointsman:policy/router@0.1.0; }"),
        world("world guest { export configure: func(settings: string); export pointsman:policy/router@0.1.0; }"),
        with_function(&"(func)".repeat(20_001)),
        with_function(relaxed),
    ];
    let mut words = Vec::new();
    for component in components {
        words.push(refusal(&component, |_| ()).await);
    }
    insta::assert_snapshot!(words.join("\n"));
}

#[tokio::test]
async fn refused_settings_come_back_in_the_plugins_own_words() {
    let component = misbehaving();
    let why = runtime().stage(&spec(&component, "r"), &component).await.unwrap_err();
    assert_eq!(why.to_string(), "the plugin refuses its settings: /rules/3: no such rule");
    let StageError::Refused(problems) = why else { panic!("{why}") };
    assert_eq!((problems[0].line, problems[0].column, problems[0].remedy.as_ref()), (Some(3), None, None));
}

#[tokio::test]
async fn a_configure_that_misbehaves_fails_staging() {
    let component = misbehaving();
    let runtime = runtime();
    for (mode, expected) in [("x", "trap"), ("y", "fuel"), ("z", "memory")] {
        match runtime.stage(&spec(&component, mode), &component).await.unwrap_err() {
            StageError::Configure(kind) => assert_eq!(kind.name(), expected),
            why => panic!("{why}"),
        }
    }
}

#[tokio::test]
async fn a_component_that_cannot_be_snapshotted_is_configured_for_each_instance_and_kept_warm() {
    // `table.set` makes a snapshot impossible.
    let core = include_str!("guest.wat")
        .replace("(global $heap", "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func))) (global $heap");
    let component = with_manifest(bare(&core, WORLD), &manifest());
    let runtime = runtime();
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    assert!(!plugin.info().snapshotted);
    assert_eq!(plugin.info().spec.isolation, Isolation::Warm { calls_max: 1_000 }, "what runs is what is reported");
    let (first, second) = (prioritized(&*plugin, &Interaction::default()), prioritized(&*plugin, &Interaction::default()));
    assert!(first.cost.fuel > second.cost.fuel, "configured once");
    assert_eq!(first.outcome.map(|priority| priority.score), Ok(42.0));
    assert_eq!(second.outcome.map(|priority| priority.score), Ok(43.0));
    let call = plugin.enrich(&Interaction::default(), model::Timestamp(1), dispatch::port::Budget::WHOLE).await;
    assert_eq!(call.outcome, Ok(Ok(Vec::new())));
    match runtime.stage(&spec(&component, "r"), &component).await.unwrap_err() {
        StageError::Refused(problems) => assert_eq!(problems.len(), 1),
        why => panic!("{why}"),
    }
    let plugin = runtime.stage(&spec(&component, "t"), &component).await.unwrap();
    let call = prioritized(&*plugin, &Interaction::default());
    assert!(matches!(call.outcome, Err(FaultKind::Trap(_))));
}

#[tokio::test]
async fn a_compiled_plugin_is_kept_and_a_damaged_file_is_compiled_anew() {
    let dir = tempfile::tempdir().unwrap();
    let component = misbehaving();
    let stage = async |mode: &str| {
        let runtime = Runtime::new(settings(Some(dir.path()), Compile::InProcess), services(false)).unwrap();
        let started = Instant::now();
        let plugin = runtime.stage(&spec(&component, mode), &component).await.unwrap();
        let took = started.elapsed();
        let call = prioritized(&*plugin, &Interaction::default());
        assert_eq!(call.outcome.map(|priority| priority.score), Ok(42.0));
        took
    };
    let files = || {
        let paths = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().path());
        paths.filter(|path| path.extension().is_some()).collect::<Vec<_>>()
    };
    let cold = stage(".").await;
    assert_eq!(files().len(), 1);
    let good = fs::read(&files()[0]).unwrap();
    let warm = stage(".").await;
    assert!(warm < cold, "{warm:?} {cold:?}");
    stage("-").await;
    assert_eq!(files().len(), 2, "other settings are another plugin");
    for path in files() {
        let mut bad = fs::read(&path).unwrap();
        let middle = bad.len() / 2;
        bad[middle] ^= 0xff;
        fs::write(&path, bad).unwrap();
    }
    stage(".").await;
    let healed = files().into_iter().any(|path| fs::read(path).unwrap() == good);
    assert!(healed, "the damaged file was replaced by a whole one");
}

/// Not a test: the program that [`child`] starts, through the test binary's own filter.
#[test]
#[ignore = "the body of a child process"]
fn worker() {
    assert!(stage_worker() == std::process::ExitCode::SUCCESS);
}

pub(super) fn child(memory_bytes_max: u64, cpu_s_max: u64, wall_ms_max: u64) -> Compile {
    let args = ["--exact", "tests::staging::worker", "--ignored", "--nocapture", "--test-threads=1"];
    Compile::Child(Child {
        program: std::env::current_exe().unwrap(),
        args: args.map(str::to_owned).to_vec(),
        memory_bytes_max,
        cpu_s_max,
        wall_ms_max,
    })
}

#[tokio::test]
async fn a_child_stages_as_well_and_its_refusals_arrive() {
    let dir = tempfile::tempdir().unwrap();
    let component = misbehaving();
    let runtime = Runtime::new(settings(Some(dir.path()), child(1 << 30, 60, 60_000)), services(false)).unwrap();
    let plugin = runtime.stage(&spec(&component, "."), &component).await.unwrap();
    assert!(plugin.info().snapshotted);
    let call = prioritized(&*plugin, &Interaction::default());
    assert_eq!(call.outcome.map(|priority| priority.score), Ok(42.0));
    match runtime.stage(&spec(&component, "r"), &component).await.unwrap_err() {
        StageError::Refused(problems) => assert_eq!(problems[0].path, "/rules/3"),
        why => panic!("{why}"),
    }
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "key and one plugin: {left:?}");
}

/// Many functions, each with much to compile, within the limits of admission.
pub(super) fn bomb() -> Vec<u8> {
    let body = "(local.set 0 (i32.add (local.get 0) (i32.load (local.get 0))))".repeat(60);
    let functions = format!("(func (param i32) {body})").repeat(8_000);
    let core = include_str!("guest.wat").replace("(global $heap", &format!("{functions} (global $heap"));
    with_manifest(bare(&core, WORLD), &manifest())
}

#[tokio::test]
async fn a_compile_bomb_ends_as_an_error() {
    let component = bomb();
    for compile in [child(96 << 20, 60, 60_000), child(4 << 30, 1, 60_000), child(4 << 30, 60, 300)] {
        let runtime = Runtime::new(settings(None, compile), services(false)).unwrap();
        let mut spec = spec(&component, ".");
        spec.limits.component_bytes_max = 64 << 20;
        let why = runtime.stage(&spec, &component).await.unwrap_err();
        assert!(matches!(why, StageError::CompileBudget(_)), "{why}");
    }
}

#[tokio::test]
async fn a_program_that_is_no_compiler_is_an_error() {
    let component = misbehaving();
    for program in ["/nonexistent", "/bin/true", "/bin/false"] {
        let compile = Compile::Child(Child {
            program: program.into(),
            args: Vec::new(),
            memory_bytes_max: 1 << 30,
            cpu_s_max: 10,
            wall_ms_max: 10_000,
        });
        let runtime = Runtime::new(settings(None, compile), services(false)).unwrap();
        assert!(runtime.stage(&spec(&component, "."), &component).await.is_err(), "{program}");
    }
}

#[test]
fn a_component_can_be_looked_at_before_it_runs() {
    let seen = inspect(&misbehaving()).unwrap();
    assert_eq!(seen.roles.iter().map(|role| role.name()).collect::<Vec<_>>(), ["enricher", "prioritizer"]);
    assert_eq!(seen.manifest.unwrap().name, "guest");
    assert_eq!(seen.refused, None);
    assert!(seen.imports.contains(&"pointsman:host/http@0.1.0".to_owned()), "{:?}", seen.imports);
    let seen = inspect(&dummy(CLASSIFIER)).unwrap();
    assert_eq!(seen.refused.as_deref(), Some("the component carries no manifest (custom section `pointsman:manifest`)"));
    assert!(inspect(b"nothing").is_err());
}
