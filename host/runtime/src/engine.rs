//! The engine's settings (reference plugins-and-wasm.md §4.5), for running and for compiling.

use std::hash::{Hash, Hasher};

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::error::StartError;

/// The engine's version, for reports.
pub(crate) const WASMTIME: &str = "48.0.8";
/// Frames of a backtrace; a report shows no more.
pub(crate) const FRAMES: usize = 32;

const KEEP_MEMORY: usize = 256 << 10;
const KEEP_TABLE: usize = 64 << 10;
/// Per component: QuickJS has 2 memories, Python 38 core modules. Beyond them a component is refused when it is loaded.
const MEMORIES: u32 = 3;
const TABLES: u32 = 8;
const CORE_INSTANCES: u32 = 40;
const TABLE_ELEMENTS: usize = 60_000;

/// What runs: pooled where the machine has the address space, else allocated on demand. It cannot compile.
///
/// # Errors
/// Neither way is accepted.
pub(crate) fn running(instances: u32, stack: usize) -> Result<Engine, StartError> {
    let mut config = settings(stack);
    config.enable_compiler(false);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances)));
    Engine::new(&config).or_else(|error| {
        tracing::warn!(%error, "no address space for a pool of instances: allocating on demand, about four times slower");
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&config).map_err(|error| StartError::Engine(error.to_string()))
    })
}

/// What compiles for [`running`].
///
/// # Errors
/// The machine has no code generator.
pub(crate) fn compiling() -> wasmtime::Result<Engine> {
    let mut config = settings(512 << 10);
    config.cranelift_opt_level(OptLevel::Speed);
    config.cranelift_nan_canonicalization(true);
    Engine::new(&config)
}

/// Names everything that makes compiled code usable or not: wasmtime's exact version, settings, and this build.
pub(crate) fn key(engine: &Engine) -> String {
    let mut hasher = rustc_hash::FxHasher::default();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whatever running and compiling must agree on. Features that plugins of no known toolchain need are off; `multi_memory`
/// stays on, because the adapter generator panics without it.
fn settings(stack: usize) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .wasm_multi_memory(true)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .epoch_interruption(true)
        .consume_fuel(false)
        .memory_init_cow(true)
        .max_wasm_stack(stack)
        .async_stack_size(stack + (1536 << 10))
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(FRAMES))
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .generate_address_map(true);
    config
}

fn pool(instances: u32) -> PoolingAllocationConfig {
    // Permits are given for `instances`; a tenth more covers instances that are being torn down.
    let slots = instances + instances / 10 + 1;
    let scan = PoolingAllocationConfig::is_pagemap_scan_available();
    // Without the scan every drop would write what is kept, and memory would never be given back.
    let (memory, table) = if scan { (KEEP_MEMORY, KEEP_TABLE) } else { (0, 0) };
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_stacks(slots)
        .total_core_instances(slots * CORE_INSTANCES)
        .total_memories(slots * MEMORIES)
        .total_tables(slots * TABLES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_tables_per_module(4)
        .max_memories_per_module(2)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(memory)
        .table_keep_resident(table)
        .pagemap_scan(if scan { Enabled::Yes } else { Enabled::No });
    pool
}

#[cfg(test)]
mod tests {
    #[test]
    fn reports_name_the_engine_that_is_used() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("wasmtime = {{ version = \"={}\"", super::WASMTIME)));
    }
}
