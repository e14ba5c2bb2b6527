//! What this process has used up.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::failure::Failure;

/// Processor time of all threads, those that have ended too, in nanoseconds (clock_gettime(2)).
pub fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("no process has used less than nothing")
}

/// Resident memory, in bytes (proc(5)).
pub fn resident() -> Result<u64, Failure> {
    status("VmRSS:")
}

/// The most there ever was of it.
pub fn peak_resident() -> Result<u64, Failure> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64, Failure> {
    let path = "/proc/self/status";
    let text = fs::read_to_string(path).map_err(Failure::system(path))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| Failure::Unhealthy {
        what: path.into(),
        said: "what nobody can read".into(),
    })
}
