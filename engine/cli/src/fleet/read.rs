//! What is in a journal, read for people.

use std::path::Path;

use crate::{CliError, input};
use ::fleet::{OfRemote, Summary};
use ::report::Report;
use ::run::Probes;
use journal::{Journal, Run, WhichRun};

/// A journal and one run of it.
pub(super) struct Read {
    pub(super) journal: Journal,
    pub(super) run: Run,
}

impl Read {
    /// Opens a journal for the run with this number, or for the last.
    ///
    /// # Errors
    /// It cannot be read, or there is no such run.
    pub(super) fn open(path: &Path, number: Option<i64>) -> Result<Read, CliError> {
        let journal = Journal::read(path)?;
        let which = number.map_or(WhichRun::Last, WhichRun::Number);
        match journal.run(which)? {
            Some(run) => Ok(Read { journal, run }),
            None => Err(no_runs(path)),
        }
    }
}

pub(super) fn no_runs(path: &Path) -> CliError {
    CliError::Usage(format!(
        "the journal {} has no runs yet; `remote-doctor fleet run REMOTES` makes one",
        path.display()
    ))
}

/// Hands on the remotes of a run one by one, with their reports as one.
///
/// # Errors
/// They cannot be read.
pub(super) fn each_remote(
    journal: &Journal,
    run: &Run,
    probes: &Probes,
    mut each: impl FnMut(&OfRemote, Option<Report>),
) -> Result<(), CliError> {
    let codes = &probes.codes;
    let read = |json: &str| input::of_text(json, codes.facts());
    let mut now: Option<OfRemote> = None;
    journal.results(run.id, |result| {
        if let Some(done) = now.take_if(|it| it.name != result.remote) {
            each(&done, done.together(codes));
        }
        let of = now.get_or_insert_with(|| OfRemote::new(&result.remote, &result.place));
        of.add(result.source, result.outcome, read);
    })?;
    if let Some(last) = now {
        each(&last, last.together(codes));
    }
    Ok(())
}

/// What the reports of a run say together.
///
/// # Errors
/// They cannot be read.
pub(super) fn summary(journal: &Journal, run: &Run, probes: &Probes) -> Result<Summary, CliError> {
    let mut summary = Summary::new(run, &journal.progress(run.id)?);
    each_remote(journal, run, probes, |remote, together| {
        summary.add(remote, together.as_ref());
    })?;
    for left_out in journal.left_out(run.id)? {
        summary.add_left_out(&left_out.remote, &left_out.place, &left_out.reason);
    }
    Ok(summary.counted())
}
