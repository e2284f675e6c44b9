//! The runtime of the process: two engines, their linkers, the cache, and the door through which plugins come in.

use std::sync::Arc;

use dispatch::port::{Plugin, PluginInfo};
use model::{Limits, PluginSpec};
use thiserror::Error;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::admission::{self, Admitted};
use crate::engine::{self, EngineKind, Stack};
use crate::function::Functions;
use crate::gate::Gate;
use crate::host::{CallHost, Lent, Services, linker};
use crate::pool::{Pool, Reset};
use crate::settings::{Compile, Report, RuntimeSettings};
use crate::stage::cache::{Cache, Entry};
use crate::stage::load::{OwnCode, load};
use crate::stage::{self, StageError};
use crate::staged::{Configure, Idle, Side, StagedPlugin};
use crate::ticker::{self, TICK_MS};
use dispatch::grant;

/// Why there is no runtime.
#[derive(Debug, Error)]
pub enum RuntimeError {
    /// wasmtime does not accept the machine or the settings.
    #[error("the {engine} engine cannot be made: {why}")]
    Engine {
        /// Which of the two.
        engine: &'static str,
        /// In wasmtime's words.
        why: String,
    },
    /// The stack would not fit on the threads that make calls: overflowing it would end the process instead of the call.
    #[error("`stack_bytes_max` is {bytes}, not between {} and {}", Stack::BYTES_MIN, Stack::BYTES_MAX)]
    Stack {
        /// As configured.
        bytes: u64,
    },
    /// No thread for the engines' clock.
    #[error("no thread for the engines' clock: {0}")]
    Clock(std::io::Error),
    /// The cache's directory cannot be used.
    #[error("the cache directory cannot be used: {0}")]
    Cache(std::io::Error),
}

/// An engine with everything that it links.
struct EngineSide {
    engine: Engine,
    linker: Linker<CallHost>,
    idle: Idle,
}

/// The plugin host of the process. Make one: each has two pools of address space and a thread.
pub struct Runtime {
    settings: RuntimeSettings,
    services: Services,
    pure: EngineSide,
    edge: EngineSide,
    fingerprints: Vec<String>,
    cache: Option<Cache>,
    compiles: Semaphore,
    gate: Arc<Gate>,
    report: Report,
}

impl Runtime {
    /// Makes the engines and starts their clock, which ends when the runtime and all of its plugins are gone.
    ///
    /// # Errors
    /// When the machine has no room for the pools, or the cache's directory cannot be used.
    pub fn new(settings: RuntimeSettings, services: Services) -> Result<Self, RuntimeError> {
        Self::with_reset(settings, services, Reset::of_this_machine())
    }

    pub(crate) fn with_reset(settings: RuntimeSettings, services: Services, reset: Reset) -> Result<Self, RuntimeError> {
        let memory_bytes_max = usize::try_from(settings.memory_bytes_max).unwrap_or(usize::MAX);
        let pool = Pool { instances_max: settings.instances_max, memory_bytes_max, reset };
        let stack = Stack::checked(settings.stack_bytes_max).ok_or(RuntimeError::Stack { bytes: settings.stack_bytes_max })?;
        let pure = engine_side(EngineKind::Pure, &pool, stack)?;
        let edge = engine_side(EngineKind::Edge, &pool, stack)?;
        ticker::start(&[&pure.engine, &edge.engine]).map_err(RuntimeError::Clock)?;
        let cache = settings.cache_dir.as_deref().map(|dir| Cache::open(dir, settings.cache_bytes_max));
        let cache = cache.transpose().map_err(RuntimeError::Cache)?;
        let report = Report {
            reset: pool.reset,
            instances_max: settings.instances_max,
            stack_bytes_max: settings.stack_bytes_max,
            tick_ms: TICK_MS,
            compile_bounded: matches!(settings.compile, Compile::Child(_)),
            cached: cache.is_some(),
        };
        Ok(Self {
            fingerprints: [&pure.engine, &edge.engine].map(engine::fingerprint).to_vec(),
            compiles: Semaphore::new(usize::try_from(settings.compiles_max).unwrap_or(1).max(1)),
            gate: Gate::new(settings.instances_max),
            settings,
            services,
            pure,
            edge,
            cache,
            report,
        })
    }

    /// What the runtime is, for the API.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Stages a plugin: checks, configures, snapshots, compiles and links it. What serves is not touched.
    ///
    /// # Errors
    /// See [`StageError`]; its words are for the operator.
    pub async fn stage(&self, spec: &PluginSpec, component: &[u8]) -> Result<Arc<dyn Plugin>, StageError> {
        Ok(self.staged(spec, component).await?)
    }

    pub(crate) async fn staged(&self, spec: &PluginSpec, component: &[u8]) -> Result<Arc<StagedPlugin>, StageError> {
        self.check_limits(spec)?;
        // One permit for all of it: validating is work too.
        let _permit = self.compiles.acquire().await.map_err(|why| StageError::Host(why.to_string()))?;
        let (admitted, component) = admit(component.to_vec(), spec.limits.clone()).await?;
        if admitted.digest != spec.digest {
            return Err(StageError::Digest { expected: spec.digest.to_string(), actual: admitted.digest.to_string() });
        }
        let mut spec = spec.clone();
        spec.grants = grant::effective(&spec, &admitted.manifest);
        let compiled = stage::compiled(&self.settings, self.cache.as_ref(), &self.fingerprints, &spec, &admitted, &component).await?;
        self.link(spec, admitted, component.len(), &compiled)
    }

    /// Limits beyond what the pool has cannot be kept.
    fn check_limits(&self, spec: &PluginSpec) -> Result<(), StageError> {
        let limits = &spec.limits;
        for (name, asked, have) in [
            ("memory_bytes_max", limits.memory_bytes_max, self.settings.memory_bytes_max),
            ("table_elements_max", limits.table_elements_max, u64::from(Pool::TABLE_ELEMENTS_MAX)),
            ("core_instances_max", limits.core_instances_max, u64::from(Pool::CORE_INSTANCES_MAX)),
        ] {
            if asked > have {
                return Err(StageError::Limits(format!("`{name}` is {asked}, this host's pool has {have}")));
            }
        }
        Ok(())
    }

    fn link(&self, mut spec: PluginSpec, admitted: Admitted, bytes: usize, entry: &Entry) -> Result<Arc<StagedPlugin>, StageError> {
        let snapshotted = entry.why_not.is_none();
        let settings = if snapshotted { None } else { Some(stage::settings_text(&spec)?) };
        spec.isolation = StagedPlugin::isolation(spec.isolation, snapshotted);
        if let Some(why_not) = &entry.why_not {
            let isolation = spec.isolation;
            tracing::info!(plugin = %spec.name, ?isolation, "is configured for each instance, because it cannot be snapshotted: {why_not}");
        }
        let pure = entry.code(EngineKind::Pure).map(|code| self.pure.side(&code)).transpose()?;
        let edge = entry.code(EngineKind::Edge).map(|code| self.edge.side(&code)).transpose()?;
        let lent = Lent {
            egress: grant::egress_grant(&spec, &admitted.manifest),
            secrets: spec.grants.secrets.clone(),
            state_bytes_max: spec.grants.state_bytes_max,
            services: Some(self.services.clone()),
            accounting: self.settings.accounting,
            ..Lent::nothing(&spec.name, &spec.limits)
        };
        let lane = self.gate.lane(spec.limits.calls_parallel_max);
        let info = PluginInfo {
            digest: admitted.digest,
            roles: admitted.roles,
            manifest: admitted.manifest,
            component_bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            snapshotted,
            spec,
        };
        let configure = settings.map(|settings| stage_configure(&self.settings, &lent, settings));
        Ok(Arc::new(StagedPlugin { info, lent: Arc::new(lent), pure, edge, configure, lane }))
    }
}

fn stage_configure(settings: &RuntimeSettings, lent: &Lent, text: String) -> Configure {
    Configure {
        settings: text,
        fuel_max: settings.configure_fuel_max.max(lent.limits.fuel_max),
        deadline_ms: settings.configure_deadline_ms.max(lent.limits.deadline_ms),
    }
}

impl EngineSide {
    fn side(&self, code: &OwnCode<'_>) -> Result<Side, StageError> {
        let host = |why: wasmtime::Error| StageError::Host(format!("{why:#}"));
        // Compiled on an engine without a pool: whether the pool has room for its memories, tables and instances is seen only here.
        let component = load(&self.engine, code).map_err(|why| StageError::Pool(why.root_cause().to_string()))?;
        component.initialize_copy_on_write_image().map_err(host)?;
        let functions = Functions::of(&component);
        let pre = self.linker.instantiate_pre(&component).map_err(|why| StageError::World(format!("{why:#}")))?;
        Ok(Side { pre, functions, shelf: self.idle.shelf() })
    }
}

fn engine_side(kind: EngineKind, pool: &Pool, stack: Stack) -> Result<EngineSide, RuntimeError> {
    let failed = |why: wasmtime::Error| RuntimeError::Engine { engine: kind.name(), why: format!("{why:#}") };
    let engine = engine::serving(kind, pool, stack).map_err(failed)?;
    let linker = linker(&engine, kind).map_err(failed)?;
    Ok(EngineSide { engine, linker, idle: Idle::new() })
}

async fn admit(component: Vec<u8>, limits: Limits) -> Result<(Admitted, Vec<u8>), StageError> {
    let done = tokio::task::spawn_blocking(move || admission::admit(&component, &limits).map(|admitted| (admitted, component)));
    done.await.map_err(|why| StageError::Host(why.to_string()))?
}
