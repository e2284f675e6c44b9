//! How the runtime is set up, and what it reports of itself.

use std::path::PathBuf;

use serde::Serialize;

use crate::pool::Reset;
pub use crate::stage::child::Child;

/// Where `configure` and the compiler run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compile {
    /// In a bounded child process: for everything that serves.
    Child(Child),
    /// In this process, unbounded: for the child itself and for tests with components of their own.
    InProcess,
}

/// How the runtime is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeSettings {
    /// Calls at a time, of pure roles and of edge roles each; what is beyond waits for its turn, plugin by plugin.
    pub instances_max: u32,
    /// The stack of guest code in each call, 64 KiB to 1 MiB: it lies on the stack of the thread that makes the call.
    pub stack_bytes_max: u64,
    /// Whether CPU time, the host's time and bytes are measured; without it those columns of a cost are 0. For measurements of the
    /// measuring.
    pub accounting: bool,
    /// The largest memory that any plugin's limits may name.
    pub memory_bytes_max: u64,
    /// Fuel of `configure`, at least: settings may be a table of thousands of rules.
    pub configure_fuel_max: u64,
    /// Wall time of `configure`, at least.
    pub configure_deadline_ms: u64,
    /// Where compiled plugins are kept; absent: nowhere.
    pub cache_dir: Option<PathBuf>,
    /// Size of all of them.
    pub cache_bytes_max: u64,
    /// Plugins that are compiled at a time.
    pub compiles_max: u32,
    /// Where they are compiled.
    pub compile: Compile,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            instances_max: 1_000,
            stack_bytes_max: 512 << 10,
            accounting: true,
            memory_bytes_max: 1 << 30,
            configure_fuel_max: 5_000_000_000,
            configure_deadline_ms: 10_000,
            cache_dir: None,
            cache_bytes_max: 1 << 30,
            compiles_max: 2,
            compile: Compile::InProcess,
        }
    }
}

/// What the runtime is, for the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How used memory becomes fresh again.
    pub reset: Reset,
    /// Calls at a time, of pure roles and of edge roles each.
    pub instances_max: u32,
    /// The stack of guest code in each call.
    pub stack_bytes_max: u64,
    /// One tick of the engines' clock.
    pub tick_ms: u64,
    /// Compilers are bounded child processes.
    pub compile_bounded: bool,
    /// Compiled plugins are kept.
    pub cached: bool,
}
