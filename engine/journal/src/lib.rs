//! The journal of fleet runs: an SQLite file with what was planned, what was tried, and one accepted result for each job.
//!
//! It is the truth of a run. Whatever ends the program, what was accepted is there and is not accepted twice, and what was not
//! is executed again. No secret is in it: the settings of a remote have references to secrets alone. `docs/fleet.md` has the
//! schema for other programs.
#![warn(missing_docs)]

mod error;
mod jobs;
mod plan;
mod results;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

pub use error::JournalError;
use error::Told;
pub use jobs::{Acceptance, Begun, Job, LoginMark, Progress};
pub use plan::{Plan, PlannedJob, PlannedRemote, Run, WhichRun};
pub use results::{JobResult, LeftOut, Outcome};
pub use schema::VERSION;

/// A run in a journal, counted from 1.
pub type RunId = Id<plan::OfRun>;
/// A job in a journal: one remote from one source address.
pub type JobId = Id<jobs::OfJob>;
/// One try to execute a job.
pub type AttemptId = Id<jobs::OfAttempt>;

/// The number of a row; `K` is what it is the number of.
#[derive(Debug)]
pub struct Id<K>(i64, std::marker::PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// The row with this number, if there is one.
    pub fn of(number: i64) -> Id<K> {
        Id(number, std::marker::PhantomData)
    }

    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Id<K> {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> std::fmt::Display for Id<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
}

impl Journal {
    /// Opens a journal to write in it. Where there is no file, one is made that this user alone can read.
    ///
    /// # Errors
    /// It cannot be opened, is no journal, is of a newer version, or another program writes in it.
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        Ok(Journal {
            connection: schema::open(path)?,
            path: path.into(),
        })
    }

    /// Opens a journal to read it, also while a run goes on.
    ///
    /// # Errors
    /// There is none, or as for [`Journal::open`].
    pub fn read(path: &Path) -> Result<Journal, JournalError> {
        Ok(Journal {
            connection: schema::open_to_read(path)?,
            path: path.into(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A time as the journal has it: milliseconds since 1970.
fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time of the journal; what is none any more is the beginning of 1970.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
