//! Ends a server together with its sessions.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A process that was killed is gone within milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(2);

/// Ends a process and all that descend from it. Process groups would be simpler, but vsftpd's
/// sessions leave theirs.
///
/// Each process is stopped before its children are looked for, so none can start another one
/// meanwhile.
pub(crate) fn end_family(ancestor: Pid) {
    let mut family = vec![ancestor];
    let mut stopped = 0;
    while stopped < family.len() {
        for process in &family[stopped..] {
            let _ = kill_process(*process, Signal::STOP);
        }
        stopped = family.len();
        for (process, parent) in all() {
            if family.contains(&parent) && !family.contains(&process) {
                family.push(process);
            }
        }
    }
    for process in &family {
        let _ = kill_process(*process, Signal::KILL);
    }
    // A session has the listening socket, too, and keeps the port until it is gone.
    let began = Instant::now();
    while family.iter().any(|process| lives(*process)) && began.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
    }
}

/// Whether a process has not ended; one that nobody has waited for yet has.
fn lives(process: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_pid()));
    status.is_ok_and(|status| {
        let after_name = status.rsplit(')').next().unwrap_or_default();
        !after_name.trim_start().starts_with(['Z', 'X'])
    })
}

/// Every process of the system with its parent.
fn all() -> Vec<(Pid, Pid)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let process = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let status = fs::read_to_string(entry.path().join("stat")).ok()?;
            // After the name, which may hold anything, come the state and the parent.
            let parent = status.rsplit(')').next()?.split_whitespace().nth(1)?;
            Some((process, Pid::from_raw(parent.parse().ok()?)?))
        })
        .collect()
}
