//! `remote-doctor fleet status` and `fleet list`.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::args::{FleetListArgs, FleetStatusArgs};
use super::read::{Read, no_runs};
use crate::args::Format;
use crate::{CliError, Exit, output};
use files::output_file::{Lock, LockError};
use journal::{Journal, Progress, Run};

/// How often the journal is looked at for `--follow`.
const EVERY: Duration = Duration::from_secs(1);

/// How far a run is, for programs and for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Status {
    run: i64,
    remotes: String,
    planned: Timestamp,
    ended: Option<Timestamp>,
    jobs: u32,
    accepted: u32,
    without_report: u32,
    running: u32,
    attempts: u32,
    lost: u32,
    /// Whether a process executes the run.
    executed_now: bool,
    jobs_per_second: Option<f64>,
    seconds_left: Option<u64>,
}

pub(super) async fn status(args: FleetStatusArgs) -> Result<Exit, CliError> {
    let path = args.journal.path()?;
    let mut told: Option<Status> = None;
    loop {
        let Read { journal, run } = Read::open(&path, args.run)?;
        let executed_now = run.ended.is_none() && is_executed(&path).await?;
        let status = Status::of(&run, &journal.progress(run.id)?, executed_now);
        if told.as_ref() != Some(&status) {
            output::print(&status.told(args.format))?;
        }
        if !args.follow || status.ended.is_some() {
            return Ok(Exit::Fine);
        }
        told = Some(status);
        tokio::time::sleep(EVERY).await;
    }
}

/// Whoever executes a run of a journal has its lock.
async fn is_executed(journal: &Path) -> Result<bool, CliError> {
    match Lock::of(journal, Duration::ZERO).await {
        Ok(_) => Ok(false),
        Err(LockError::Taken { .. }) => Ok(true),
        Err(error @ LockError::Io { .. }) => Err(error.into()),
    }
}

impl Status {
    fn of(run: &Run, progress: &Progress, executed_now: bool) -> Status {
        let span = progress.begun.zip(progress.last_accepted);
        let seconds = span.map(|(begun, last)| last.duration_since(begun).as_secs_f64());
        let rate = seconds
            .filter(|it| *it > 0.0)
            .map(|it| f64::from(progress.accepted) / it);
        let open = progress.planned - progress.accepted;
        let left = rate.map(|rate| Duration::from_secs_f64(f64::from(open) / rate).as_secs());
        Status {
            run: run.id.number(),
            remotes: run.remotes_from.clone(),
            planned: run.planned,
            ended: run.ended,
            jobs: progress.planned,
            accepted: progress.accepted,
            without_report: progress.without_report,
            running: progress.running,
            attempts: progress.attempts,
            lost: progress.lost,
            executed_now,
            jobs_per_second: rate,
            seconds_left: left.filter(|_| executed_now),
        }
    }

    fn told(&self, format: Format) -> String {
        match format {
            Format::Json => serde_json::to_string(self).unwrap_or_default() + "\n",
            Format::Text => self.in_words(),
        }
    }

    fn in_words(&self) -> String {
        let Status {
            run,
            remotes,
            accepted,
            jobs,
            ..
        } = self;
        let mut out = format!("Run {run} of {remotes}: {accepted} of {jobs} jobs have a result");
        match (self.ended, self.executed_now) {
            (Some(ended), _) => {
                out.push_str(&format!(", and it ended {}", ended.strftime("%Y-%m-%d %H:%M UTC")));
            }
            (None, true) => out.push_str(&format!(", and {} run now", self.running)),
            (None, false) => out.push_str(&format!(
                "; it is not being executed: `remote-doctor fleet run --resume {run}` goes on with it"
            )),
        }
        out.push_str(".\n");
        if let Some(rate) = self.jobs_per_second {
            let left = self.seconds_left.map(|it| format!(", about {it} s left"));
            out.push_str(&format!(
                "  {rate:.2} jobs a second{}\n",
                left.unwrap_or_default()
            ));
        }
        if self.without_report > 0 {
            out.push_str(&format!("  {} without a report\n", self.without_report));
        }
        if self.lost > 0 {
            out.push_str(&format!(
                "  {} attempts were lost with their process\n",
                self.lost
            ));
        }
        out
    }
}

/// A run in a list.
#[derive(Debug, Serialize)]
struct Listed {
    run: i64,
    remotes: String,
    planned: Timestamp,
    ended: Option<Timestamp>,
    jobs: u32,
    accepted: u32,
}

pub(super) fn list(args: &FleetListArgs) -> Result<Exit, CliError> {
    let path = args.journal.path()?;
    let journal = Journal::read(&path)?;
    let listed = |run: Run| -> Result<Listed, CliError> {
        let progress = journal.progress(run.id)?;
        Ok(Listed {
            run: run.id.number(),
            remotes: run.remotes_from,
            planned: run.planned,
            ended: run.ended,
            jobs: progress.planned,
            accepted: progress.accepted,
        })
    };
    let runs = journal.runs()?.into_iter().map(listed);
    let runs = runs.collect::<Result<Vec<_>, CliError>>()?;
    if runs.is_empty() {
        return Err(no_runs(&path));
    }
    let text = match args.format {
        Format::Json => output::json(&runs),
        Format::Text => runs.iter().map(Listed::told).collect(),
    };
    output::print(&text)?;
    Ok(Exit::Fine)
}

impl Listed {
    fn told(&self) -> String {
        let when = self.planned.strftime("%Y-%m-%d %H:%M UTC");
        let state = match self.ended {
            Some(_) => "ended",
            None => "open",
        };
        let remotes = model::cleaner::line(&self.remotes, 200);
        let (run, accepted, jobs) = (self.run, self.accepted, self.jobs);
        format!("{run:>5}  {when}  {state:5}  {accepted}/{jobs}  {remotes}\n")
    }
}
