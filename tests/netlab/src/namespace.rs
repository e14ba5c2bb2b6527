//! One network namespace with a name, and a folder of files that lie over `/etc` for whatever runs
//! in it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::HarnessError;
use crate::leftovers;
use crate::program::run;

/// Where named namespaces are files.
pub(crate) const NAMES: &str = "/run/netns";

/// A namespace that is deleted, with the processes still in it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes a namespace whose name no other test has.
    pub(crate) fn new(side: &str) -> Result<Self, HarnessError> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        leftovers::sweep();
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let namespace = Self {
            name: format!("{}{number}-{side}", leftovers::prefix()),
        };
        let etc = namespace.etc();
        fs::create_dir_all(&etc).map_err(HarnessError::file(&etc))?;
        run(
            Command::new("ip").args(["netns", "add", &namespace.name]),
            "",
        )
        .map_err(|error| match error {
            HarnessError::Failed { said, .. } => HarnessError::NamespacesRefused { said },
            error => error,
        })?;
        Ok(namespace)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The folder whose entries `ip netns exec` binds over those of the same name in `/etc`.
    pub(crate) fn etc(&self) -> PathBuf {
        Path::new("/etc/netns").join(&self.name)
    }

    /// Where the kernel shows the namespace as a file.
    pub(crate) fn handle(&self) -> PathBuf {
        Path::new(NAMES).join(&self.name)
    }

    /// A command that runs in here; the caller adds the program and its arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]);
        command
    }

    /// Runs lines of `ip` commands in here.
    pub(crate) fn configure(&self, lines: &str) -> Result<(), HarnessError> {
        run(
            Command::new("ip").args(["-n", &self.name, "-batch", "-"]),
            lines,
        )
        .map(drop)
    }

    /// Waits until a cable carries packets: the kernel brings a new one up a moment after it was told to, and on a busy
    /// machine that moment is longer than a connection takes to give up.
    pub(crate) fn wait_for(&self, cable: &str) -> Result<(), HarnessError> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let began = Instant::now();
        loop {
            let mut show = Command::new("ip");
            show.args(["-n", &self.name, "-oneline", "link", "show", "dev", cable]);
            if run(&mut show, "")?.contains(" state UP ") {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(HarnessError::Failed {
                    command: format!("ip link set {cable} up"),
                    said: format!("it is not up after {} s", PATIENCE.as_secs()),
                });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether a process has arrived in here; `ip netns exec` enters after it was started.
    pub(crate) fn holds(&self, process: u32) -> bool {
        let inode = |path: &Path| fs::metadata(path).map(|metadata| metadata.ino()).ok();
        let theirs = inode(Path::new(&format!("/proc/{process}/ns/net")));
        theirs.is_some() && theirs == inode(&self.handle())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Ends what still runs in a namespace, then deletes it. Whoever is in there was started through
/// it, so nothing foreign can be met.
pub(crate) fn remove(name: &str) {
    let inside = run(Command::new("ip").args(["netns", "pids", name]), "").unwrap_or_default();
    for process in inside
        .lines()
        .filter_map(|line| Pid::from_raw(line.trim().parse().ok()?))
    {
        let _ = kill_process(process, Signal::KILL);
    }
    let _ = run(Command::new("ip").args(["netns", "delete", name]), "");
    let _ = fs::remove_dir_all(Path::new("/etc/netns").join(name));
}
