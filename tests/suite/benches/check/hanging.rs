//! How long the verdict takes where something hangs, vanishes or is slow, with the usual time-outs: a catalogue of faults over
//! one and two source addresses, near and far, beside curl and lftp.

mod catalogue;
mod table;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use netlab::{CLIENT, Net, OTHER_CLIENT, POOL, SERVER};
use report::{Connections, Report};

use crate::failure::Failure;
use crate::process;

pub use catalogue::{Fault, HALF_DROPPED, HEALTHY, NO_TLS, ONE_DROPPED, Slow, all};
pub use table::{render, targets};

/// As many cases at a time: nearly all of each is waiting.
const AT_A_TIME: usize = 24;
/// Twice what any verdict may take.
const PATIENCE: Duration = Duration::from_secs(240);
/// Near, and on the other side of an ocean.
const ROUND_TRIPS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(100)];
/// By a satellite.
const VERY_FAR: Duration = Duration::from_millis(600);
/// Other clients wait for minutes, or for ever.
const PEERS: Duration = Duration::from_secs(60);
/// What a line says that comes before the verdict.
const SO_FAR: &str = "so far";

/// One fault, seen from so many source addresses over so long a way.
#[derive(Clone, Debug)]
pub struct Case {
    pub fault: Fault,
    pub sources: usize,
    pub round_trip: Duration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub verdict: Duration,
    /// The first line about a likely cause, where one came before the verdict.
    pub first_line: Option<Duration>,
    pub connections: Connections,
    /// The codes of the root causes.
    pub found: Vec<String>,
    /// What curl and lftp took to give up or to succeed, in the near case with one source address.
    pub peers: Vec<(&'static str, Duration)>,
}

impl Outcome {
    /// Whether each root cause is one that the fault may be called.
    pub fn is_right(&self, fault: &Fault) -> bool {
        let fits = |code: &String| fault.codes.iter().any(|it| it == code);
        match fault.codes.is_empty() {
            true => self.found.is_empty(),
            false => !self.found.is_empty() && self.found.iter().all(fits),
        }
    }
}

/// Every case, some at a time.
pub fn measure(cache: &Path) -> Result<Vec<(Case, Result<Outcome, Failure>)>, Failure> {
    let faults = all()?;
    let at_once = |it: &&Fault| it.slow == Slow::AnswersAtOnce && it.name.starts_with(HEALTHY);
    let very_far = faults.iter().filter(at_once);
    let very_far = very_far.cloned().map(|fault| Case {
        fault,
        sources: 1,
        round_trip: VERY_FAR,
    });
    let very_far: Vec<Case> = very_far.collect();
    let cases: Vec<Case> = faults
        .into_iter()
        .flat_map(|fault| {
            fault.sources.iter().copied().flat_map(move |sources| {
                let fault = fault.clone();
                // Only two of the source addresses have a long way.
                let far = if fault.is_far && sources <= 2 { 2 } else { 1 };
                ROUND_TRIPS
                    .into_iter()
                    .take(far)
                    .map(move |round_trip| Case {
                        fault: fault.clone(),
                        sources,
                        round_trip,
                    })
            })
        })
        .chain(very_far)
        .collect();
    let mut done = suite::play_some_at_a_time(
        &cases,
        AT_A_TIME,
        |case| (case.clone(), case.play(cache)),
        |so_far, (case, _)| eprintln!("{so_far} of {}: {}", cases.len(), case.fault.name),
    );
    done.sort_by_key(|(case, _)| (case.fault.name.clone(), case.sources, case.round_trip));
    Ok(done)
}

impl Case {
    fn play(&self, cache: &Path) -> Result<Outcome, Failure> {
        let net = Net::new()?;
        let place = self.fault.arrange(&net)?;
        let _delay = match self.round_trip {
            Duration::ZERO => None,
            round_trip => Some(net.delay(round_trip)?),
        };
        let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
        let mut command = net.client();
        command.args([suite::program(), "check", "--format", "json"]);
        command.args(["--host", &SERVER.to_string()]);
        command.args(["--port", &place.port.to_string(), "--ssl", &place.ssl]);
        command.args(["--user", &place.user, "--password-file"]);
        command.arg(&place.password_file);
        command.arg("--ca-file").arg(&place.authority);
        for source in [CLIENT, OTHER_CLIENT, POOL[0]].iter().take(self.sources) {
            command.args(["--source", &source.to_string()]);
        }
        command.args(&place.arguments);
        command.env("XDG_CACHE_HOME", cache);
        command.env("XDG_STATE_HOME", folder.path());
        let (verdict, first_line, report) = watched(command, folder.path())?;
        let near = self.sources == 1 && self.round_trip == Duration::ZERO;
        Ok(Outcome {
            verdict,
            first_line,
            connections: report.connections,
            found: report.root_causes,
            peers: match near {
                true => place.peers(&net)?,
                false => Vec::new(),
            },
        })
    }
}

/// Runs a check, and notes when it says something about the cause for the first time.
fn watched(
    mut command: Command,
    folder: &Path,
) -> Result<(Duration, Option<Duration>, Report), Failure> {
    let file = folder.join("report.json");
    let output = File::create(&file).map_err(Failure::system("a file"))?;
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failure::system("the check"))?;
    let mut first_line = None;
    let said = child.stderr.take().map(BufReader::new);
    let mut last = String::new();
    for line in said.into_iter().flat_map(BufRead::lines) {
        last = line.map_err(Failure::system("the check"))?;
        if last.contains(SO_FAR) {
            first_line.get_or_insert_with(|| began.elapsed());
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            return Err(Failure::TooLong("a verdict".into()));
        }
    }
    child.wait().map_err(Failure::system("the check"))?;
    let verdict = began.elapsed();
    let report = std::fs::read(&file).map_err(Failure::system("the report"))?;
    let report = serde_json::from_slice(&report).map_err(|error| Failure::Unhealthy {
        what: "the check".into(),
        said: format!("{error}; {last}"),
    })?;
    Ok((verdict, first_line, report))
}

/// How long another client takes, however it ends, as far as that is waited for.
fn time(name: &'static str, mut command: Command) -> Result<(&'static str, Duration), Failure> {
    match process::run_to_any_end(name, &mut command, PEERS) {
        Ok((took, _)) => Ok((name, took)),
        Err(Failure::TooLong(_)) => Ok((name, PEERS)),
        Err(failure) => Err(failure),
    }
}
