//! What the last good look saw, in a file that is whole or as it was before.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Lists;
use files::output_file;
use files::output_file::OutputError;

/// What a file of ours says it is.
const KIND: &str = "remote-doctor addresses";
/// Readers refuse another version.
const VERSION: &str = "1";
/// Longer than any state we write.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The lists of the last good look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    kind: String,
    schema_version: String,
    /// Where the lists came from.
    pub source: String,
    /// When they were last seen (RFC 3339).
    pub looked: Timestamp,
    /// Since when they are as they are: the first look, or the last change.
    pub since: Timestamp,
    /// The lists.
    #[serde(flatten)]
    pub lists: Lists,
}

/// Why there is no state to compare with, or none could be saved.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("the state file {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is not whole, or not ours.
    #[error(
        "the state file {} {what}; it was left as it is. Put it right, or remove it to begin anew", path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It belongs to other lists.
    #[error(
        "the state file {} is of {saved}, not of {asked}; give each source a state file of its own", path.display()
    )]
    OfAnother {
        /// The file.
        path: PathBuf,
        /// Where its lists came from.
        saved: String,
        /// Where these lists come from.
        asked: String,
    },
    /// It is not replaced.
    #[error("the state file was not saved: {0}; the next look compares with the one before")]
    NotSaved(#[from] OutputError),
    /// It cannot be written.
    #[error("the state file {} was not saved: {error}; the next look compares with the one before", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl State {
    /// The state after a look at `now` that saw these lists, `since` when they are as they are.
    pub fn new(source: &str, lists: Lists, now: Timestamp, since: Timestamp) -> State {
        State {
            kind: KIND.into(),
            schema_version: VERSION.into(),
            source: source.into(),
            looked: now,
            since,
            lists,
        }
    }

    /// Reads a state of lists that come from `source`; none where there is no file.
    ///
    /// # Errors
    /// There is a file, and it cannot be read, is not whole, not ours, or of another source.
    pub fn load(path: &Path, source: &str) -> Result<Option<State>, StateError> {
        let text = match read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let path = path.into();
                return Err(StateError::Read { path, error });
            }
        };
        let state = parse(&text).map_err(|what| StateError::Foreign {
            path: path.into(),
            what,
        })?;
        if state.source != source {
            return Err(StateError::OfAnother {
                path: path.into(),
                saved: model::cleaner::line(&state.source, 200),
                asked: source.into(),
            });
        }
        Ok(Some(state))
    }

    /// Replaces the file, so that no reader and no crash sees a part.
    ///
    /// # Errors
    /// It cannot be written; then the file is as it was.
    pub fn save(&self, path: &Path) -> Result<(), StateError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| StateError::Write {
            path: path.into(),
            error: error.into(),
        })?;
        json.push(b'\n');
        Ok(output_file::write(path, &json)?)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    // A FIFO would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut text)?;
    Ok(text)
}

fn parse(text: &[u8]) -> Result<State, String> {
    let foreign = || "is no state of `remote-doctor addresses`".to_owned();
    if text.len() as u64 > MAX_BYTES {
        return Err(foreign());
    }
    let value: serde_json::Value = serde_json::from_slice(text).map_err(|error| {
        if error.is_eof() {
            "ends too early".to_owned()
        } else {
            foreign()
        }
    })?;
    if value["kind"] != KIND {
        return Err(foreign());
    }
    if value["schema_version"] != VERSION {
        return Err("was written by another version of remote-doctor".into());
    }
    let damaged = |error: serde_json::Error| format!("is damaged: {error}");
    let state: State = serde_json::from_value(value).map_err(damaged)?;
    match state.lists == Lists::default() {
        true => Err("is damaged: it has no address".into()),
        false => Ok(state),
    }
}

/// Whether a file that is no report is a state of ours, which may well lie beside the reports.
pub fn is_state(text: &[u8]) -> bool {
    parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    fn state() -> State {
        let lists = Lists {
            dedicated: ["203.0.113.7".parse().unwrap()].into(),
            published: ["198.51.100.0/24".parse().unwrap()].into(),
        };
        let (now, since) = (Timestamp::now(), Timestamp::UNIX_EPOCH);
        State::new("https://app.example.com/ip_addresses", lists, now, since)
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let state = state();
        assert!(State::load(&path, &state.source).unwrap().is_none());
        state.save(&path).unwrap();
        state.save(&path).unwrap();
        assert_eq!(State::load(&path, &state.source).unwrap(), Some(state));
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_ours_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let whole = serde_json::to_string(&state()).unwrap();
        for (text, why) in [
            (&whole[..whole.len() / 2], "ends too early"),
            ("", "ends too early"),
            ("{\"published\": []}", "no state of"),
            ("# my notes", "no state of"),
            (&whole.replace("\"1\"", "\"2\""), "another version"),
            (&whole.replace("203.0.113.7", "host"), "damaged"),
        ] {
            fs::write(&path, text).unwrap();
            let error = State::load(&path, &state().source).unwrap_err().to_string();
            assert!(
                error.contains(why) && error.contains("state.json"),
                "{error}"
            );
        }
        fs::write(&path, &whole).unwrap();
        let error = State::load(&path, "https://other.example").unwrap_err();
        assert!(matches!(error, StateError::OfAnother { .. }), "{error}");
        assert!(State::load(folder.path(), "x").is_err());
    }

    #[test]
    fn what_cannot_be_saved_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/state.json");
        let error = state().save(&path).unwrap_err().to_string();
        assert!(error.contains("was not saved"), "{error}");
    }
}
