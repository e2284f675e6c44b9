//! The two engines: what guest code may contain, and how it is stopped.
//!
//! *Pure*: synchronous, fuel decides, the epoch is only a backstop; canonical NaNs. *Edge*: asynchronous, the epoch makes the guest yield and
//! a wall-clock deadline covers the host's time too. Whatever compiles for an engine uses the same [`config`] without the pool: the pool is
//! no part of compiled code, so a compiling child needs none of its address space.

use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;

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

/// How deep a guest may recurse. No part of compiled code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stack {
    /// Of guest code.
    pub(crate) bytes_max: usize,
}

impl Stack {
    /// Room for the host's own frames above the deepest guest: a host call runs on the same stack.
    const HEADROOM_BYTES: usize = 1 << 20;
    /// Smallest stack of an edge call.
    const FIBER_BYTES_MIN: usize = 2 << 20;

    /// Least that a guest can be started on.
    pub(crate) const BYTES_MIN: u64 = 64 << 10;
    /// Pure calls run on threads of 2 MiB, and the host's own frames need room beside the guest's.
    pub(crate) const BYTES_MAX: u64 = 1 << 20;

    /// A stack that fits on the threads that make calls.
    pub(crate) fn checked(bytes_max: u64) -> Option<Self> {
        (Self::BYTES_MIN..=Self::BYTES_MAX).contains(&bytes_max).then(|| Self::new(bytes_max))
    }

    pub(crate) fn new(bytes_max: u64) -> Self {
        Self { bytes_max: usize::try_from(bytes_max).unwrap_or(usize::MAX) }
    }

    /// The whole stack that an edge call runs on.
    fn fiber_bytes(self) -> usize {
        self.bytes_max.saturating_add(Self::HEADROOM_BYTES).max(Self::FIBER_BYTES_MIN)
    }
}

/// What both engines have in common, and in what they differ. Every feature that no plugin needs is off. Bulk operations cost fuel by their
/// size (one unit a byte or table entry, charged before they start), which is wasmtime's default; on the edge engine, where there is no
/// fuel, each is bounded by the memory limit and the clock is looked at before it starts.
fn config(kind: EngineKind, stack: Stack) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .gc_support(false)
        .wasm_tail_call(false)
        // For the adapters that wasmtime itself makes between two memories of one component; modules of the guest are refused at admission.
        .wasm_multi_memory(true)
        .wasm_memory64(false)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_stack_switching(false)
        .wasm_shared_everything_threads(false)
        .max_wasm_stack(stack.bytes_max)
        .async_stack_size(stack.fiber_bytes())
        // Frames of a stranger's guest help nobody who runs it. One is collected, so that what failed below the guest, in a call of the host,
        // can be told from what failed in its answer.
        .wasm_backtrace_max_frames(NonZeroUsize::new(1))
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
pub(crate) fn serving(kind: EngineKind, pool: &Pool, stack: Stack) -> wasmtime::Result<Engine> {
    let mut config = config(kind, stack);
    config.allocation_strategy(pool.strategy());
    Engine::new(&config)
}

/// An engine that only compiles for [`serving`].
pub(crate) fn compiling(kind: EngineKind, stack: Stack) -> wasmtime::Result<Engine> {
    let mut config = config(kind, stack);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config)
}

/// An engine on which `configure` runs once: under the pure rules, compiled quickly.
pub(crate) fn configuring(stack: Stack) -> wasmtime::Result<Engine> {
    let mut config = config(EngineKind::Pure, stack);
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
