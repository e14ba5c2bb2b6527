//! Room for the probes that run. Memories, tables and stacks are mapped once and used again by one instance after another:
//! mapping them afresh for each run took a tenth of a quick diagnosis.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::budget::{MEMORIES, TABLE_ELEMENTS, TABLES};

/// What a diagnosis, or a kit that tries two dozen at a time, has running at once. Room costs a few microseconds of the
/// program's start for each seat, and address space, but no memory.
pub(super) const SEATS: u32 = 128;
/// A component in Rust has one memory and three tables.
const TABLES_PER_SEAT: u32 = 4;
/// Tables up to this size are cleared in place, in bytes: those of a probe are a page each, and giving one back and
/// fetching it again costs more.
const TABLE_KEPT: usize = 64 * 1024;

/// The seats of one engine.
#[derive(Clone)]
pub(super) struct Room {
    free: Arc<Semaphore>,
    seats: u32,
}

/// A seat that is taken; dropping it frees it. It has to outlive the store of its instance.
pub(super) struct Seat(#[allow(dead_code, reason = "holding it is its use")] OwnedSemaphorePermit);

impl Room {
    /// An engine with room for so many instances. Where the system has not the address space for it, each instance is
    /// mapped for itself.
    pub(super) fn new(config: &mut Config, seats: u32) -> (Engine, Room) {
        config.allocation_strategy(pool(seats));
        let engine = Engine::new(config).unwrap_or_else(|_| {
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(config).expect("settings that this machine supports")
        });
        let room = Room {
            free: Arc::new(Semaphore::new(seats as usize)),
            seats,
        };
        (engine, room)
    }

    /// How many seats an instance of a component takes; no component takes more than all.
    pub(super) fn needed(&self, component: &Component) -> u32 {
        let needed = component.resources_required().map_or(1, |needed| {
            let tables = needed.num_tables.div_ceil(TABLES_PER_SEAT);
            needed.num_memories.max(tables).max(1)
        });
        needed.min(self.seats)
    }

    /// Waits until so many seats are free. Probes wait for each other only before they run, so whoever has a seat comes to
    /// its end without anybody else's.
    pub(super) async fn seat(&self, needed: u32) -> Seat {
        let permit = self.free.clone().acquire_many_owned(needed).await;
        Seat(permit.expect("nobody closes it"))
    }
}

/// What a single component may have is bounded by its budget; here it is only what all have together.
fn pool(seats: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(seats)
        .total_core_instances(u32::MAX)
        .total_memories(seats)
        .total_tables(seats * TABLES_PER_SEAT)
        .total_stacks(seats)
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
    async fn whoever_finds_no_seat_waits_for_one() {
        let (_, room) = Room::new(&mut Config::new(), 2);
        let (first, second) = (room.seat(1).await, room.seat(1).await);
        let patience = Duration::from_millis(20);
        let waited = tokio::time::timeout(patience, room.seat(1)).await;
        assert!(waited.is_err());
        drop(first);
        drop(room.seat(1).await);
        drop(second);
        drop(room.seat(2).await);
    }

    #[test]
    fn a_component_takes_as_many_seats_as_its_memories_need() {
        let (engine, room) = Room::new(&mut Config::new(), 4);
        let needed = |text: &str| {
            let wasm = wat::parse_str(text).unwrap();
            room.needed(&Component::new(&engine, wasm).unwrap())
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
