//! What one run of a probe may use up, and what stops it.

use wasmtime::{ResourceLimiter, Result};

use crate::recording::Halt;

/// Memory of a Rust probe with a large listing in hand; an interpreter's runtime would need more.
const MEMORY: usize = 64 * 1024 * 1024;
/// Functions a component refers to indirectly; Rust probes have a few hundred.
const TABLE_ELEMENTS: usize = 20_000;
/// A careful probe makes some hundred host calls.
const HOST_CALLS: u64 = 20_000;
/// The limits on connections of PRODUCT.md are far below.
const CONNECTIONS: u32 = 64;
/// Larger than any listing a diagnosis needs.
const BYTES_READ: usize = 16 * 1024 * 1024;
/// Larger than any file a diagnosis needs, several times over.
const BYTES_WRITTEN: usize = 8 * 1024 * 1024;
/// Enough for a page of debug lines, not for a flood.
const LOG_BYTES: usize = 64 * 1024;
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
    #[error("the recording has an answer of another kind")]
    Mismatched,
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        match halt {
            Halt::Denied(why) => Stop::Denied(why),
            Halt::NotRecorded(what) => Stop::NotRecorded(what),
            Halt::Over => Stop::Over,
            Halt::Astray => Stop::Mismatched,
        }
    }
}

/// What is left.
#[derive(Debug)]
pub(super) struct Budget {
    calls: u64,
    connections: u32,
    bytes: usize,
    written: usize,
    log: usize,
    /// Ticks since the last host call.
    pub(super) ticks: u32,
}

impl Budget {
    pub(super) fn new() -> Budget {
        Budget {
            calls: HOST_CALLS,
            connections: CONNECTIONS,
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
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        if desired > MEMORY {
            return Err(Stop::UsedUp("memory (64 MiB)").into());
        }
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
        32
    }

    fn tables(&self) -> usize {
        32
    }

    fn memories(&self) -> usize {
        8
    }
}
