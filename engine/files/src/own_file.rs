//! The user's own settings: what lies in the folder that only the user writes to is the user's own word.

use std::fs;
use std::path::Path;

use etcetera::BaseStrategy;

use crate::own_files::is_ours_alone;

/// A settings file in the user's own configuration folder.
#[derive(Debug)]
pub struct OwnFile(());

impl OwnFile {
    /// Whether a file is one: with links resolved it lies in `remote-doctor` of the user's configuration folder, and it and
    /// every folder down to it belong to the user, and nobody else may write to them.
    pub fn at(settings: &Path) -> Option<OwnFile> {
        let base = etcetera::choose_base_strategy().ok()?;
        OwnFile::within(&base.config_dir().join("remote-doctor"), settings)
    }

    fn within(folder: &Path, settings: &Path) -> Option<OwnFile> {
        let folder = fs::canonicalize(folder).ok()?;
        let file = fs::canonicalize(settings).ok()?;
        let inner = file
            .ancestors()
            .take_while(|path| path.starts_with(&folder));
        let (mut some, mut ours) = (false, true);
        for path in inner {
            some = true;
            ours &= is_ours_alone(path).unwrap_or(false);
        }
        (some && ours && file.is_file()).then_some(OwnFile(()))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    #[test]
    fn only_what_the_user_alone_can_write_is_the_users_own() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("remote-doctor");
        let inner = folder.join("customers");
        fs::create_dir_all(&inner).unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&folder, 0o700);
        mode(&inner, 0o700);
        let file = inner.join("acme.toml");
        fs::write(&file, "").unwrap();
        let is_own = |path: &Path| OwnFile::within(&folder, path).is_some();
        assert!(is_own(&file));
        for path in [&file, &inner, &folder] {
            let before = path.metadata().unwrap().permissions().mode();
            mode(path, 0o777);
            assert!(!is_own(&file), "{}", path.display());
            mode(path, before & 0o777);
        }
        assert!(is_own(&file));
        // Out of the folder by a link, by dots, and beside it.
        let outside = scratch.path().join("ticket.toml");
        fs::write(&outside, "").unwrap();
        symlink(&outside, inner.join("link.toml")).unwrap();
        assert!(!is_own(&inner.join("link.toml")));
        assert!(!is_own(&inner.join("../../ticket.toml")));
        assert!(!is_own(&folder));
        assert!(!is_own(&inner.join("none.toml")));
        let alike = scratch.path().join("remote-doctor-2");
        fs::create_dir(&alike).unwrap();
        fs::write(alike.join("a.toml"), "").unwrap();
        assert!(!is_own(&alike.join("a.toml")));
        // Only root may give it to somebody else.
        if chown(&file, Some(4711), None).is_ok() {
            assert!(!is_own(&file), "of another user");
        }
    }
}
