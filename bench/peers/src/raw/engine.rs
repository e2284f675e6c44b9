//! The pure engine's settings, as `host/runtime` has them: wasmtime refuses compiled code when they differ in what code depends on.

use anyhow::Result;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// As in the program that measures Pointsman.
const CALLS: u32 = 320;

/// An engine with a pool.
pub fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .gc_support(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(true)
        .wasm_memory64(false)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_stack_switching(false)
        .wasm_shared_everything_threads(false)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(1))
        .generate_address_map(false)
        .native_unwind_info(false)
        .memory_init_cow(true)
        .epoch_interruption(true)
        .consume_fuel(true)
        .cranelift_nan_canonicalization(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    Ok(Engine::new(&config)?)
}

fn pool() -> PoolingAllocationConfig {
    let swap = std::fs::read_to_string("/proc/swaps").map_or(true, |swaps| swaps.lines().skip(1).any(|line| !line.trim().is_empty()));
    let scan = PoolingAllocationConfig::is_pagemap_scan_available() && !swap;
    let keep = if scan { 2 << 20 } else { 256 << 10 };
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(CALLS)
        .total_core_instances(CALLS * 64)
        .total_memories(CALLS * 4)
        .total_tables(CALLS * 16)
        .total_stacks(CALLS)
        .max_core_instances_per_component(64)
        .max_memories_per_component(4)
        .max_tables_per_component(16)
        .max_component_instance_size(1 << 20)
        .max_core_instance_size(1 << 20)
        .max_tables_per_module(16)
        .max_memories_per_module(1)
        .table_elements(20_000)
        .max_memory_size(1 << 30)
        .linear_memory_keep_resident(keep)
        .table_keep_resident(keep.min(64 << 10))
        .pagemap_scan(if scan { Enabled::Yes } else { Enabled::No });
    pool
}
