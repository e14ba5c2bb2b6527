//! What checks make on remotes, written down before it is made: whatever ends a check, the next one can name what is left.
//!
//! The journal is a folder of the user's own. Each run from one source address has a file there from its first upload until
//! everything is removed, and holds a lock on it: a file that nobody holds is of a run that was killed, or that could not
//! remove everything. No password is in it.

mod entry;
mod page;

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Check;
use files::own_files::{is_ours_alone, make_private_folder, state_folder};
use model::remote::{Remote, SslSetting};

pub use entry::{Left, Made};
pub use page::Page;

/// More files than a user has remotes that went wrong.
const MOST: usize = 1_000;

/// Where what a run makes is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Journal {
    /// Nowhere: the run makes nothing, or the server ends with this process.
    #[default]
    NotNeeded,
    /// In this folder, which is the user's alone.
    Kept(PathBuf),
    /// It cannot be, so nothing is made: why, without the names of folders, since reports tell it.
    Unusable(String),
}

/// Which session made something, and so which one can remove it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// Name or address of the remote, as the settings have it.
    pub host: String,
    /// Its control port.
    pub port: u16,
    /// How it was to be secured.
    pub ssl: SslSetting,
    /// The user name.
    pub user: Option<String>,
    /// The path that was worked in, from the login directory.
    pub remote_path: Option<String>,
    /// The source address, where one was chosen.
    pub source: Option<IpAddr>,
}

impl Session {
    /// The session of a check from a source address.
    pub fn of(check: &Check, source: Option<IpAddr>) -> Session {
        let remote = &check.remote;
        Session {
            host: remote.host.clone(),
            port: remote.port,
            ssl: remote.ssl,
            user: remote.user.clone(),
            remote_path: remote.remote_path.clone(),
            source,
        }
    }

    /// Whether a remote is the very account on the very server.
    pub fn is_for(&self, remote: &Remote) -> bool {
        remote.host.eq_ignore_ascii_case(&self.host)
            && remote.port == self.port
            && remote.user == self.user
    }
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no place for it.
    #[error("there is no folder for this user's state: {0}")]
    NoFolder(String),
    /// Others could change it.
    #[error("{}: other users may write to this folder, or it belongs to another user", .0.display())]
    NotOurs(PathBuf),
    /// It cannot be written or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl JournalError {
    /// The same without the name of the file or folder.
    pub fn reason(&self) -> String {
        match self {
            JournalError::NoFolder(why) => why.clone(),
            JournalError::NotOurs(_) => "other users may write to its folder".into(),
            JournalError::Io { source, .. } => source.to_string(),
        }
    }
}

/// What is in the journal of runs that have ended.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// What is still on remotes, the oldest first.
    pub left: Vec<Left>,
    /// Files that cannot be read, and why.
    pub unreadable: Vec<JournalError>,
}

impl Journal {
    /// The journal of this user; where it cannot be written, the error, too.
    pub fn of_user() -> (Journal, Option<JournalError>) {
        match folder().and_then(|folder| tried(&folder).map(|()| folder)) {
            Ok(folder) => (Journal::Kept(folder), None),
            Err(error) => (Journal::Unusable(error.reason()), Some(error)),
        }
    }

    /// Why nothing is made on the remote, though the user permits it.
    pub fn withholds(&self) -> Option<&str> {
        match self {
            Journal::Unusable(why) => Some(why),
            Journal::NotNeeded | Journal::Kept(_) => None,
        }
    }

    /// The page of a run that makes things under this name.
    pub(crate) fn page(&self, name: &str, session: &Session) -> Option<Page> {
        match self {
            Journal::Kept(folder) => Some(Page::new(folder, name, session)),
            Journal::NotNeeded | Journal::Unusable(_) => None,
        }
    }
}

/// What runs of this user that have ended left on remotes. A file of which nothing is left any more goes away.
///
/// # Errors
/// There is a journal, and it cannot be read.
pub fn leftovers() -> Result<Leftovers, JournalError> {
    match folder() {
        Ok(folder) => leftovers_in(&folder),
        // Nothing can have been written down.
        Err(_) => Ok(Leftovers::default()),
    }
}

fn leftovers_in(folder: &Path) -> Result<Leftovers, JournalError> {
    let io = |source| JournalError::Io {
        path: folder.into(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Leftovers::default()),
        entries => entries.map_err(io)?,
    };
    if !is_ours_alone(folder).map_err(io)? {
        return Err(JournalError::NotOurs(folder.into()));
    }
    let mut all = Leftovers::default();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    for path in files.filter(|path| entry::is_one(path)).take(MOST) {
        match Left::read(&path) {
            Ok(Some(left)) => all.left.push(left),
            Ok(None) => {}
            Err(source) => all.unreadable.push(JournalError::Io { path, source }),
        }
    }
    all.left.sort_by_key(|left| left.began);
    Ok(all)
}

fn folder() -> Result<PathBuf, JournalError> {
    let state = state_folder().map_err(|error| JournalError::NoFolder(error.to_string()))?;
    Ok(state.join("journal"))
}

/// Whether something can be written down: a folder alone does not tell that a disk is full.
fn tried(folder: &Path) -> Result<(), JournalError> {
    use std::io::Write;
    let io = |source| JournalError::Io {
        path: folder.into(),
        source,
    };
    make_private_folder(folder).map_err(io)?;
    if !is_ours_alone(folder).map_err(io)? {
        return Err(JournalError::NotOurs(folder.into()));
    }
    let mut file = entry::unfinished(folder).map_err(io)?;
    file.write_all(&[b' '; 512]).map_err(io)?;
    file.as_file().sync_all().map_err(io)
}

#[cfg(all(test, unix))]
#[path = "journal/tests.rs"]
mod tests;
