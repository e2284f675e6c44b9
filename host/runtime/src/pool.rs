//! The pool of instances: sizes, and how a used slot becomes a fresh one.
//!
//! Fresh instances are cheap when the kernel can tell which pages a call has dirtied (`PAGEMAP_SCAN`, Linux 6.7): then pages stay resident
//! and only the dirty ones are reset. A page that was dirtied and then swapped out escapes the scan (wasmtime#14357), and the next instance
//! would see the last one's bytes. So the scan is used only on machines without swap; elsewhere a smaller part stays resident and is reset
//! whole.

use serde::Serialize;
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

const SCAN_KEEP_RESIDENT_BYTES: usize = 2 << 20;
const PLAIN_KEEP_RESIDENT_BYTES: usize = 256 << 10;

/// How the pool resets memory on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reset {
    /// Dirty pages are found by `PAGEMAP_SCAN`.
    pub pagemap_scan: bool,
    /// Swap is in use, so that the scan must not be.
    pub swap_active: bool,
    /// How much of each memory stays resident between calls.
    pub keep_resident_bytes: usize,
}

impl Reset {
    /// What this machine allows.
    pub(crate) fn of_this_machine() -> Self {
        // Without /proc/swaps nobody knows: then there may be swap.
        let swap_active = std::fs::read_to_string("/proc/swaps").map_or(true, |swaps| lists_swap(&swaps));
        Self::choose(PoolingAllocationConfig::is_pagemap_scan_available(), swap_active)
    }

    pub(crate) fn choose(scan_available: bool, swap_active: bool) -> Self {
        let pagemap_scan = scan_available && !swap_active;
        let keep_resident_bytes = if pagemap_scan { SCAN_KEEP_RESIDENT_BYTES } else { PLAIN_KEEP_RESIDENT_BYTES };
        Self { pagemap_scan, swap_active, keep_resident_bytes }
    }
}

/// Anything below the heading of `/proc/swaps`.
fn lists_swap(swaps: &str) -> bool {
    swaps.lines().skip(1).any(|line| !line.trim().is_empty())
}

/// The sizes of one engine's pool.
///
/// As many calls as [`Pool::instances_max`] can never use it up, whatever their components are made of: what one component may have is
/// bounded, and the totals are that times the calls. A memory takes 4 GiB of address space whether it is used or not, so 1,000 calls take
/// 17 of the 128 TiB that a process has, on each engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    /// Calls at a time.
    pub(crate) instances_max: u32,
    pub(crate) memory_bytes_max: usize,
    pub(crate) reset: Reset,
}

impl Pool {
    /// Core instances of one component: the guest itself, adapters, and what some language runtimes add.
    pub(crate) const CORE_INSTANCES_MAX: u32 = 64;
    /// Memories of one component.
    pub(crate) const MEMORIES_MAX: u32 = 4;
    /// Tables of one component.
    pub(crate) const TABLES_MAX: u32 = 16;
    /// Entries of one table.
    pub(crate) const TABLE_ELEMENTS_MAX: u32 = 20_000;
    /// Instances that wait for their next call, of all warm plugins together. They hold no call's place.
    pub(crate) const IDLE_MAX: u32 = 64;

    /// Instances that are called or wait, at most.
    fn instances(&self) -> u32 {
        self.instances_max.saturating_add(Self::IDLE_MAX)
    }

    pub(crate) fn strategy(&self) -> InstanceAllocationStrategy {
        let mut pool = PoolingAllocationConfig::new();
        let instances = self.instances();
        pool.total_component_instances(instances)
            .total_core_instances(instances.saturating_mul(Self::CORE_INSTANCES_MAX))
            .total_memories(instances.saturating_mul(Self::MEMORIES_MAX))
            .total_tables(instances.saturating_mul(Self::TABLES_MAX))
            // An idle instance has no stack.
            .total_stacks(self.instances_max)
            .max_core_instances_per_component(Self::CORE_INSTANCES_MAX)
            .max_memories_per_component(Self::MEMORIES_MAX)
            .max_tables_per_component(Self::TABLES_MAX)
            .max_component_instance_size(1 << 20)
            .max_core_instance_size(1 << 20)
            .max_tables_per_module(Self::TABLES_MAX)
            .max_memories_per_module(1)
            .table_elements(Self::TABLE_ELEMENTS_MAX as usize)
            .max_memory_size(self.memory_bytes_max)
            .linear_memory_keep_resident(self.reset.keep_resident_bytes)
            .table_keep_resident(self.reset.keep_resident_bytes.min(64 << 10))
            .pagemap_scan(if self.reset.pagemap_scan { Enabled::Yes } else { Enabled::No });
        InstanceAllocationStrategy::Pooling(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_is_seen() {
        let heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        assert!(!lists_swap(heading));
        assert!(!lists_swap(""));
        assert!(lists_swap(&format!("{heading}/dev/sda2 partition 1024 0 -2\n")));
    }

    #[test]
    fn the_scan_needs_a_machine_without_swap() {
        for (available, swap, scan, keep) in
            [(true, false, true, 2 << 20), (true, true, false, 256 << 10), (false, false, false, 256 << 10)]
        {
            let reset = Reset::choose(available, swap);
            assert_eq!((reset.pagemap_scan, reset.keep_resident_bytes), (scan, keep));
        }
    }
}
