//! A file with a secret, and where it lies as seen from the settings file that refers to it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is open, so that nobody exchanges it between the question and the reading.
#[derive(Debug)]
pub struct SecretFile {
    file: File,
    path: PathBuf,
}

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    /// In the settings file's own folder, or below.
    Beside,
    /// Anywhere else.
    Elsewhere,
}

impl SecretFile {
    /// Opens a file that a settings file names. It has to be a regular one: what else there is may hang, never end, or be
    /// somebody's terminal.
    pub(super) fn open(path: PathBuf, settings: &Path) -> io::Result<(SecretFile, Lies)> {
        let not_regular = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        if !fs::metadata(&path)?.is_file() {
            return Err(not_regular());
        }
        let file = open(&path)?;
        let found = file.metadata()?;
        let path = fs::canonicalize(&path)?;
        if !found.is_file() || !is_same(&found, &fs::symlink_metadata(&path)?) {
            return Err(not_regular());
        }
        let lies = lies(
            &path,
            &found,
            settings,
            etcetera::home_dir().ok().as_deref(),
        )?;
        Ok((SecretFile { file, path }, lies))
    }

    /// The file, with links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn into_reader(self) -> File {
        self.file
    }
}

/// A home folder is nobody's folder for one settings file: what lies below it, or is hidden in it, was not put beside the
/// file. Nor was what belongs to another user than the file does.
fn lies(secret: &Path, found: &Metadata, settings: &Path, home: Option<&Path>) -> io::Result<Lies> {
    let settings = fs::canonicalize(settings)?;
    let folder = settings.parent().unwrap_or(Path::new("/"));
    let Ok(rest) = secret.strip_prefix(folder) else {
        return Ok(Lies::Elsewhere);
    };
    let holds_home = home
        .and_then(|home| fs::canonicalize(home).ok())
        .is_some_and(|home| home.starts_with(folder));
    let is_hidden = rest.to_string_lossy().starts_with('.');
    let is_direct = rest.components().count() == 1;
    let is_beside = !holds_home || is_direct && !is_hidden;
    Ok(
        match is_beside && have_one_owner(found, &fs::metadata(&settings)?) {
            true => Lies::Beside,
            false => Lies::Elsewhere,
        },
    )
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC)
        .bits()
        .cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_one: &Metadata, other: &Metadata) -> bool {
    other.is_file()
}

#[cfg(unix)]
fn have_one_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn have_one_owner(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{chown, symlink};

    /// A folder with a settings file, a home beside it, and where a file lies from there.
    struct Scene {
        scratch: tempfile::TempDir,
        settings: PathBuf,
    }

    impl Scene {
        fn new() -> Scene {
            let scratch = tempfile::tempdir().unwrap();
            let at = |path: &str| scratch.path().join(path);
            for folder in ["ticket/below", "home/.vault", "home/ticket"] {
                fs::create_dir_all(at(folder)).unwrap();
            }
            for file in [
                "ticket/remote.toml",
                "ticket/secret",
                "ticket/.secret",
                "ticket/below/secret",
                "home/remote.toml",
                "home/secret",
                "home/.token",
                "home/.vault/token",
                "home/ticket/secret",
                "other",
            ] {
                fs::write(at(file), file).unwrap();
            }
            let settings = at("ticket/remote.toml");
            Scene { scratch, settings }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.scratch.path().join(path)
        }

        fn lies(&self, path: &str) -> io::Result<Lies> {
            let (file, _) = SecretFile::open(self.at(path), &self.settings)?;
            let found = file.file.metadata()?;
            lies(&file.path, &found, &self.settings, Some(&self.at("home")))
        }
    }

    #[test]
    fn only_the_settings_files_own_folder_is_beside_it() {
        let scene = Scene::new();
        symlink(scene.at("other"), scene.at("ticket/link")).unwrap();
        symlink(scene.scratch.path(), scene.at("ticket/up")).unwrap();
        symlink("secret", scene.at("ticket/inner")).unwrap();
        for (path, is) in [
            ("ticket/secret", Lies::Beside),
            ("ticket/.secret", Lies::Beside),
            ("ticket/below/secret", Lies::Beside),
            ("ticket/below/../secret", Lies::Beside),
            ("ticket/inner", Lies::Beside),
            ("other", Lies::Elsewhere),
            ("ticket/../other", Lies::Elsewhere),
            ("ticket/link", Lies::Elsewhere),
            ("ticket/up/other", Lies::Elsewhere),
            ("home/secret", Lies::Elsewhere),
        ] {
            assert_eq!(scene.lies(path).unwrap(), is, "{path}");
        }
    }

    #[test]
    fn a_home_folder_is_no_folder_of_one_settings_file() {
        let mut scene = Scene::new();
        scene.settings = scene.at("home/remote.toml");
        for (path, is) in [
            ("home/secret", Lies::Beside),
            ("home/.token", Lies::Elsewhere),
            ("home/.vault/token", Lies::Elsewhere),
            ("home/ticket/secret", Lies::Elsewhere),
        ] {
            assert_eq!(scene.lies(path).unwrap(), is, "{path}");
        }
    }

    #[test]
    fn what_another_user_put_there_is_not_beside() {
        let scene = Scene::new();
        // Only root may give a file away; the rule is the same for all.
        if chown(&scene.settings, Some(4711), None).is_ok() {
            assert_eq!(scene.lies("ticket/secret").unwrap(), Lies::Elsewhere);
        }
    }

    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        let scene = Scene::new();
        let fifo = scene.at("ticket/fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        symlink("/dev/zero", scene.at("ticket/device")).unwrap();
        for path in ["ticket/fifo", "ticket/device", "ticket/below"] {
            let error = scene.lies(path).unwrap_err();
            assert_eq!(error.to_string(), "not a regular file", "{path}");
        }
    }
}
