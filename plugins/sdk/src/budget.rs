//! The time that a call has.

/// Milliseconds until the call ends: in an edge role it shrinks while the call runs, in a pure role it is what the call had when it began.
#[must_use]
pub fn remaining_ms() -> u64 {
    #[cfg(target_family = "wasm")]
    return crate::contract::vocabulary::pointsman::host::budget::remaining_ms();
    #[cfg(not(target_family = "wasm"))]
    crate::testing::remaining_ms()
}
