//! How much memory an instance may have: all its memories together, not each.

use wasmtime::ResourceLimiter;

use crate::fault::Breach;

/// Most table entries of one instance.
const TABLE_ELEMENTS_MAX: usize = 100_000;
/// Most core instances, tables and memories of one store.
const INSTANCES_MAX: usize = 32;

/// Counts what an instance takes. Going beyond the limit ends the call: a guest that could see the refusal would behave differently under
/// different limits.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes_max: u64,
    memory_bytes: u64,
    table_elements: usize,
}

impl Limiter {
    pub(crate) fn new(memory_bytes_max: u64) -> Self {
        Self { memory_bytes_max, memory_bytes: 0, table_elements: 0 }
    }

    /// Largest sum of the memories. Memories never shrink, so it is the current sum.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
        let bytes = self.memory_bytes.saturating_add(more);
        if bytes > self.memory_bytes_max {
            return Err(Breach::Memory.into());
        }
        self.memory_bytes = bytes;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.table_elements = self.table_elements.saturating_add(desired.saturating_sub(current));
        if self.table_elements > TABLE_ELEMENTS_MAX {
            return Err(Breach::Contract(format!("its tables have more than {TABLE_ELEMENTS_MAX} entries")).into());
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        INSTANCES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_count_together() {
        let mut limiter = Limiter::new(3 * 65_536);
        assert!(limiter.memory_growing(0, 65_536, None).is_ok());
        assert!(limiter.memory_growing(0, 65_536, None).is_ok());
        assert!(limiter.memory_growing(65_536, 2 * 65_536, None).is_ok());
        assert!(limiter.memory_growing(0, 1, None).is_err());
        assert_eq!(limiter.memory_bytes(), 3 * 65_536);
    }
}
