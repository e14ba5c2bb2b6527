//! The pool that probes run in. Memories, tables and stacks are mapped once and used again by one instance after another:
//! mapping them afresh for each run took a tenth of a quick diagnosis.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::budget::{MEMORIES, TABLE_ELEMENTS, TABLES};

/// What a diagnosis, or a kit that tries two dozen at a time, has running at once. Room costs a few microseconds of the
/// program's start for each permit, and address space, but no memory.
pub(super) const PERMITS: u32 = 128;
/// A component in Rust has one memory and three tables.
const TABLES_PER_PERMIT: u32 = 4;
/// Tables up to this size are cleared in place, in bytes: those of a probe are a page each, and giving one back and
/// fetching it again costs more.
const TABLE_KEPT: usize = 64 * 1024;

/// The instances that one engine may have at a time.
#[derive(Clone)]
pub(super) struct InstancePool {
    free: Arc<Semaphore>,
    permits: u32,
}

/// What an instance holds while it runs; dropping it frees its place. It has to outlive the store of its instance.
pub(super) struct Permit(
    #[allow(dead_code, reason = "holding it is its use")] OwnedSemaphorePermit,
);

impl InstancePool {
    /// An engine with room for so many instances. Where the system has not the address space for it, each instance is
    /// mapped for itself.
    pub(super) fn new(config: &mut Config, permits: u32) -> (Engine, InstancePool) {
        config.allocation_strategy(pool(permits));
        let engine = Engine::new(config).unwrap_or_else(|_| {
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(config).expect("settings that this machine supports")
        });
        let pool = InstancePool {
            free: Arc::new(Semaphore::new(permits as usize)),
            permits,
        };
        (engine, pool)
    }

    /// How many permits an instance of a component takes; no component takes more than all.
    pub(super) fn needed(&self, component: &Component) -> u32 {
        let needed = component.resources_required().map_or(1, |needed| {
            let tables = needed.num_tables.div_ceil(TABLES_PER_PERMIT);
            needed.num_memories.max(tables).max(1)
        });
        needed.min(self.permits)
    }

    /// Waits until there are so many permits. Probes wait for each other only before they run, so whoever has a permit comes to
    /// its end without anybody else's.
    pub(super) async fn permit(&self, needed: u32) -> Permit {
        let permit = self.free.clone().acquire_many_owned(needed).await;
        Permit(permit.expect("nobody closes it"))
    }
}

/// What a single component may have is bounded by its budget; here it is only what all have together.
fn pool(permits: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(permits)
        .total_core_instances(u32::MAX)
        .total_memories(permits)
        .total_tables(permits * TABLES_PER_PERMIT)
        .total_stacks(permits)
        .table_elements(TABLE_ELEMENTS)
        .table_keep_resident(TABLE_KEPT)
        .max_core_instances_per_component(u32::MAX)
        .max_memories_per_component(u32::MAX)
        .max_tables_per_component(u32::MAX)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_module(TABLES);
    pool
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn whoever_finds_no_permit_waits_for_one() {
        let (_, pool) = InstancePool::new(&mut Config::new(), 2);
        let (first, second) = (pool.permit(1).await, pool.permit(1).await);
        let patience = Duration::from_millis(20);
        let waited = tokio::time::timeout(patience, pool.permit(1)).await;
        assert!(waited.is_err());
        drop(first);
        drop(pool.permit(1).await);
        drop(second);
        drop(pool.permit(2).await);
    }

    #[test]
    fn a_component_takes_as_many_permits_as_its_memories_need() {
        let (engine, pool) = InstancePool::new(&mut Config::new(), 4);
        let needed = |text: &str| {
            let wasm = wat::parse_str(text).unwrap();
            pool.needed(&Component::new(&engine, wasm).unwrap())
        };
        let module = "(core module $m (memory 1))";
        let of = |count: usize| {
            let instances = "(core instance (instantiate $m))".repeat(count);
            format!("(component {module} {instances})")
        };
        assert_eq!(needed("(component)"), 1);
        assert_eq!(needed(&of(3)), 3);
        assert_eq!(needed(&of(9)), 4);
    }
}
