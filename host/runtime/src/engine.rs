//! The two engines: what guest code may contain, and how it is stopped.
//!
//! *Pure*: synchronous, fuel decides, the epoch is only a backstop; canonical NaNs. *Edge*: asynchronous, the epoch makes the guest yield and
//! a wall-clock deadline covers the host's time too. Whatever compiles for an engine uses the same [`config`] without the pool: the pool is
//! no part of compiled code, so a compiling child needs none of its address space.

use std::hash::{Hash, Hasher};

use model::Role;
use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel};

use crate::pool::Pool;

/// Which rules a call runs under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EngineKind {
    /// Pure roles.
    Pure,
    /// Edge roles.
    Edge,
}

impl EngineKind {
    /// The engine that a role runs on.
    pub(crate) fn of(role: Role) -> Self {
        if role.is_pure() { Self::Pure } else { Self::Edge }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Edge => "edge",
        }
    }
}

/// What both engines have in common, and in what they differ. Every feature that no plugin needs is off.
fn config(kind: EngineKind) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .gc_support(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        // Frames of a stranger's guest help nobody who runs it, and collecting them makes traps slow.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false)
        .memory_init_cow(true)
        .epoch_interruption(true);
    match kind {
        EngineKind::Pure => config.consume_fuel(true).cranelift_nan_canonicalization(true),
        EngineKind::Edge => config.consume_fuel(false),
    };
    config
}

/// An engine that calls, with its pool.
pub(crate) fn serving(kind: EngineKind, pool: &Pool) -> wasmtime::Result<Engine> {
    let mut config = config(kind);
    config.allocation_strategy(pool.strategy());
    Engine::new(&config)
}

/// An engine that only compiles for [`serving`].
pub(crate) fn compiling(kind: EngineKind) -> wasmtime::Result<Engine> {
    let mut config = config(kind);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config)
}

/// An engine on which `configure` runs once: under the pure rules, compiled quickly.
pub(crate) fn configuring() -> wasmtime::Result<Engine> {
    let mut config = config(EngineKind::Pure);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand).cranelift_opt_level(OptLevel::None).memory_init_cow(false);
    Engine::new(&config)
}

/// What compiled code depends on, as a digest: settings of the engine, version of wasmtime, features of the machine.
pub(crate) fn fingerprint(engine: &Engine) -> String {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut sha = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut sha);
    hex::encode(sha.0.finalize())
}
