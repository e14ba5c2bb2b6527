//! The file in which it is kept what was seen of our own addresses over time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use allow_list::State;
use files::output_file::{self, Lock, LockError, OutputError};

/// Reading, adding and writing takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// A file of ours has a hundredth of this.
const MAX_BYTES: u64 = 1 << 20;

/// Why the file cannot be used. It is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not ours, or not whole.
    #[error(
        "{}: not a state file of remote-doctor, or cut short ({why}); it was left as it is. Name another file, or move \
         this one away to begin anew", path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process keeps it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// It is not replaced.
    #[error("the state was not saved: {0}")]
    NotSaved(#[from] OutputError),
    /// It cannot be written.
    #[error("{}: the state cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads the file; where there is none, nothing was seen yet.
///
/// # Errors
/// It cannot be read, or it is not one of ours.
pub fn read(path: &Path) -> Result<State, StateError> {
    let failed = |source| StateError::Read {
        path: path.into(),
        source,
    };
    let not_ours = |why: String| StateError::NotOurs {
        path: path.into(),
        why,
    };
    let length = match fs::metadata(path) {
        // A FIFO would be waited for.
        Ok(file) if !file.is_file() => return Err(not_ours("no regular file".into())),
        Ok(file) => file.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
        Err(error) => return Err(failed(error)),
    };
    if length > MAX_BYTES {
        return Err(not_ours("it is too large".into()));
    }
    State::parse(&fs::read(path).map_err(failed)?).map_err(not_ours)
}

/// Reads the file, changes what it says and writes it, while no other process does the same.
///
/// # Errors
/// Another process keeps it, it is not one of ours any more, or it cannot be written; then it is as it was.
pub(crate) async fn update(path: &Path, change: impl FnOnce(&mut State)) -> Result<(), StateError> {
    let _lock = Lock::of(path, PATIENCE).await?;
    let mut state = read(path)?;
    change(&mut state);
    write(path, &state)
}

/// Writes the file; whoever reads it sees the old one or the new one, never a part.
fn write(path: &Path, state: &State) -> Result<(), StateError> {
    let text = serde_json::to_vec_pretty(state).map_err(|error| StateError::Write {
        path: path.into(),
        source: error.into(),
    })?;
    Ok(output_file::write(path, &text)?)
}

#[cfg(test)]
mod tests {
    use allow_list::SeenBy;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_file_is_read_back_and_a_foreign_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = read(&path).unwrap();
        state.add(
            None,
            "h",
            (SeenBy::Us, "203.0.113.7".parse().unwrap()),
            Timestamp::UNIX_EPOCH,
        );
        write(&path, &state).unwrap();
        assert_eq!(read(&path).unwrap(), state);
        let whole = fs::read(&path).unwrap();
        for foreign in [
            &whole[..whole.len() / 2],
            b"",
            b"{}",
            b"[1]",
            b"{\"series\": []}",
        ] {
            fs::write(&path, foreign).unwrap();
            assert!(matches!(read(&path), Err(StateError::NotOurs { .. })));
            assert_eq!(fs::read(&path).unwrap(), foreign);
        }
        let newer = String::from_utf8(whole)
            .unwrap()
            .replace("\"version\": 1", "\"version\": 2");
        fs::write(&path, newer).unwrap();
        assert!(matches!(read(&path), Err(StateError::NotOurs { .. })));
        assert!(matches!(
            read(folder.path()),
            Err(StateError::Read { .. } | StateError::NotOurs { .. })
        ));
    }

    #[test]
    fn looks_at_the_same_time_lose_nothing() {
        const LOOKS: u8 = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let path = &path;
        let one = |number: u8| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap();
            let source = Some(std::net::IpAddr::from([10, 0, 0, number]));
            let seen = (SeenBy::Us, "203.0.113.7".parse().unwrap());
            runtime.block_on(update(path, |state| {
                std::thread::sleep(Duration::from_millis(5));
                state.add(source, "h", seen, Timestamp::UNIX_EPOCH);
            }))
        };
        std::thread::scope(|scope| {
            let looks: Vec<_> = (0..LOOKS).map(|it| scope.spawn(move || one(it))).collect();
            for look in looks {
                look.join().unwrap().unwrap();
            }
        });
        let kept = serde_json::to_value(read(path).unwrap()).unwrap();
        let kept = kept["series"].as_array().map(Vec::len);
        assert_eq!(kept, Some(usize::from(LOOKS)));
    }
}
