//! What this process has used up, as the kernel counts it (proc(5)).

use std::fs;
use std::time::Duration;

use crate::failure::Failure;

/// The unit of times in `/proc/self/stat`: `USER_HZ`, which is 100 on every architecture that Linux still runs on.
const TICK: Duration = Duration::from_millis(10);

/// CPU time of all threads, those that have ended too, in steps of 10 ms.
pub fn cpu() -> Result<Duration, Failure> {
    let (user, system) = cpu_of("self")?;
    Ok(user + system)
}

/// User and system time of a process.
pub fn cpu_of(process: &str) -> Result<(Duration, Duration), Failure> {
    let path = format!("/proc/{process}/stat");
    let text = read(&path)?;
    // The name of the program comes second, in parentheses, and may hold anything.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = |index: usize| fields.split_whitespace().nth(index)?.parse::<u32>().ok();
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok((TICK * user, TICK * system)),
        _ => Err(unreadable(&path)),
    }
}

/// Resident memory, in bytes.
pub fn resident() -> Result<u64, Failure> {
    status("VmRSS:")
}

/// The most there ever was of it.
pub fn peak_resident() -> Result<u64, Failure> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64, Failure> {
    let path = "/proc/self/status";
    let text = read(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| unreadable(path))
}

fn read(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::system(path))
}

fn unreadable(path: &str) -> Failure {
    Failure::Unhealthy {
        what: path.into(),
        said: "what nobody can read".into(),
    }
}
