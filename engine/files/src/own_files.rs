//! Files and folders that belong to the user alone.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, HomeDirError};

/// The folder for what remote-doctor keeps from run to run: of the user's folder for state, or for data where the system has
/// none for state. It need not be there.
///
/// # Errors
/// The user has no home.
pub fn state_folder() -> Result<PathBuf, HomeDirError> {
    let base = etcetera::choose_base_strategy()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Ok(state.join("remote-doctor"))
}

/// Whether it belongs to this user and nobody else may write to it. A link does not.
///
/// # Errors
/// It cannot be looked at.
#[cfg(unix)]
pub fn is_ours_alone(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    const OTHERS_WRITE: u32 = 0o022;
    let found = std::fs::symlink_metadata(path)?;
    let own = rustix::process::geteuid().as_raw();
    Ok(found.uid() == own && found.mode() & OTHERS_WRITE == 0 && !found.is_symlink())
}

/// Whether it belongs to this user and nobody else may write to it: not known on this system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn is_ours_alone(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Makes a folder that this user alone can enter, with those above it that are missing.
///
/// # Errors
/// It cannot be made.
#[cfg(unix)]
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    const FOR_US_ALONE: u32 = 0o700;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(FOR_US_ALONE).create(path)
}

/// Makes a folder that this user alone can enter, with those above it that are missing.
///
/// # Errors
/// It cannot be made.
#[cfg(not(unix))]
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn what_others_may_write_is_not_ours_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("a/b");
        make_private_folder(&folder).unwrap();
        assert_eq!(
            folder.metadata().unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert!(is_ours_alone(&folder).unwrap());
        for mode in [0o720, 0o702, 0o777] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            assert!(!is_ours_alone(&folder).unwrap(), "{mode:o}");
        }
        let link = scratch.path().join("link");
        symlink(scratch.path().join("a"), &link).unwrap();
        assert!(!is_ours_alone(&link).unwrap());
        assert!(is_ours_alone(Path::new("none")).is_err());
    }
}
