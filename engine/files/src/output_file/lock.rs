//! One process at a time reads a file, changes what it says and writes it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// Why a file is not locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{}: another remote-doctor has used this file for {} s already", path.display(), waited.as_secs())]
    Taken {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// It cannot be locked.
    #[error("{}: cannot be locked: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A file that no other process of ours reads to change it, until this is dropped. The lock is on an empty file beside it,
/// since the file itself is replaced. That one stays: whoever removed it could remove one that another process waits for.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock ends with the file")] File);

impl Lock {
    /// Waits for the lock of a file, which need not be there.
    ///
    /// # Errors
    /// Another process has had it for all of this time, or nothing can be written beside the file.
    pub async fn of(path: &Path, patience: Duration) -> Result<Lock, LockError> {
        let io = |source| LockError::Io {
            path: path.into(),
            source,
        };
        let file = open(&beside(path)).map_err(io)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::Error(source)) => return Err(io(source)),
                Err(TryLockError::WouldBlock) if began.elapsed() >= patience => {
                    return Err(LockError::Taken {
                        path: path.into(),
                        waited: patience,
                    });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// The same for every name that leads to the file.
fn beside(path: &Path) -> PathBuf {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".lock");
    path.with_file_name(name)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}
