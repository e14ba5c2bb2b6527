//! What is there where a file is to be written.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{OutputError, Refused};

/// What is there.
#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing.
    Nothing,
    /// A regular file, or a link to one.
    Regular {
        /// The file, with links resolved.
        target: PathBuf,
        found: Metadata,
    },
    /// A device, or a link to one.
    Device,
    Fifo,
    #[cfg(unix)]
    Socket,
    /// A file that this process has open, by its number: `/dev/stdout`, `/dev/fd/63`.
    Descriptor(u32),
}

/// What is there, where a file may be written.
///
/// # Errors
/// It must not be replaced, or it cannot be looked at.
pub(super) fn of(path: &Path) -> Result<Kind, OutputError> {
    let io = |source| OutputError::Io {
        path: path.into(),
        source,
    };
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kind::Nothing),
        found => found.map_err(io)?,
    };
    if !found.is_symlink() {
        return direct(path, found).map_err(Into::into);
    }
    if let Some(number) = descriptor(path) {
        return Ok(Kind::Descriptor(number));
    }
    if is_foreign(path, &found).map_err(io)? {
        return Err(Refused::ForeignLink(path.into()).into());
    }
    linked(path)
}

#[cfg(unix)]
fn direct(path: &Path, found: Metadata) -> Result<Kind, Refused> {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    if kind.is_file() {
        let target = path.into();
        Ok(Kind::Regular { target, found })
    } else if kind.is_dir() {
        Err(Refused::Folder(path.into()))
    } else if kind.is_char_device() || kind.is_block_device() {
        Ok(Kind::Device)
    } else if kind.is_fifo() {
        Ok(Kind::Fifo)
    } else if kind.is_socket() {
        Ok(Kind::Socket)
    } else {
        Err(Refused::Unknown(path.into()))
    }
}

#[cfg(not(unix))]
fn direct(path: &Path, found: Metadata) -> Result<Kind, Refused> {
    if found.is_file() {
        let target = path.into();
        Ok(Kind::Regular { target, found })
    } else if found.is_dir() {
        Err(Refused::Folder(path.into()))
    } else {
        Err(Refused::Unknown(path.into()))
    }
}

/// Where a link leads. The file at its end is replaced, and the link stays.
fn linked(path: &Path) -> Result<Kind, OutputError> {
    let io = |source| OutputError::Io {
        path: path.into(),
        source,
    };
    let refused = |to| {
        Err(Refused::Link {
            path: path.into(),
            to,
        }
        .into())
    };
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return refused("nothing"),
        found => found.map_err(io)?,
    };
    let target = fs::canonicalize(path).map_err(io)?;
    match direct(&target, found) {
        Ok(kind @ (Kind::Regular { .. } | Kind::Device)) => Ok(kind),
        Ok(Kind::Fifo) => refused("a FIFO"),
        #[cfg(unix)]
        Ok(Kind::Socket) => refused("a socket"),
        Ok(Kind::Nothing | Kind::Descriptor(_)) | Err(Refused::Unknown(_)) => {
            refused("something else")
        }
        Err(Refused::Folder(_)) => refused("a folder"),
        Err(other) => Err(other.into()),
    }
}

/// Links in the folder of all open files of a process do not lead to a name, but to what is open.
#[cfg(target_os = "linux")]
fn descriptor(path: &Path) -> Option<u32> {
    /// As many links as Linux follows.
    const MOST: usize = 40;
    let own = fs::canonicalize("/proc/self/fd").ok()?;
    let mut path = path.to_path_buf();
    for _ in 0..MOST {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = fs::canonicalize(folder).ok()?;
        let name = path.file_name()?;
        if folder == own {
            return name.to_str()?.parse().ok();
        }
        path = folder.join(fs::read_link(folder.join(name)).ok()?);
    }
    None
}

#[cfg(not(target_os = "linux"))]
fn descriptor(_path: &Path) -> Option<u32> {
    None
}

/// In a folder like /tmp anybody can leave a link to a file of ours; Linux does not follow such links either
/// (fs.protected_symlinks), where it is told so.
#[cfg(unix)]
fn is_foreign(path: &Path, link: &Metadata) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    const STICKY_AND_FOR_ALL: u32 = 0o1002;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = fs::metadata(folder)?;
    let own = rustix::process::geteuid().as_raw();
    Ok(folder.mode() & STICKY_AND_FOR_ALL == STICKY_AND_FOR_ALL
        && link.uid() != own
        && link.uid() != folder.uid())
}

#[cfg(not(unix))]
fn is_foreign(_path: &Path, _link: &Metadata) -> io::Result<bool> {
    Ok(false)
}
