//! Files that somebody else made. They are read whole and once, so that what is looked at is what was checked, and nothing
//! but a regular file is read: a pipe may never end, and a device may do anything.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is a directory, a pipe, a device or a socket.
    #[error("not a regular file")]
    NotRegular,
    /// It is larger than what is wanted ever is.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// The system does not give it.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}

/// What is in a regular file of at most so many bytes.
///
/// # Errors
/// It is not one, or cannot be read.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    // Looked at before it is opened, since opening alone can have effects, and after it, since it may be another by then.
    regular(&fs::metadata(path)?)?;
    let file = open(path)?;
    let found = file.metadata()?;
    regular(&found)?;
    if found.len() > most {
        return Err(ReadError::TooLarge(most));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(ReadError::TooLarge(most)),
        false => Ok(bytes),
    }
}

fn regular(found: &fs::Metadata) -> Result<(), ReadError> {
    match found.is_file() {
        true => Ok(()),
        false => Err(ReadError::NotRegular),
    }
}

/// Opens without waiting: a pipe would wait for somebody who writes.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let at_once = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(at_once.bits().cast_signed());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_regular_file_of_that_size_is_read() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("a");
        fs::write(&file, [7; 10]).unwrap();
        assert_eq!(read(&file, 10).unwrap(), [7; 10]);
        assert!(matches!(read(&file, 9), Err(ReadError::TooLarge(9))));
        assert!(matches!(
            read(scratch.path(), 10),
            Err(ReadError::NotRegular)
        ));
        let missing = scratch.path().join("b");
        assert!(matches!(read(&missing, 10), Err(ReadError::Unreadable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn whoever_writes_a_pipe_or_a_device_is_not_waited_for() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let scratch = tempfile::tempdir().unwrap();
        let (pipe, link) = (scratch.path().join("pipe"), scratch.path().join("link"));
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        let socket = scratch.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let zero = Path::new("/dev/zero");
        let begun = std::time::Instant::now();
        for path in [&pipe, &link, &socket, zero] {
            let refused = read(path, 10);
            assert!(
                matches!(refused, Err(ReadError::NotRegular)),
                "{path:?}: {refused:?}"
            );
        }
        assert!(begun.elapsed().as_secs() < 1);
    }
}
