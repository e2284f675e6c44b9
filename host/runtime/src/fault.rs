//! From wasmtime's errors to typed faults.

use model::{FaultKind, Limits};
use thiserror::Error;
use wasmtime::{Trap, WasmBacktrace};

/// A limit of ours that a guest has run into; it travels through wasmtime as the error that ends the call.
#[derive(Debug, Error)]
pub(crate) enum Breach {
    #[error("more memory than allowed")]
    Memory,
    #[error("more table entries than allowed")]
    Tables,
    #[error("more calls of the host than allowed")]
    HostCalls,
    #[error("more bytes through calls of the host than allowed")]
    HostBytes,
    #[error("more requests than allowed")]
    HttpRequests,
    #[error("more writes to the state than allowed")]
    StateWrites,
    #[error("longer than allowed")]
    Deadline,
    #[error("{0}")]
    Contract(String),
}

/// What a call was given: its plugin's limits, and where they are not the last word, what it really had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) limits: &'a Limits,
    /// `configure` has more of it than a call.
    pub(crate) fuel_max: u64,
    /// The plugin's limit, or what was left of the interaction's budget.
    pub(crate) deadline_ms: u64,
    /// Bytes that one answer or one call of the host may copy.
    pub(crate) transfer_bytes_max: u64,
}

/// What the guest did wrong, with the figure that it exceeded.
pub(crate) fn kind(error: &wasmtime::Error, given: &Given<'_>) -> FaultKind {
    let limits = given.limits;
    if let Some(breach) = error.downcast_ref::<Breach>() {
        return match breach {
            Breach::Memory => FaultKind::Memory { memory_bytes_max: limits.memory_bytes_max },
            Breach::Tables => FaultKind::Tables { table_elements_max: limits.table_elements_max },
            Breach::HostCalls => FaultKind::HostCalls { host_calls_max: limits.host_calls_max },
            Breach::HostBytes => FaultKind::HostBytes { host_bytes_max: limits.host_bytes_max },
            Breach::HttpRequests => FaultKind::HttpRequests { http_requests_max: limits.http_requests_max },
            Breach::StateWrites => FaultKind::StateWrites { state_writes_max: limits.state_writes_max },
            Breach::Deadline => FaultKind::Deadline { deadline_ms: given.deadline_ms },
            Breach::Contract(why) => FaultKind::Contract(why.clone()),
        };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap {
            Trap::OutOfFuel => FaultKind::Fuel { fuel_max: given.fuel_max },
            Trap::Interrupt => FaultKind::Deadline { deadline_ms: given.deadline_ms },
            Trap::StackOverflow => FaultKind::Stack,
            trap => FaultKind::Trap(trap.to_string().trim_start_matches("wasm trap: ").to_owned()),
        };
    }
    worded(error, given)
}

/// wasmtime gives its own limits no types. The words are those of the version that the lock file names; tests hold them.
fn worded(error: &wasmtime::Error, given: &Given<'_>) -> FaultKind {
    let limits = given.limits;
    let why = error.root_cause().to_string();
    if why.contains("fuel allocated for hostcalls has been exhausted") {
        // Only what fails below a guest's frame carries the guest's frames: then it was the guest that called, not its answer.
        return if error.downcast_ref::<WasmBacktrace>().is_some() {
            FaultKind::HostBytes { host_bytes_max: limits.host_bytes_max.min(given.transfer_bytes_max) }
        } else {
            FaultKind::Output { output_bytes_max: limits.output_bytes_max }
        };
    }
    if why.contains("store handle limit exceeded") {
        return FaultKind::Handles { handles_max: limits.handles_max };
    }
    if why.contains("instance count too high") {
        return FaultKind::Instances { core_instances_max: limits.core_instances_max };
    }
    if why.contains("concurrent limit") {
        return FaultKind::Instantiate(format!("the pool is used up, which is a defect of the host: {why}"));
    }
    // What is left are values that do not follow the canonical ABI: texts that are not UTF-8, pointers outside the memory.
    FaultKind::Contract(why)
}
