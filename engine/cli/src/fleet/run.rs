//! `remote-doctor fleet run`.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::args::{FleetFormat, FleetRunArgs};
use super::here::{Agreed, Here};
use super::read::{no_runs, summary};
use super::report::rendered;
use crate::progress::with_spinner;
use crate::{CliError, Exit, output, say, signals};
use ::fleet::{
    Dispatch, Ended, Happened, Limits, Mistakes, OptOut, PlanOptions, Remotes, RemotesError,
    Summary, dispatch, plan,
};
use ::run::Probes;
use files::output_file::Lock;
use host::net::Resolver;
use journal::{Job, Journal, Outcome, Run, WhichRun};
use model::verdict::Verdict;

/// Another process may be about to end.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn run(args: FleetRunArgs) -> Result<Exit, CliError> {
    let agreed = Agreed::of(&args);
    let opt_out = args.opt_out.as_deref().map(OptOut::read).transpose()?;
    let opt_out = opt_out.unwrap_or_default();
    let remotes = args.remotes.as_deref().map(Remotes::read).transpose()?;
    if let Some(remotes) = &remotes {
        usable(remotes, &agreed)?;
    }
    let path = args.journal.path()?;
    let _lock = Lock::of(&path, PATIENCE).await?;
    let mut journal = Journal::open(&path)?;
    let run = match &remotes {
        Some(remotes) => planned(&mut journal, remotes, &args, opt_out.clone())?,
        None => resumed(&mut journal, &path, args.resume.flatten())?,
    };
    drop(remotes);
    let probes = Arc::new(with_spinner(args.quiet, Probes::built_in()).await?);
    let ended = executed(journal, &run, &args, &agreed, &opt_out, &probes).await?;
    // The run has a line of its own in the journal now.
    let journal = Journal::read(&path)?;
    let run = journal
        .run(WhichRun::Number(run.id.number()))?
        .unwrap_or(run);
    let told = summary(&journal, &run, &probes)?;
    if !args.quiet {
        output::print(&rendered(&told, FleetFormat::Text))?;
    }
    Ok(match ended {
        Ended::Stopped => {
            let number = run.id;
            say::line(format_args!(
                "Run {number} was stopped; `remote-doctor fleet run --resume {number}` goes on with it."
            ));
            Exit::Interrupted
        }
        Ended::Done => exit(&told),
    })
}

/// A failing remote wins over one that was not tested in full.
fn exit(summary: &Summary) -> Exit {
    let is_whole = |verdict: Option<Verdict>| match verdict {
        Some(Verdict::Healthy | Verdict::Degraded | Verdict::Failing) => true,
        Some(Verdict::Incomplete) | None => false,
    };
    let mut verdicts = summary.remotes.iter().map(|it| it.verdict);
    if summary.with(Verdict::Failing) > 0 {
        Exit::Found
    } else if verdicts.all(is_whole) {
        Exit::Fine
    } else {
        Exit::Incomplete
    }
}

/// Refuses a list of which a remote cannot be checked as the user agreed, before anything is planned: all of them at once.
fn usable(remotes: &Remotes, agreed: &Agreed) -> Result<(), CliError> {
    let mut mistakes = Vec::new();
    for remote in &remotes.0 {
        let sources = remote.settings.settings.sources.clone();
        let check = agreed.of_settings(&remote.file, remote.settings.clone(), sources);
        if let Err(error) = check {
            mistakes.push(format!("{}: {}: {error}", remote.place, remote.name));
        }
    }
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(RemotesError::Mistakes(Mistakes(mistakes)).into()),
    }
}

fn planned(
    journal: &mut Journal,
    remotes: &Remotes,
    args: &FleetRunArgs,
    opt_out: OptOut,
) -> Result<Run, CliError> {
    let now = Timestamp::now();
    let from = args.remotes.as_deref().unwrap_or(Path::new(""));
    let options = PlanOptions {
        remotes_from: model::cleaner::line(&from.display().to_string(), 1_000),
        from_addresses: args.from_address.clone(),
        opt_out,
        within: args.within.unwrap_or_default(),
        now,
        options: format!(
            "--at-once {} --pause {}",
            args.at_once,
            args.pause.as_secs_f64()
        ),
    };
    let plan = plan(remotes, &options);
    let id = journal.plan(&plan, now)?;
    if !args.quiet {
        let (jobs, remotes) = (plan.jobs.len(), plan.remotes.len());
        say::line(format_args!("Run {id}: {jobs} jobs for {remotes} remotes."));
    }
    Ok(Run {
        id,
        planned: now,
        ended: None,
        remotes_from: plan.remotes_from,
        options: plan.options,
    })
}

fn resumed(journal: &mut Journal, path: &Path, number: Option<i64>) -> Result<Run, CliError> {
    let which = number.map_or(WhichRun::LastOpen, WhichRun::Number);
    let Some(run) = journal.run(which)? else {
        return Err(match journal.run(WhichRun::Last)? {
            None => no_runs(path),
            Some(_) => CliError::Usage("every run of this journal has ended".into()),
        });
    };
    if run.ended.is_some() {
        return Err(CliError::Usage(format!("run {} has ended", run.id)));
    }
    // The lock of the journal is ours, so whoever made these attempts is gone.
    let lost = journal.reconcile(run.id, Timestamp::now())?;
    let progress = journal.progress(run.id)?;
    let (id, accepted, planned) = (run.id, progress.accepted, progress.planned);
    say::line(format_args!(
        "Run {id}: {accepted} of {planned} jobs have a result; {lost} attempts were lost."
    ));
    Ok(run)
}

async fn executed(
    journal: Journal,
    run: &Run,
    args: &FleetRunArgs,
    agreed: &Agreed,
    opt_out: &OptOut,
    probes: &Arc<Probes>,
) -> Result<Ended, CliError> {
    let progress = journal.progress(run.id)?;
    let interrupt = signals::listen()?;
    let resolver = Resolver::new(args.resolver)?;
    let transport = Here {
        probes: probes.clone(),
        agreed: agreed.clone(),
    };
    let done = AtomicU32::new(progress.accepted);
    let watch = |happened: Happened<'_>| match happened {
        Happened::Began(_) => {}
        Happened::Accepted(job, outcome) => {
            let number = 1 + done.fetch_add(1, Ordering::Relaxed);
            if !args.quiet {
                say::line(format!(
                    "{number}/{} {}",
                    progress.planned,
                    told(job, outcome)
                ));
            }
        }
        Happened::Stopping(running) => say::line(format_args!(
            "… waiting for {running} jobs that run; Ctrl-C gives them up"
        )),
    };
    let with = Dispatch {
        journal: Arc::new(Mutex::new(journal)),
        run: run.id,
        executor: executor(),
        limits: Limits {
            at_once: args.at_once,
            pause: args.pause,
        },
        opt_out,
        resolver: &resolver,
        transport: &transport,
        interrupt,
        watch: &watch,
    };
    Ok(dispatch(&with).await?)
}

/// A name that no other process has: numbers of processes come again.
fn executor() -> String {
    let (process, now) = (std::process::id(), Timestamp::now());
    format!("{process} since {now}")
}

/// What a line about a result says of a report.
#[derive(Deserialize)]
struct Brief {
    verdict: Verdict,
    root_causes: Vec<String>,
}

fn told(job: &Job, outcome: &Outcome) -> String {
    let from = job
        .source
        .map(|it| format!(" from {it}"))
        .unwrap_or_default();
    let what = match outcome {
        Outcome::NoReport(reason) => format!("not tested: {reason}"),
        Outcome::Report(json) => match serde_json::from_str::<Brief>(json) {
            Ok(brief) => brief.told(),
            Err(_) => "not a report".into(),
        },
    };
    format!("{}{from}: {what}", job.remote)
}

impl Brief {
    fn told(&self) -> String {
        let verdict = self.verdict;
        match self.root_causes.is_empty() {
            true => verdict.to_string(),
            false => format!("{verdict} ({})", self.root_causes.join(", ")),
        }
    }
}
