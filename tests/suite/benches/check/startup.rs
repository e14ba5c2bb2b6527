//! From the start of the program until all its probes are loaded, and until the first packet of a check.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::process;

const RUNS: usize = 10;
/// A check of a server that hangs up ends long before.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the program takes to begin, and its size.
pub struct Startup {
    /// Until all codes of all probes are listed.
    pub loaded: Took,
    /// Until the remote sees the first packet of a check that was given its address.
    pub first_packet: Took,
    /// The size of the program.
    pub bytes: u64,
}

/// Medians.
pub struct Took {
    /// With an empty cache for compiled probes.
    pub cold: Duration,
    /// With one that has them.
    pub warm: Duration,
}

impl Startup {
    /// Starts the program with an empty cache for compiled probes each time, then with this one, which is full.
    pub fn measure(cache: &Path) -> Result<Self, Failure> {
        eprintln!("start-up");
        let bytes = fs::metadata(suite::program())
            .map_err(Failure::system(suite::program()))?
            .len();
        Ok(Self {
            loaded: Took::measure(cache, loaded)?,
            first_packet: Took::measure(cache, first_packet)?,
            bytes,
        })
    }
}

impl Took {
    fn measure(
        cache: &Path,
        start: impl Fn(&Path) -> Result<Duration, Failure>,
    ) -> Result<Self, Failure> {
        let empty = || -> Result<Duration, Failure> {
            let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
            start(folder.path())
        };
        let cold = (0..RUNS).map(|_| empty()).collect::<Result<_, _>>()?;
        let warm = (0..RUNS).map(|_| start(cache)).collect::<Result<_, _>>()?;
        Ok(Self {
            cold: median(cold),
            warm: median(warm),
        })
    }
}

/// Compiles the probes into this cache.
pub fn fill(cache: &Path) -> Result<(), Failure> {
    loaded(cache).map(drop)
}

fn loaded(cache: &Path) -> Result<Duration, Failure> {
    let mut list = Command::new(suite::program());
    list.args(["explain", "--list"])
        .env("XDG_CACHE_HOME", cache);
    process::run("explain --list", &mut list).map(|(took, _)| took)
}

/// The server hangs up at once: a finding, and the end of the check.
fn first_packet(cache: &Path) -> Result<Duration, Failure> {
    let a_port = || Failure::system("a port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(a_port())?;
    let port = listener.local_addr().map_err(a_port())?.port();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let accepted = listener.accept().map(|_| Instant::now());
        // Nobody listens any more where the check had ended before.
        let _ = tell.send(accepted);
    });
    let mut check = Command::new(suite::program());
    check
        .args(["check", "--quiet", "--ssl", "require-explicit"])
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .env("XDG_CACHE_HOME", cache);
    let began = Instant::now();
    let (_, output) = process::run_to_any_end("check", &mut check, PATIENCE)?;
    match told.try_recv() {
        Ok(accepted) => Ok(accepted.map_err(a_port())? - began),
        Err(_) => Err(Failure::Unhealthy {
            what: "check without connecting".into(),
            said: process::last_words(&output),
        }),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}
