//! A file of the journal: a line that says of which session it is, and a line for each thing made or removed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Session;
use crate::net::{is_name_of_a_run, is_under};

/// What tells our file from any other.
pub(super) const FORMAT: &str = "remote-doctor journal";
pub(super) const VERSION: u32 = 1;
const ENDING: &str = "jsonl";
/// A run makes fifty things at most.
const MAX_BYTES: u64 = 256 * 1024;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) session: Session,
    /// What the names of all things begin with.
    pub(super) name: String,
    pub(super) began: Timestamp,
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    Made(Made),
    Removed { path: String },
}

/// Something that a probe made, or was about to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Made {
    /// The probe.
    pub probe: String,
    /// The path as it was sent.
    pub path: String,
}

/// What a run that has ended left on a remote.
#[derive(Clone, Debug)]
pub struct Left {
    /// The session that made it.
    pub session: Session,
    /// What its names begin with.
    pub name: String,
    /// When the run began to write.
    pub began: Timestamp,
    /// What may still be there; at least one thing.
    pub made: Vec<Made>,
    pub(super) file: PathBuf,
}

impl Left {
    /// Reads a file; none where its run goes on, or where nothing is left, and then the file goes away.
    pub(super) fn read(path: &Path) -> io::Result<Option<Left>> {
        let file = match OpenOptions::new().read(true).open(path) {
            // It was finished in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let left = parsed(&file, path)?;
        if left.made.is_empty() {
            fs::remove_file(path)?;
            return Ok(None);
        }
        Ok(Some(left))
    }

    /// The same file, held so that no other process removes the same things; none where another does.
    pub(super) fn held(&self) -> io::Result<Option<(File, Left)>> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&self.file)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let left = parsed(&file, &self.file)?;
        Ok(Some((file, left)))
    }

    /// Takes it out of the journal, whatever is on the remote.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(self) -> io::Result<()> {
        fs::remove_file(self.file)
    }
}

/// Whether it is a file of ours, and finished.
pub(super) fn is_one(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == ENDING)
}

pub(super) fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(ENDING)
}

/// A file that is no part of the journal yet. It is readable for its user alone.
pub(super) fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".")
        .suffix(".part")
        .tempfile_in(folder)
}

pub(super) fn line(line: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

fn parsed(file: &File, path: &Path) -> io::Result<Left> {
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    let damaged = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    if text.len() as u64 > MAX_BYTES {
        return Err(damaged("longer than a file of the journal"));
    }
    // What a killed process did not finish writing was never sent either.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut lines = whole.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|_| damaged("not a file of the journal"))?;
    if header.format != FORMAT || header.version != VERSION {
        return Err(damaged("written by another version of remote-doctor"));
    }
    if !is_name_of_a_run(&header.name) {
        return Err(damaged("its name is not one of a run"));
    }
    let mut made: Vec<Made> = Vec::new();
    for line in lines {
        match serde_json::from_str(line).map_err(|_| damaged("a line cannot be read"))? {
            Line::Made(thing) if !is_under(&thing.path, &header.name) => {
                return Err(damaged("a path is not under the name of its run"));
            }
            Line::Made(thing) => made.push(thing),
            Line::Removed { path } => made.retain(|thing| thing.path != path),
        }
    }
    Ok(Left {
        session: header.session,
        name: header.name,
        began: header.began,
        made,
        file: path.into(),
    })
}
