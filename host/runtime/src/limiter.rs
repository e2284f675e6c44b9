//! How much an instance may have: all its memories together, all its tables together, and how many core instances.

use model::Limits;
use wasmtime::ResourceLimiter;

use crate::fault::Breach;
use crate::pool::Pool;

/// Counts what an instance takes, over all its calls. Going beyond a limit ends the call: a guest that could see the refusal would behave
/// differently under different limits.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes_max: u64,
    memory_bytes: u64,
    table_elements_max: u64,
    table_elements: u64,
    core_instances_max: usize,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes_max: limits.memory_bytes_max,
            memory_bytes: 0,
            table_elements_max: limits.table_elements_max,
            table_elements: 0,
            core_instances_max: usize::try_from(limits.core_instances_max).unwrap_or(usize::MAX),
        }
    }

    /// Largest sum of the memories. Memories never shrink, so it is the current sum.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }
}

/// The sum after growing from `current` to `desired`, if it is within the limit.
fn grown(sum: u64, current: usize, desired: usize, max: u64) -> Option<u64> {
    let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
    sum.checked_add(more).filter(|sum| *sum <= max)
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.memory_bytes = grown(self.memory_bytes, current, desired, self.memory_bytes_max).ok_or(Breach::Memory)?;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.table_elements = grown(self.table_elements, current, desired, self.table_elements_max).ok_or(Breach::Tables)?;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.core_instances_max
    }

    fn tables(&self) -> usize {
        Pool::TABLES_MAX as usize
    }

    fn memories(&self) -> usize {
        Pool::MEMORIES_MAX as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_and_all_tables_count_together() {
        let limits = Limits { memory_bytes_max: 3 * 65_536, table_elements_max: 10, ..Limits::PURE };
        let mut limiter = Limiter::new(&limits);
        for (current, desired, expected) in [(0, 65_536, true), (0, 65_536, true), (65_536, 2 * 65_536, true), (0, 1, false)] {
            assert_eq!(limiter.memory_growing(current, desired, None).is_ok(), expected, "{current} to {desired}");
        }
        assert_eq!(limiter.memory_bytes(), 3 * 65_536);
        for (current, desired, expected) in [(0, 4, true), (0, 4, true), (4, 6, true), (0, 1, false), (0, usize::MAX, false)] {
            assert_eq!(limiter.table_growing(current, desired, None).is_ok(), expected, "{current} to {desired}");
        }
    }
}
