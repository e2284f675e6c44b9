//! `budget`: how long the call may take.

use super::CallHost;
use crate::bindings::pointsman::host::budget::Host;

impl Host for CallHost {
    /// A pure role has no clock: it is told what it had when it began, which is recorded with the call.
    fn remaining_ms(&mut self) -> wasmtime::Result<u64> {
        let entered = self.enter(0)?;
        let left = if self.is_edge() { self.left_ms() } else { self.deadline_ms };
        self.leave(&entered, size_of::<u64>())?;
        Ok(left)
    }
}
