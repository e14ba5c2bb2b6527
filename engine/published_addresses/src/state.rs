//! What the last good look saw, in a file that is whole or as it was before.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Lists;
use files::state_file::{self, StateFileError};

/// What a file of ours says it is.
const KIND: &str = "remote-doctor addresses";
/// Readers refuse another version.
const VERSION: &str = "1";

/// The lists of the last good look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedLists {
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
    /// It cannot be read or written, or it is not ours.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// It belongs to other lists.
    #[error(
        "the state file {} belongs to {saved}, not to {asked}; give each source a separate state file", path.display()
    )]
    OfAnother {
        /// The file.
        path: PathBuf,
        /// Where its lists came from.
        saved: String,
        /// Where these lists come from.
        asked: String,
    },
}

impl SavedLists {
    /// The state after a look at `now` that saw these lists, `since` when they are as they are.
    pub fn new(source: &str, lists: Lists, now: Timestamp, since: Timestamp) -> SavedLists {
        SavedLists {
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
    pub fn load(path: &Path, source: &str) -> Result<Option<SavedLists>, StateError> {
        let Some(state) = state_file::read(path, parse)? else {
            return Ok(None);
        };
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
        Ok(state_file::write(path, self)?)
    }
}

fn parse(text: &[u8]) -> Result<SavedLists, String> {
    let foreign = || "is not a state file of `remote-doctor addresses`".to_owned();
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
    let state: SavedLists = serde_json::from_value(value).map_err(damaged)?;
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
    fn state() -> SavedLists {
        let lists = Lists {
            dedicated: ["203.0.113.7".parse().unwrap()].into(),
            published: ["198.51.100.0/24".parse().unwrap()].into(),
        };
        let (now, since) = (Timestamp::now(), Timestamp::UNIX_EPOCH);
        SavedLists::new("https://app.example.com/ip_addresses", lists, now, since)
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let state = state();
        assert!(SavedLists::load(&path, &state.source).unwrap().is_none());
        state.save(&path).unwrap();
        state.save(&path).unwrap();
        assert_eq!(SavedLists::load(&path, &state.source).unwrap(), Some(state));
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
            ("{\"published\": []}", "not a state file of"),
            ("# my notes", "not a state file of"),
            (&whole.replace("\"1\"", "\"2\""), "another version"),
            (&whole.replace("203.0.113.7", "host"), "damaged"),
        ] {
            fs::write(&path, text).unwrap();
            let error = SavedLists::load(&path, &state().source)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(why) && error.contains("state.json"),
                "{error}"
            );
        }
        fs::write(&path, &whole).unwrap();
        let error = SavedLists::load(&path, "https://other.example").unwrap_err();
        assert!(matches!(error, StateError::OfAnother { .. }), "{error}");
        assert!(SavedLists::load(folder.path(), "x").is_err());
    }

    #[test]
    fn what_cannot_be_saved_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/state.json");
        let error = state().save(&path).unwrap_err().to_string();
        assert!(error.contains("was not saved"), "{error}");
    }
}
