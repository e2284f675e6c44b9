//! From a configuration to a generation: the runtime with its services, every plugin staged, conditions compiled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch::arithmetic::Arithmetic;
use dispatch::generation::{AssemblyProblem, Generation};
use dispatch::port::{Egress, Plugin, Secrets, State};
use manifest::{Finding, Findings, Manifest};
use model::{PluginSpec, Secret};
use runtime::{Child, Compile, Runtime, RuntimeSettings, Services, StageError};

use crate::args::STAGE_WORKER;
use crate::configuration;
use crate::exit::{Code, Done, Failure};

/// Wall time of one staging, next to its CPU time.
const STAGE_WALL_FACTOR: u64 = 3;

/// The ports that plugins reach the outside through.
pub(crate) struct Outside {
    pub(crate) egress: Arc<dyn Egress>,
    pub(crate) state: Arc<dyn State>,
    pub(crate) secrets: Arc<dyn Secrets>,
}

/// The runtime that a configuration asks for.
pub(crate) fn runtime(manifest: &Manifest, outside: Outside) -> Done<Runtime> {
    let cpu_s_max = manifest.runtime.compile_cpu_ms_max.div_ceil(1_000).max(1);
    let settings = RuntimeSettings {
        instances_max: u32::try_from(manifest.runtime.instances_max).unwrap_or(u32::MAX),
        cache_dir: Some(manifest.runtime.cache_dir.clone()),
        stack_bytes_max: manifest.runtime.stack_bytes_max,
        compile: Compile::Child(Child {
            program: std::env::current_exe()?,
            args: vec![STAGE_WORKER.to_owned()],
            memory_bytes_max: manifest.runtime.compile_memory_bytes_max,
            cpu_s_max,
            wall_ms_max: cpu_s_max * 1_000 * STAGE_WALL_FACTOR,
        }),
        ..RuntimeSettings::default()
    };
    build(settings, outside)
}

/// A runtime for calling one plugin by hand: compiled here, kept in the user's cache.
pub(crate) fn hand_runtime(outside: Outside) -> Done<Runtime> {
    let settings =
        RuntimeSettings { instances_max: 16, cache_dir: user_cache(), compile: Compile::InProcess, ..RuntimeSettings::default() };
    build(settings, outside)
}

fn build(settings: RuntimeSettings, outside: Outside) -> Done<Runtime> {
    let Outside { egress, state, secrets } = outside;
    let services = Services { egress, state, keys: Arc::new(Arithmetic), secrets };
    Runtime::new(settings, services).map_err(|error| Failure::unavailable(error.to_string()))
}

/// `$XDG_CACHE_HOME/pointsman`, or under the home folder; none when neither is known.
fn user_cache() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("pointsman"))
}

/// Stages all plugins and puts the generation together. Everything that is wrong is said in one go.
pub(crate) async fn generation(manifest: &Manifest, runtime: &Runtime) -> Done<Generation> {
    generation_beside(manifest, runtime, &[]).await
}

/// The same beside others that are staged already: a plugin that is in one of them, component, settings, grants, limits and all, is taken over
/// as it is.
pub(crate) async fn generation_beside(manifest: &Manifest, runtime: &Runtime, others: &[Arc<Generation>]) -> Done<Generation> {
    let mut plugins = BTreeMap::new();
    let mut findings = Vec::new();
    for spec in &manifest.configuration.plugins {
        if let Some(plugin) = staged_in(others, spec) {
            plugins.insert(spec.name.clone(), plugin);
            continue;
        }
        match stage(manifest, runtime, spec).await {
            Ok(plugin) => {
                plugins.insert(spec.name.clone(), plugin);
            }
            Err(wrong) => findings.extend(wrong),
        }
    }
    if !findings.is_empty() {
        return Err(configuration::refused(&Findings::new(findings)));
    }
    Generation::assemble(manifest.configuration.clone(), plugins).map_err(|error| {
        let finding = |problem: &AssemblyProblem| manifest.finding(&key(manifest, &problem.place), &problem.message, Some(&problem.remedy));
        configuration::refused(&Findings::new(error.problems.iter().map(finding).collect()))
    })
}

/// A plugin of exactly this spec that one of them has.
pub(crate) fn staged_in(generations: &[Arc<Generation>], spec: &PluginSpec) -> Option<Arc<dyn Plugin>> {
    let with = |generation: &&Arc<Generation>| generation.configuration().plugins.contains(spec);
    generations.iter().find(with).and_then(|generation| generation.plugin(&spec.name)).map(Arc::clone)
}

/// The key in the file of a place in a generation: `chains.main.steps.1.when` is `chain[0].step[1].when`.
fn key(manifest: &Manifest, place: &str) -> String {
    let mut parts = place.split('.');
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut key = manifest.section(kind.trim_end_matches('s'), name).unwrap_or_default();
    while let Some(part) = parts.next() {
        match (part, parts.clone().next()) {
            ("steps", Some(index)) => {
                key.push_str(&format!(".step[{index}]"));
                parts.next();
            }
            _ => key.push_str(&format!(".{part}")),
        }
    }
    key
}

async fn stage(manifest: &Manifest, runtime: &Runtime, spec: &PluginSpec) -> Result<Arc<dyn Plugin>, Vec<Finding>> {
    let bytes = manifest.components.get(&spec.name).map(|component| Arc::clone(&component.bytes)).unwrap_or_default();
    runtime.stage(spec, &bytes).await.map_err(|error| match error {
        StageError::Refused(problems) => problems.iter().map(|problem| manifest.problem(&spec.name, problem)).collect(),
        other => {
            let key = manifest.section("plugin", &spec.name).unwrap_or_default();
            let message = format!("the plugin `{}` cannot be staged: {other}", spec.name);
            let remedy = "the plugin's author has to mend it; `pointsman plugin inspect` tells who that is. Or name another file";
            vec![manifest.finding(&format!("{key}.file"), &message, Some(remedy))]
        }
    })
}

/// The key of the host's pseudonyms, made when it is not there: beside the store, readable by its owner only.
pub(crate) fn pseudonym_key(store: &Path) -> Done<Secret> {
    let path = pseudonym_key_path(store);
    match read_key(&path)? {
        Some(key) => Ok(key),
        None => new_key(&path),
    }
}

/// The key of the host's pseudonyms, for those who only read: without it what plugins saw cannot be told again.
pub(crate) fn known_pseudonym_key(store: &Path) -> Done<Secret> {
    let path = pseudonym_key_path(store);
    let missing = || {
        let text =
            format!("{} is not there: without it plugins would not see again what they saw; it lies beside the store", path.display());
        Failure::new(Code::NotFound, text)
    };
    read_key(&path)?.ok_or_else(missing)
}

fn pseudonym_key_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".pseudonym-key");
    PathBuf::from(path)
}

fn read_key(path: &Path) -> Done<Option<Secret>> {
    match std::fs::read(path) {
        Ok(bytes) if bytes.len() == 32 => Ok(Some(Secret::new(bytes))),
        Ok(_) => Err(Failure::wrong(format!("{} is damaged: pseudonyms would change; restore it from a backup", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::unavailable(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Written beside its place and then renamed, so that a crash leaves a whole key or none. The store's lock is ours: nobody else writes it.
fn new_key(path: &Path) -> Done<Secret> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let bytes = crate::random::bytes::<32>()?;
    let unfinished = path.with_extension("pseudonym-key-new");
    let written = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    });
    written.map_err(|error| Failure::unavailable(format!("{} cannot be written: {error}", path.display())))?;
    Ok(Secret::new(bytes))
}
