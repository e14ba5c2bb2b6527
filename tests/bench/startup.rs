//! From the start of the program until all its probes are loaded and their codes are listed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::PROGRAM;
use crate::failure::Failure;
use crate::process;

const RUNS: usize = 10;

/// Medians, and the size of the program.
pub struct Startup {
    pub cold: Duration,
    pub warm: Duration,
    pub bytes: u64,
}

impl Startup {
    /// Starts the program with an empty cache for compiled probes each time, then with this one, which is full.
    pub fn measure(cache: &Path) -> Result<Self, Failure> {
        eprintln!("start-up");
        let empty = || -> Result<Duration, Failure> {
            let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
            start(folder.path())
        };
        let bytes = fs::metadata(PROGRAM)
            .map_err(Failure::system(PROGRAM))?
            .len();
        let cold = (0..RUNS).map(|_| empty()).collect::<Result<_, _>>()?;
        let warm = (0..RUNS).map(|_| start(cache)).collect::<Result<_, _>>()?;
        Ok(Self {
            cold: median(cold),
            warm: median(warm),
            bytes,
        })
    }
}

/// Compiles the probes into this cache.
pub fn fill(cache: &Path) -> Result<(), Failure> {
    start(cache).map(drop)
}

fn start(cache: &Path) -> Result<Duration, Failure> {
    let mut list = Command::new(PROGRAM);
    list.args(["explain", "--list"])
        .env("XDG_CACHE_HOME", cache);
    process::run("explain --list", &mut list).map(|(took, _)| took)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}
