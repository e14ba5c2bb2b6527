//! A regular file that takes the place of another, or of nothing.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file beside its place, under a name that nobody has used. Where it is not finished, it goes away.
#[derive(Debug)]
pub(super) struct Replacement {
    target: PathBuf,
    unfinished: NamedTempFile,
}

impl Replacement {
    /// In the place of nothing: readable by those the user's umask says.
    pub(super) fn of_nothing(target: &Path) -> io::Result<Replacement> {
        Ok(Replacement {
            target: target.into(),
            unfinished: beside(target)?,
        })
    }

    /// In the place of a regular file, whose permissions it keeps. A file that its user made read-only is no place.
    pub(super) fn of(target: &Path, found: &Metadata) -> io::Result<Replacement> {
        OpenOptions::new().write(true).open(target)?;
        let unfinished = beside(target)?;
        keep(found, unfinished.as_file())?;
        Ok(Replacement {
            target: target.into(),
            unfinished,
        })
    }

    pub(super) fn finish(mut self, bytes: &[u8]) -> io::Result<()> {
        self.unfinished.write_all(bytes)?;
        self.unfinished.as_file().sync_all()?;
        let renamed = self.unfinished.persist(&self.target);
        renamed.map_err(|error| error.error)?;
        sync_folder(folder(&self.target))
    }
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".remote-doctor-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the umask leaves of it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let folder = folder(target);
    let made = builder.tempfile_in(folder);
    // The library names the file that it wanted to make, of which nobody has heard.
    made.map_err(|error| match (error.kind(), folder.is_dir()) {
        (io::ErrorKind::NotFound, false) => io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no folder {}", folder.display()),
        ),
        (kind, _) => kind.into(),
    })
}

#[cfg(unix)]
fn keep(found: &Metadata, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    const PERMISSIONS: u32 = 0o777;
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (found.uid(), found.gid())
        && fchown(file, Some(found.uid()), Some(found.gid())).is_err()
    {
        // Only root may give a file away; the group may be one of ours.
        let _ = fchown(file, None, Some(found.gid()));
    }
    let mode = std::fs::Permissions::from_mode(found.mode() & PERMISSIONS);
    file.set_permissions(mode)
}

#[cfg(not(unix))]
fn keep(_found: &Metadata, _file: &File) -> io::Result<()> {
    Ok(())
}

/// After a crash a name may be lost that was not synced, too. Some file systems cannot.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
