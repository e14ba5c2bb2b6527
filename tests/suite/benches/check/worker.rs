//! Work that is done in a process of its own, so that its processor time and memory are counted alone: this program calls
//! itself with a job, and the job prints what came of it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;

use crate::crowd::{self, Crowd};
use crate::diagnoses::{self, Load};
use crate::failure::Failure;
use crate::phases;
use crate::process;
use crate::strict::{self, Listing};

/// The first argument of such a process.
const WORKER: &str = "worker";

/// As long as the longest job takes, several times over.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    /// Diagnoses, so many at once.
    Diagnose(Load),
    /// The steps of a diagnosis, each for itself.
    Phases(Site, usize),
    /// Probes that wait.
    Wait(Crowd),
    /// One listing, with as few round trips as one command at a time takes.
    List(Listing),
}

/// A healthy lab.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Site {
    /// On loopback.
    pub port: u16,
    /// The CA to trust.
    pub authority: PathBuf,
}

/// The command that does a job.
pub fn command(job: &Job) -> Result<Command, Failure> {
    let [program, arguments @ ..] = words(job)?;
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

/// Its words.
pub fn words(job: &Job) -> Result<[OsString; 3], Failure> {
    let program = env::current_exe().map_err(Failure::system("this program"))?;
    let job = serde_json::to_string(job).expect("a job is plain data");
    Ok([program.into(), WORKER.into(), job.into()])
}

/// Has a job done.
pub fn order<T: DeserializeOwned>(job: &Job, cache: &std::path::Path) -> Result<T, Failure> {
    let mut command = command(job)?;
    command.env("XDG_CACHE_HOME", cache);
    let (_, output) = process::run_within("the worker", &mut command, PATIENCE)?;
    serde_json::from_slice(&output.stdout).map_err(|error| Failure::Unhealthy {
        what: "the worker".into(),
        said: error.to_string(),
    })
}

/// Does the job of the arguments, if this is such a process.
pub fn work() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != WORKER {
        return None;
    }
    let job = arguments.next().unwrap_or_default();
    Some(match serde_json::from_str(&job) {
        Ok(job) => finish(told(job)),
        Err(error) => finish(Err(Failure::Unhealthy {
            what: "the job".into(),
            said: error.to_string(),
        })),
    })
}

fn told(job: Job) -> Result<String, Failure> {
    // The runtime that the program has, too.
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::system("a runtime"))?;
    let told = runtime.block_on(async {
        match job {
            Job::Diagnose(load) => json(diagnoses::diagnose(load).await?),
            Job::Phases(site, times) => json(phases::measure(&site, times).await?),
            Job::Wait(crowd) => json(crowd::wait(crowd).await?),
            Job::List(listing) => json(strict::list(&listing)?),
        }
    });
    runtime.shutdown_background();
    told
}

fn json(told: impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(&told).expect("what is told is plain data"))
}

fn finish(told: Result<String, Failure>) -> ExitCode {
    match told {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("could not {failure}");
            ExitCode::FAILURE
        }
    }
}
