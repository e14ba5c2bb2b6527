//! The tables, their version, and opening a file that has them.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{JournalError, Told};

/// The version of the tables, which the file has as its `user_version`.
pub const VERSION: i64 = 1;

/// What tells our files from those of other programs (SQLite, `application_id`): "rdfj".
const APPLICATION: i64 = 0x7264_666a;

/// Another process writes for some milliseconds at a time; one that keeps the file longer is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// Times are milliseconds since 1970. An empty source address is the one that the system chooses: SQLite takes two nulls for
/// different, and then nothing would be unique.
const TABLES: &str = "
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    planned_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    remotes TEXT NOT NULL,
    options TEXT NOT NULL
) STRICT;
CREATE TABLE remotes (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    file TEXT NOT NULL,
    settings TEXT NOT NULL,
    left_out TEXT,
    UNIQUE (run, name)
) STRICT;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    remote INTEGER NOT NULL REFERENCES remotes (id),
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    login_attempt INTEGER REFERENCES attempts (id),
    login_ms INTEGER,
    UNIQUE (remote, source),
    UNIQUE (run, position)
) STRICT;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs (id),
    executor TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ending TEXT CHECK (ending IN ('accepted', 'refused', 'lost', 'stopped')),
    CHECK ((ended_ms IS NULL) = (ending IS NULL))
) STRICT;
CREATE INDEX attempts_by_job ON attempts (job);
CREATE TABLE results (
    job INTEGER PRIMARY KEY REFERENCES jobs (id),
    attempt INTEGER NOT NULL UNIQUE REFERENCES attempts (id),
    accepted_ms INTEGER NOT NULL,
    report BLOB,
    reason TEXT,
    CHECK ((report IS NULL) <> (reason IS NULL))
) STRICT;
";

/// A journal that can be written; made where there is none.
pub(crate) fn open(path: &Path) -> Result<Connection, JournalError> {
    make_private(path).map_err(|source| JournalError::Unopened {
        path: path.into(),
        source,
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).told(path)?;
    connection.busy_timeout(PATIENCE).told(path)?;
    let is_new = check(&connection, path)? == Found::Nothing;
    // Only now: nothing of a file that is not ours is changed.
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .told(path)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .told(path)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .told(path)?;
    if is_new {
        create(&mut connection, path)?;
    }
    Ok(connection)
}

/// A journal that is read alone.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, JournalError> {
    std::fs::metadata(path).map_err(|source| JournalError::Unopened {
        path: path.into(),
        source,
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).told(path)?;
    connection.busy_timeout(PATIENCE).told(path)?;
    match check(&connection, path)? {
        Found::Journal => Ok(connection),
        Found::Nothing => Err(JournalError::NotAJournal(path.into())),
    }
}

/// Reports say much about other people's servers: the file is for this user alone. The files beside it that SQLite makes are
/// as private as this one.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match std::fs::metadata(path)?.is_file() {
                true => Ok(()),
                false => Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "this is not a regular file",
                )),
            }
        }
        Err(error) => Err(error),
    }
}

#[derive(PartialEq, Eq)]
enum Found {
    Nothing,
    Journal,
}

fn check(connection: &Connection, path: &Path) -> Result<Found, JournalError> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let tables = number("SELECT count(*) FROM sqlite_schema").told(path)?;
    let application = number("PRAGMA application_id").told(path)?;
    let version = number("PRAGMA user_version").told(path)?;
    match (tables, application) {
        (0, 0) => Ok(Found::Nothing),
        (_, APPLICATION) if version > VERSION => Err(JournalError::Newer {
            path: path.into(),
            found: version,
            known: VERSION,
        }),
        (_, APPLICATION) if version == VERSION => Ok(Found::Journal),
        (_, _) => Err(JournalError::NotAJournal(path.into())),
    }
}

/// All tables or none. Another process may have made them in between.
fn create(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .told(path)?;
    if check(&transaction, path)? == Found::Nothing {
        transaction.execute_batch(TABLES).told(path)?;
        transaction
            .pragma_update(None, "application_id", APPLICATION)
            .told(path)?;
        transaction
            .pragma_update(None, "user_version", VERSION)
            .told(path)?;
    }
    transaction.commit().told(path)
}
