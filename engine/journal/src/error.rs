//! Why a journal cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a journal cannot be opened, read or written. What was accepted before stands.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened.
    #[error("the journal {}: {source}", path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is some other file, which is left as it is.
    #[error("{}: this is not a journal of remote-doctor; it was not changed", .0.display())]
    NotAJournal(PathBuf),
    /// A newer program made it, and this one does not know what is in it.
    #[error(
        "the journal {} has version {found}, but this program knows {known} at most: use the remote-doctor that made it, or \
        a newer one; the journal was not changed",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// Another program writes in it.
    #[error("the journal {}: another program is writing to it", .0.display())]
    Locked(PathBuf),
    /// There is no space left.
    #[error(
        "the journal {}: the disk is full; what was accepted is saved, and the run can be resumed once there is space",
        .0.display()
    )]
    Full(PathBuf),
    /// It may not be written.
    #[error("the journal {}: it cannot be written", .0.display())]
    ReadOnly(PathBuf),
    /// Its pages contradict each other.
    #[error("the journal {}: the file is damaged", .0.display())]
    Damaged(PathBuf),
    /// A result in it cannot be unpacked.
    #[error("the journal {}: the result of job {job} is damaged: {source}", path.display())]
    DamagedResult {
        /// The file.
        path: PathBuf,
        /// The job.
        job: i64,
        /// Why.
        source: io::Error,
    },
    /// There is no such run.
    #[error("the journal {} has no run {run}; `remote-doctor fleet list` shows its runs", path.display())]
    NoRun {
        /// The file.
        path: PathBuf,
        /// The number that was asked for.
        run: i64,
    },
    /// Anything else that the database says.
    #[error("the journal {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

impl JournalError {
    /// What the database says of a file, in our words where we have some.
    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> JournalError {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => JournalError::NotAJournal(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::Locked(path),
            Some(ErrorCode::DiskFull) => JournalError::Full(path),
            Some(ErrorCode::ReadOnly) => JournalError::ReadOnly(path),
            Some(ErrorCode::DatabaseCorrupt) => JournalError::Damaged(path),
            Some(_) | None => JournalError::Database { path, source },
        }
    }
}

/// A result of the database, told with the file it is about.
pub(crate) trait Told<T> {
    /// The error with the file.
    fn told(self, path: &Path) -> Result<T, JournalError>;
}

impl<T> Told<T> for rusqlite::Result<T> {
    fn told(self, path: &Path) -> Result<T, JournalError> {
        self.map_err(|error| JournalError::of(path, error))
    }
}
