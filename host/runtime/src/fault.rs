//! From wasmtime's errors to typed faults.

use model::{FaultKind, Limits};
use thiserror::Error;
use wasmtime::Trap;

/// A limit of ours that a guest has run into; it travels through wasmtime as the error that ends the call.
#[derive(Debug, Error)]
pub(crate) enum Breach {
    #[error("more memory than allowed")]
    Memory,
    #[error("more calls of the host than allowed")]
    HostCalls,
    #[error("longer than allowed")]
    Deadline,
    #[error("{0}")]
    Contract(String),
}

/// What the guest did wrong. `fuel_max` is what the call was given, which `configure` has more of.
pub(crate) fn kind(error: &wasmtime::Error, limits: &Limits, fuel_max: u64, deadline_ms: u64) -> FaultKind {
    if let Some(breach) = error.downcast_ref::<Breach>() {
        return match breach {
            Breach::Memory => FaultKind::Memory { memory_bytes_max: limits.memory_bytes_max },
            Breach::HostCalls => FaultKind::HostCalls { host_calls_max: limits.host_calls_max },
            Breach::Deadline => FaultKind::Deadline { deadline_ms },
            Breach::Contract(why) => FaultKind::Contract(why.clone()),
        };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap {
            Trap::OutOfFuel => FaultKind::Fuel { fuel_max },
            Trap::Interrupt => FaultKind::Deadline { deadline_ms },
            Trap::StackOverflow => FaultKind::Stack,
            trap => FaultKind::Trap(trap.to_string().trim_start_matches("wasm trap: ").to_owned()),
        };
    }
    let why = error.root_cause().to_string();
    if why.contains("fuel allocated for hostcalls has been exhausted") {
        return FaultKind::Output { output_bytes_max: limits.output_bytes_max };
    }
    if why.contains("concurrent limit") {
        return FaultKind::Instantiate(format!("the pool is used up: {why}"));
    }
    // What is left are values that do not follow the canonical ABI: texts that are not UTF-8, pointers outside the memory.
    FaultKind::Contract(why)
}
