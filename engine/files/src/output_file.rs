//! The one writer for every file that a command writes.
//!
//! A regular file, or nothing, is replaced: a file of a unique name is written beside it, synced and renamed, so that a
//! reader, a crash and a full disk see the old file or the new one. What is no regular file is never replaced: a device, a
//! FIFO and a socket are written in place.

mod kind;
mod lock;
mod replacement;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kind::Kind;
pub use lock::{Lock, LockError};
use replacement::Replacement;

/// How long a FIFO may have no reader.
const READER: Duration = Duration::from_secs(10);

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// What is there must not be replaced.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody reads a FIFO.
    #[error("{}: no program reads from this FIFO", .0.display())]
    NobodyReads(PathBuf),
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What stands where a file was to be written, and is no place for one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A folder.
    #[error("{}: this is a folder, not a file", .0.display())]
    Folder(PathBuf),
    /// A link that leads to what a link is not followed to.
    #[error("{}: this link leads to {to}; only a link to a regular file or a device is followed", path.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// What it leads to, with its article.
        to: &'static str,
    },
    /// A link that another user made where everybody may make one.
    #[error("{}: this link belongs to another user, in a folder where everyone may write; it is not followed", .0.display())]
    ForeignLink(PathBuf),
    /// Something else.
    #[error("{}: this is neither a regular file nor a device, a FIFO or a socket", .0.display())]
    Unknown(PathBuf),
}

/// Says whether a file may be written there, as far as that can be told before anything is written. That a folder is missing
/// or full shows only when the file is written.
///
/// # Errors
/// What stands there must not be replaced.
pub fn may_write(path: &Path) -> Result<(), Refused> {
    match kind::of(path) {
        Err(OutputError::Refused(refused)) => Err(refused),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Writes a file.
///
/// # Errors
/// It may not be written, or it cannot. A regular file is as it was then.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    OutputFile::open(path)?.finish(bytes)
}

/// A file that is going to be written: where that cannot be, it is known before there is anything to write.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Replace(Replacement),
    InPlace(Sink),
}

/// What is written in place.
#[derive(Debug)]
enum Sink {
    File(File),
    #[cfg(unix)]
    Socket(std::os::unix::net::UnixStream),
    StandardOutput,
    StandardError,
}

impl OutputFile {
    /// Opens it. A regular file that is there stays as it is until [`OutputFile::finish`].
    ///
    /// # Errors
    /// It may not be written, or it cannot.
    pub fn open(path: &Path) -> Result<OutputFile, OutputError> {
        let io = |source| OutputError::Io {
            path: path.into(),
            source,
        };
        let way = match kind::of(path)? {
            Kind::Nothing => Way::Replace(Replacement::of_nothing(path).map_err(io)?),
            Kind::Regular { target, found } => {
                Way::Replace(Replacement::of(&target, &found).map_err(io)?)
            }
            Kind::Device => Way::InPlace(Sink::File(device(path).map_err(io)?)),
            Kind::Fifo => Way::InPlace(Sink::File(fifo(path)?)),
            #[cfg(unix)]
            Kind::Socket => {
                let stream = std::os::unix::net::UnixStream::connect(path).map_err(io)?;
                Way::InPlace(Sink::Socket(stream))
            }
            Kind::Descriptor(1) => Way::InPlace(Sink::StandardOutput),
            Kind::Descriptor(2) => Way::InPlace(Sink::StandardError),
            Kind::Descriptor(_) => {
                // Whoever opened it may have written to it: what is there stays.
                let file = OpenOptions::new().append(true).open(path).map_err(io)?;
                Way::InPlace(Sink::File(file))
            }
        };
        Ok(OutputFile {
            path: path.into(),
            way,
        })
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// It cannot be written. A regular file is as it was then.
    pub fn finish(self, bytes: &[u8]) -> Result<(), OutputError> {
        let written = match self.way {
            Way::Replace(replacement) => replacement.finish(bytes),
            Way::InPlace(sink) => match sink.write(bytes) {
                // The reader has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written,
            },
        };
        written.map_err(|source| OutputError::Io {
            path: self.path,
            source,
        })
    }
}

impl Sink {
    fn write(self, bytes: &[u8]) -> io::Result<()> {
        fn all(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
            to.write_all(bytes)?;
            to.flush()
        }
        match self {
            Sink::File(file) => all(file, bytes),
            #[cfg(unix)]
            Sink::Socket(stream) => all(stream, bytes),
            Sink::StandardOutput => all(io::stdout().lock(), bytes),
            Sink::StandardError => all(io::stderr().lock(), bytes),
        }
    }
}

#[cfg(unix)]
fn device(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NOCTTY | OFlags::CLOEXEC).bits().cast_signed();
    OpenOptions::new()
        .write(true)
        .custom_flags(flags)
        .open(path)
}

#[cfg(not(unix))]
fn device(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Without a reader, opening a FIFO waits for ever; here it waits a while.
#[cfg(unix)]
fn fifo(path: &Path) -> Result<File, OutputError> {
    use rustix::fs::{OFlags, fcntl_setfl};
    use rustix::io::Errno;
    use std::os::unix::fs::OpenOptionsExt;
    const PAUSE: Duration = Duration::from_millis(20);
    let io = |source| OutputError::Io {
        path: path.into(),
        source,
    };
    let flags = (OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let began = std::time::Instant::now();
    loop {
        let opened = OpenOptions::new()
            .write(true)
            .custom_flags(flags)
            .open(path);
        match opened {
            Ok(file) => {
                fcntl_setfl(&file, OFlags::empty()).map_err(|error| io(error.into()))?;
                return Ok(file);
            }
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                if began.elapsed() > READER {
                    return Err(OutputError::NobodyReads(path.into()));
                }
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(io(error)),
        }
    }
}

#[cfg(not(unix))]
fn fifo(path: &Path) -> Result<File, OutputError> {
    let _ = READER;
    Err(Refused::Unknown(path.into()).into())
}

#[cfg(all(test, unix))]
#[path = "output_file/tests.rs"]
mod tests;
