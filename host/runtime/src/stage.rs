//! Staging: from a component's bytes to a plugin that can be called.
//!
//! manifest → admission → effective grants → `configure`, snapshot and compile in a bounded child (or the cache) → linked, ready. Nothing of
//! it touches what is serving, and whatever goes wrong is an error of staging.

pub(crate) mod cache;
pub(crate) mod child;
mod error;
pub(crate) mod load;
mod snapshot;
pub(crate) mod work;

use model::{Digest, Limits, PluginSpec, Role};
use serde_json::{Value as Json, json};

pub use error::StageError;

use cache::{Cache, Entry};
use load::OwnCode;
use work::{Job, Verdict};

use crate::admission::Admitted;
use crate::engine::EngineKind;
use crate::settings::{Compile, RuntimeSettings};

/// Raised when the same inputs would be staged otherwise.
const STAGING: u32 = 2;
/// Longest settings.
const SETTINGS_BYTES_MAX: usize = 1 << 20;

/// The compiled plugin: from the cache, or configured, snapshotted and compiled now.
pub(crate) async fn compiled(
    settings: &RuntimeSettings,
    cache: Option<&Cache>,
    fingerprints: &[String],
    spec: &PluginSpec,
    admitted: &Admitted,
    component: &[u8],
) -> Result<Entry, StageError> {
    let job = job(settings, spec, admitted)?;
    let name = name(&job, fingerprints, spec, &admitted.digest)?;
    if let Some(entry) = cache.and_then(|cache| cache.get(&name)) {
        return Ok(entry);
    }
    let (verdict, compiled) = match &settings.compile {
        Compile::Child(child) => child.run(&job, component, cache.map(Cache::dir)).await?,
        Compile::InProcess => {
            let component = component.to_vec();
            let done = tokio::task::spawn_blocking(move || work::work(&job, &component)).await;
            done.map_err(|why| StageError::CompileBudget(format!("the compiler panicked: {why}")))?
        }
    };
    let entry = match verdict {
        Verdict::Done { why_not } => Entry { why_not, compiled },
        Verdict::Refused(problems) => return Err(StageError::Refused(problems)),
        Verdict::Faulted(kind) => return Err(StageError::Configure(kind)),
        Verdict::Uncompilable(why) => return Err(StageError::Compile(why)),
    };
    if let Some(Err(why)) = cache.map(|cache| cache.put(&name, &entry)) {
        // Without the file the next start compiles again; that is all.
        tracing::warn!(plugin = %spec.name, "the compiled plugin could not be kept: {why}");
    }
    Ok(entry)
}

impl Entry {
    /// The code for an engine. An entry is made only of what our own compiler has just left and of cache files with a valid seal.
    pub(crate) fn code(&self, kind: EngineKind) -> Option<OwnCode<'_>> {
        let code = match kind {
            EngineKind::Pure => &self.compiled.pure,
            EngineKind::Edge => &self.compiled.edge,
        };
        code.as_deref().map(OwnCode::vouch)
    }
}

/// A plugin's settings as `configure` takes them.
pub(crate) fn settings_text(spec: &PluginSpec) -> Result<String, StageError> {
    let text = if spec.settings.is_null() { "{}".to_owned() } else { spec.settings.to_string() };
    if text.len() > SETTINGS_BYTES_MAX {
        return Err(StageError::Limits(format!("the settings have {} bytes, at most {SETTINGS_BYTES_MAX} are allowed", text.len())));
    }
    Ok(text)
}

fn job(settings: &RuntimeSettings, spec: &PluginSpec, admitted: &Admitted) -> Result<Job, StageError> {
    let on = |kind: EngineKind| admitted.roles.iter().any(|role: &Role| EngineKind::of(*role) == kind);
    Ok(Job {
        plugin: spec.name.clone(),
        settings: settings_text(spec)?,
        limits: spec.limits.clone(),
        configure_fuel_max: settings.configure_fuel_max.max(spec.limits.fuel_max),
        configure_deadline_ms: settings.configure_deadline_ms.max(spec.limits.deadline_ms),
        stack_bytes_max: settings.stack_bytes_max,
        pure: on(EngineKind::Pure),
        edge: on(EngineKind::Edge),
    })
}

/// The limits that `configure` runs under. The others change nothing about what is compiled.
fn cached_limits(limits: &Limits) -> Json {
    json!([
        limits.memory_bytes_max,
        limits.table_elements_max,
        limits.core_instances_max,
        limits.handles_max,
        limits.output_bytes_max,
        limits.list_items_max,
        limits.host_calls_max,
        limits.host_bytes_max,
    ])
}

/// The cache's name for it: everything that the outcome depends on.
fn name(job: &Job, fingerprints: &[String], spec: &PluginSpec, component: &Digest) -> Result<Digest, StageError> {
    let inputs = json!({
        "staging": STAGING,
        "component": component,
        "settings": job.settings,
        "grants": spec.grants,
        "limits": cached_limits(&job.limits),
        "stack_bytes_max": job.stack_bytes_max,
        "configure_fuel_max": job.configure_fuel_max,
        "configure_deadline_ms": job.configure_deadline_ms,
        "engines": fingerprints,
        "pure": job.pure,
        "edge": job.edge,
    });
    Digest::of_json(&inputs).map_err(|why| StageError::Host(why.to_string()))
}
