//! The file in which it is kept what was seen of our own addresses over time.

use std::path::Path;
use std::time::Duration;

use allow_list::AddressHistory;
use files::output_file::Lock;
use files::state_file::{self, StateFileError};

/// Reading, adding and writing takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the file; where there is none, nothing was seen yet.
///
/// # Errors
/// It cannot be read, or it is not one of ours.
pub fn read(path: &Path) -> Result<AddressHistory, StateFileError> {
    let parse = |text: &[u8]| {
        let why = |why| format!("is not a state file of `check --sheet`, or is truncated ({why})");
        AddressHistory::parse(text).map_err(why)
    };
    Ok(state_file::read(path, parse)?.unwrap_or_default())
}

/// Reads the file, changes what it says and writes it, while no other process does the same.
///
/// # Errors
/// Another process keeps it, it is not one of ours any more, or it cannot be written; then it is as it was.
pub(crate) async fn update(
    path: &Path,
    change: impl FnOnce(&mut AddressHistory),
) -> Result<(), StateFileError> {
    let _lock = Lock::of(path, PATIENCE).await?;
    let mut state = read(path)?;
    change(&mut state);
    state_file::write(path, &state)
}

#[cfg(test)]
mod tests {
    use allow_list::SeenBy;
    use jiff::Timestamp;
    use std::fs;

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
        state_file::write(&path, &state).unwrap();
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
            assert!(matches!(read(&path), Err(StateFileError::NotOurs { .. })));
            assert_eq!(fs::read(&path).unwrap(), foreign);
        }
        let newer = String::from_utf8(whole)
            .unwrap()
            .replace("\"version\": 1", "\"version\": 2");
        fs::write(&path, newer).unwrap();
        assert!(matches!(read(&path), Err(StateFileError::NotOurs { .. })));
        assert!(matches!(
            read(folder.path()),
            Err(StateFileError::Read { .. } | StateFileError::NotOurs { .. })
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
