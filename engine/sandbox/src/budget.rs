//! What one run of a probe may use up, and what stops it.

use wasmtime::{ResourceLimiter, Result};

use host::backend::Halt;
use model::remote::Depth;

/// All memories of a probe together: a Rust probe with a large listing in hand, and four times what CPython begins with.
const MEMORY: usize = 64 * 1024 * 1024;
/// Functions a component refers to indirectly; Rust probes have a few hundred, CPython has 5,700.
pub(super) const TABLE_ELEMENTS: usize = 20_000;
/// Core instances: a Rust probe has three or four, QuickJS 13, CPython with its libraries 38.
const INSTANCES: usize = 64;
/// Of all modules of a component together.
pub(super) const TABLES: u32 = 32;
/// Likewise.
pub(super) const MEMORIES: u32 = 8;
/// A careful probe makes some hundred host calls.
const HOST_CALLS: u64 = 20_000;
/// Of all kinds together; only the deepest look, which loads the remote, comes near.
const CONNECTIONS: u32 = 64;
/// Control connections of one probe, but at full depth: what PRODUCT.md allows a whole run.
const CONTROL_CONNECTIONS: u32 = 6;
/// Larger than any listing a diagnosis needs.
const BYTES_READ: usize = 16 * 1024 * 1024;
/// Larger than any file a diagnosis needs, several times over.
const BYTES_WRITTEN: usize = 8 * 1024 * 1024;
/// Enough for a page of debug lines, not for a flood.
const LOG_BYTES: usize = 64 * 1024;
/// What the host keeps at a time because a run said so: what it put back, and what its connections buffer.
pub(super) const HOST_MEMORY: usize = 16 * 1024 * 1024;
/// Everything a run says and hears, which a recording of it has to hold: all that it may read and write, and a third of it again.
pub(super) const CONVERSATION: usize = 32 * 1024 * 1024;
/// What a run hands on to other probes: the longest chain of certificates ten times over.
pub(super) const FACTS: usize = 1024 * 1024;
/// Names that a run asks for; a careful probe asks for a handful.
pub(super) const NAMES: u32 = 256;
/// How long a probe may compute without asking the host for anything, in ticks of 10 ms. Parsing a chain takes less
/// than one; the rest is for a busy machine.
pub(super) const COMPUTE_TICKS: u32 = 500;

/// Why a run was stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    #[error("{0}")]
    Denied(String),
    #[error("it used up its {0}")]
    UsedUp(&'static str),
    #[error("it computed for {} s without asking for anything", COMPUTE_TICKS / 100)]
    Spinning,
    #[error("the recording does not have {0}")]
    NotRecorded(String),
    #[error("the recording ends here")]
    Over,
    #[error("the recording has an answer of another type")]
    Mismatched,
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        match halt {
            Halt::Denied(why) => Stop::Denied(why),
            Halt::NotRecorded(what) => Stop::NotRecorded(what),
            Halt::Over => Stop::Over,
            Halt::Diverged => Stop::Mismatched,
        }
    }
}

/// What is left.
#[derive(Debug)]
pub(super) struct Budget {
    calls: u64,
    memory: usize,
    connections: u32,
    control: u32,
    bytes: usize,
    written: usize,
    log: usize,
    /// Ticks since the last host call.
    pub(super) ticks: u32,
}

impl Budget {
    pub(super) fn new(depth: Depth) -> Budget {
        Budget {
            calls: HOST_CALLS,
            memory: MEMORY,
            connections: CONNECTIONS,
            control: match depth {
                Depth::Full => CONNECTIONS,
                Depth::Quick | Depth::Standard => CONTROL_CONNECTIONS,
            },
            bytes: BYTES_READ,
            written: BYTES_WRITTEN,
            log: LOG_BYTES,
            ticks: 0,
        }
    }

    /// Counts a host call.
    pub(super) fn call(&mut self) -> Result<()> {
        self.ticks = 0;
        self.calls = self
            .calls
            .checked_sub(1)
            .ok_or(Stop::UsedUp("host calls"))?;
        Ok(())
    }

    /// Whether one more control connection may be opened.
    pub(super) fn control_connection(&mut self) -> bool {
        take(&mut self.control, 1) && self.connection()
    }

    /// Whether one more connection may be opened.
    pub(super) fn connection(&mut self) -> bool {
        take(&mut self.connections, 1)
    }

    /// How many bytes of `max` may still be read.
    pub(super) fn may_read(&self, max: u32) -> u32 {
        max.min(u32::try_from(self.bytes).unwrap_or(u32::MAX))
    }

    /// Counts bytes that were read.
    pub(super) fn read(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Whether so many bytes may still be written.
    pub(super) fn write(&mut self, bytes: usize) -> bool {
        let left = self.written.checked_sub(bytes);
        self.written = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether a log line of this length is still wanted.
    pub(super) fn log(&mut self, bytes: usize) -> bool {
        let left = self.log.checked_sub(bytes);
        self.log = left.unwrap_or(0);
        left.is_some()
    }
}

fn take(left: &mut u32, amount: u32) -> bool {
    let rest = left.checked_sub(amount);
    *left = rest.unwrap_or(0);
    rest.is_some()
}

impl ResourceLimiter for Budget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        let rest = self.memory.checked_sub(desired.saturating_sub(current));
        self.memory = rest.ok_or(Stop::UsedUp("memory (64 MiB)"))?;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        if desired > TABLE_ELEMENTS {
            return Err(Stop::UsedUp("table elements").into());
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::component::{Component, Linker};
    use wasmtime::{Engine, Store};

    use super::*;

    /// What becomes of a component that needs this to begin with.
    fn begun(text: &str) -> Result<(), String> {
        let engine = Engine::default();
        let mut store = Store::new(&engine, Budget::new(Depth::Quick));
        store.limiter(|budget| budget);
        let wasm = wat::parse_str(text).unwrap();
        let component = Component::new(&engine, wasm).unwrap();
        let instance = Linker::new(&engine).instantiate(&mut store, &component);
        instance
            .map(|_| ())
            .map_err(|error| error.root_cause().to_string())
    }

    fn of_memories(pages: &[usize]) -> Result<(), String> {
        let modules = pages.iter().map(|pages| {
            format!(
                "(core module $m{pages} (memory {pages})) (core instance (instantiate $m{pages}))"
            )
        });
        begun(&format!("(component {})", modules.collect::<String>()))
    }

    #[test]
    fn memory_is_counted_over_all_memories() {
        let all = MEMORY / 65_536;
        assert_eq!(of_memories(&[all]), Ok(()));
        assert_eq!(of_memories(&[all / 2 - 1, all / 2]), Ok(()));
        for pages in [&[all + 1][..], &[all / 2 + 1, all / 2]] {
            assert!(of_memories(pages).unwrap_err().contains("memory"));
        }
    }

    #[test]
    fn tables_are_bounded() {
        let of = |elements: usize| {
            begun(&format!(
                "(component (core module $m (table {elements} funcref)) (core instance (instantiate $m)))"
            ))
        };
        assert_eq!(of(TABLE_ELEMENTS), Ok(()));
        assert!(of(TABLE_ELEMENTS + 1).unwrap_err().contains("table"));
    }

    #[test]
    fn instances_are_bounded() {
        let of = |count: usize| {
            let instances = "(core instance (instantiate $m))".repeat(count);
            begun(&format!("(component (core module $m) {instances})"))
        };
        assert_eq!(of(INSTANCES), Ok(()));
        assert!(of(INSTANCES + 1).unwrap_err().contains("instance"));
    }

    #[test]
    fn bytes_are_counted() {
        let mut budget = Budget::new(Depth::Quick);
        for _ in 0..BYTES_READ / 65_536 {
            assert_eq!(budget.may_read(65_536), 65_536);
            budget.read(65_536);
        }
        assert_eq!(budget.may_read(65_536), 0);
        assert!(budget.write(BYTES_WRITTEN) && !budget.write(1));
    }

    #[test]
    fn a_probe_has_few_control_connections_unless_it_looks_deep() {
        let opened = |depth| {
            let mut budget = Budget::new(depth);
            (0..1000).filter(|_| budget.control_connection()).count()
        };
        assert_eq!(opened(Depth::Standard), 6);
        assert_eq!(opened(Depth::Full), 64);
    }
}
