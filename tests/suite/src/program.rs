//! The program that is tested.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;
use std::{env, fs, io};

const NAME: &str = "remote-doctor";

/// Why the program cannot be tested. Each says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// Nobody built it.
    #[error("there is no {} to test: run `cargo build --release` first", .0.display())]
    Missing(PathBuf),
    /// One of its sources changed since it was built.
    #[error("{} is older than {}: run `cargo build --release` first", program.display(), source_file.display())]
    Old {
        /// The program.
        program: PathBuf,
        /// A file that it is made of, changed later or gone.
        source_file: PathBuf,
    },
    /// Cargo's list of its sources cannot be read, so nobody knows whether it is old.
    #[error("{}: {error}: run `cargo build --release` first", list.display())]
    Unknown {
        /// The file with the list.
        list: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Its path is no UTF-8, and tests put it into lines for a shell.
    #[error("{}: tests need a path in UTF-8", .0.display())]
    Path(PathBuf),
}

/// Where the program is. Call [`ready`] before the first test.
///
/// # Panics
/// Where the system does not tell which executable this is, or its path is no UTF-8.
pub fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let path = place().into_os_string().into_string();
        path.expect("`ready` was asked before")
    });
    &PROGRAM
}

/// Cargo puts a program into the folder of the profile, and tests and benches into `deps` below it.
fn place() -> PathBuf {
    let own = env::current_exe().expect("the system tells which executable this is");
    let folder = own.parent().and_then(Path::parent);
    let folder = folder.expect("an executable of cargo lies in `deps`");
    folder.join(NAME).with_extension(env::consts::EXE_EXTENSION)
}

/// Makes sure that the program is there and as new as its sources.
///
/// # Errors
/// It is missing or old, with the command that mends it.
pub fn ready() -> Result<(), NotReady> {
    current(&place())
}

fn current(program: &Path) -> Result<(), NotReady> {
    if program.to_str().is_none() {
        return Err(NotReady::Path(program.into()));
    }
    let changed = |path: &Path| fs::metadata(path).and_then(|it| it.modified());
    let Ok(built) = changed(program) else {
        return Err(NotReady::Missing(program.into()));
    };
    let list = program.with_extension("d");
    let sources = fs::read_to_string(&list).and_then(|text| {
        let sources = sources(&text);
        match sources.is_empty() {
            false => Ok(sources),
            true => Err(io::Error::other("it names no source")),
        }
    });
    let sources = sources.map_err(|error| NotReady::Unknown { list, error })?;
    let is_old = |source: &PathBuf| changed(source).map_or(true, |it: SystemTime| it > built);
    match sources.into_iter().find(is_old) {
        None => Ok(()),
        Some(source_file) => Err(NotReady::Old {
            program: program.into(),
            source_file,
        }),
    }
}

/// What stands behind the colon in a file that cargo writes for `make`. A space within a path has a backslash before it.
fn sources(text: &str) -> Vec<PathBuf> {
    let all = text.split_once(": ").map_or("", |(_, sources)| sources);
    let mut sources = vec![String::new()];
    for piece in all.trim_end().split(' ') {
        if let Some(last) = sources.last_mut() {
            last.push_str(piece);
            match last.ends_with('\\') {
                true => last.replace_range(last.len() - 1.., " "),
                false => sources.push(String::new()),
            }
        }
    }
    sources.retain(|source| !source.is_empty());
    sources.into_iter().map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_space_in_a_path_does_not_end_it() {
        let listed = sources("/a\\ b/remote-doctor: /a\\ b/main.rs /c/lib.rs\n");
        assert_eq!(listed, ["/a b/main.rs", "/c/lib.rs"].map(PathBuf::from));
    }

    #[test]
    fn a_program_is_tested_only_while_it_is_as_new_as_its_sources() {
        let folder = tempfile::tempdir().expect("a folder");
        let [program, source] = ["remote-doctor", "main.rs"].map(|name| folder.path().join(name));
        assert!(matches!(current(&program), Err(NotReady::Missing(_))));
        for file in [&source, &program] {
            fs::write(file, "").expect("a file");
        }
        assert!(matches!(current(&program), Err(NotReady::Unknown { .. })));
        let line = format!("{}: {}\n", program.display(), source.display());
        fs::write(folder.path().join("remote-doctor.d"), line).expect("a list");
        assert!(current(&program).is_ok());
        let later = SystemTime::now() + Duration::from_secs(5);
        let opened = fs::File::options().write(true).open(&source);
        opened
            .and_then(|file| file.set_modified(later))
            .expect("a time");
        assert!(matches!(current(&program), Err(NotReady::Old { .. })));
        fs::remove_file(&source).expect("a file that goes");
        assert!(matches!(current(&program), Err(NotReady::Old { .. })));
    }
}
