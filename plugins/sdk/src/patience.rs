//! One wait for several things, one after another.

use crate::elapsed_us;

/// What is left of a wait. The first thing that is waited for has all of it, and the clock is not asked: nearly every wait
/// ends with it, and each look at the clock is a question to the host.
#[derive(Debug)]
pub struct Patience {
    until_us: u64,
    first_ms: Option<u32>,
}

impl Patience {
    /// So many milliseconds from now on.
    #[must_use]
    pub fn new(wait_ms: u32) -> Patience {
        Patience {
            until_us: elapsed_us() + u64::from(wait_ms) * 1000,
            first_ms: Some(wait_ms),
        }
    }

    /// When it began, on the clock of the run, in microseconds; `wait_ms` is what it was made with.
    pub(crate) fn began_us(&self, wait_ms: u32) -> u64 {
        self.until_us.saturating_sub(u64::from(wait_ms) * 1000)
    }

    /// What is left, in milliseconds.
    pub fn left_ms(&mut self) -> u32 {
        self.first_ms.take().unwrap_or_else(|| {
            let left = self.until_us.saturating_sub(elapsed_us()) / 1000;
            u32::try_from(left).unwrap_or(u32::MAX)
        })
    }
}
