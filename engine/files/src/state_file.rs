//! Files in which a command keeps what it has seen, for its next run: read only where they are ours and whole, and replaced as
//! a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::output_file::{self, LockError, OutputError};

/// No state of ours is longer, in bytes.
pub const MAX_BYTES: u64 = 4 << 20;

/// Why a state file cannot be used. It is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It cannot be read.
    #[error("the state file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not ours, not whole, or of another version.
    #[error(
        "the state file {} {why}; it was not changed. Correct it, name another file, or move this one away to \
        start again",
        path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it: a verb and what follows.
        why: String,
    },
    /// Another process keeps it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// It is not replaced.
    #[error("the state file was not saved: {0}; the next run compares with the older state")]
    NotSaved(#[from] OutputError),
}

/// Reads a state file; none where there is no file. `parse` says what is wrong with a text that is not ours: a verb and what
/// follows, such as "ends too early".
///
/// # Errors
/// There is a file, and it cannot be read, or it is not ours.
pub fn read<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<Option<T>, StateFileError> {
    let failed = |source| StateFileError::Read {
        path: path.into(),
        source,
    };
    let not_ours = |why: String| StateFileError::NotOurs {
        path: path.into(),
        why,
    };
    let length = match fs::metadata(path) {
        // A FIFO would be waited for.
        Ok(file) if !file.is_file() => return Err(not_ours("is not a regular file".into())),
        Ok(file) => file.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if length > MAX_BYTES {
        return Err(not_ours("is too large for a state of remote-doctor".into()));
    }
    let text = fs::read(path).map_err(failed)?;
    parse(&text).map(Some).map_err(not_ours)
}

/// Replaces a state file by this state as JSON: whoever reads it sees the old one or the new one, never a part.
///
/// # Errors
/// It cannot be written; then it is as it was.
pub fn write(path: &Path, state: &impl Serialize) -> Result<(), StateFileError> {
    let mut text = serde_json::to_vec_pretty(state).map_err(|error| OutputError::Io {
        path: path.into(),
        source: error.into(),
    })?;
    text.push(b'\n');
    Ok(output_file::write(path, &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &[u8]) -> Result<u32, String> {
        let text = std::str::from_utf8(text).map_err(|_| "is no text".to_string())?;
        text.trim().parse().map_err(|_| "has no number".into())
    }

    #[test]
    fn what_is_written_is_read_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        assert_eq!(read(&path, number).unwrap(), None);
        for state in [7, 8] {
            write(&path, &state).unwrap();
            assert_eq!(read(&path, number).unwrap(), Some(state));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_ours_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let told = |path: &Path| read(path, number).unwrap_err().to_string();
        fs::write(&path, "my notes").unwrap();
        assert!(
            told(&path).contains("state has no number; it was not changed"),
            "{}",
            told(&path)
        );
        assert_eq!(fs::read(&path).unwrap(), b"my notes");
        let longer = fs::File::create(&path).unwrap();
        longer.set_len(MAX_BYTES + 1).unwrap();
        assert!(told(&path).contains("is too large"), "{}", told(&path));
        assert!(told(folder.path()).contains("is not a regular file"));
        let missing = folder.path().join("missing/state");
        let error = write(&missing, &7).unwrap_err().to_string();
        assert!(error.contains("was not saved"), "{error}");
    }
}
