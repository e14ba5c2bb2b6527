//! The list of remotes: a folder of settings files, a file with a table for each, or a table of another program as CSV. All
//! mistakes of all of them are told at once.

mod rows;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::remote::Remote;
use settings::{FromFile, NamedRemote, RemoteFile, Unfit};

/// No list is longer, in bytes: as many as 10^6 rows of some words each.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A remote of a list.
#[derive(Clone, Debug)]
pub struct FleetRemote {
    /// What it is called. No other remote of the list has this name.
    pub name: String,
    /// File, line and column at which it stands, for people.
    pub place: String,
    /// The file. Paths in the settings count from it.
    pub file: PathBuf,
    /// The settings. Their paths count from the working directory.
    pub settings: RemoteFile,
    /// The same as the text of a settings file, whose paths count from the file.
    pub text: String,
    /// What they come to.
    pub remote: Remote,
}

/// A list of remotes.
#[derive(Clone, Debug)]
pub struct Remotes(pub Vec<FleetRemote>);

/// Everything that is wrong with a list, each with file, line and column. Values are not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<String>);

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Why a list of remotes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RemotesError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is too long.
    #[error("{}: longer than 256 MiB", .0.display())]
    TooLong(PathBuf),
    /// There are mistakes in it.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// There is nothing in it.
    #[error("{}: there is no remote in it; a folder needs settings files that end in .toml", .0.display())]
    Empty(PathBuf),
}

impl Remotes {
    /// Reads a folder of `*.toml`, a file that ends in `.csv`, or a TOML file.
    ///
    /// # Errors
    /// It cannot be read, it is empty, or there are mistakes in it: all of them.
    pub fn read(path: &Path) -> Result<Remotes, RemotesError> {
        let unreadable = |source| RemotesError::Unreadable {
            path: path.into(),
            source,
        };
        let files = match fs::metadata(path).map_err(unreadable)?.is_dir() {
            true => settings_files(path).map_err(unreadable)?,
            false => vec![path.to_path_buf()],
        };
        let (mut remotes, mut mistakes) = (Vec::new(), Vec::new());
        for file in &files {
            match of_file(file)? {
                Ok(named) => {
                    for one in named {
                        match completed(one, file) {
                            Ok(remote) => remotes.push(remote),
                            Err(mistake) => mistakes.push(mistake),
                        }
                    }
                }
                Err(wrong) => mistakes.extend(wrong),
            }
        }
        mistakes.extend(twice(&remotes));
        match (mistakes.is_empty(), remotes.is_empty()) {
            (false, _) => Err(RemotesError::Mistakes(Mistakes(mistakes))),
            (true, true) => Err(RemotesError::Empty(path.into())),
            (true, false) => Ok(Remotes(remotes)),
        }
    }
}

/// In the order of their names, so that two runs have the same.
fn settings_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let paths = entries.map(|entry| entry.map(|it| it.path()));
    let mut paths = paths.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml") && path.is_file());
    paths.sort();
    Ok(paths)
}

fn of_file(path: &Path) -> Result<Result<Vec<NamedRemote>, Vec<String>>, RemotesError> {
    let unreadable = |source| RemotesError::Unreadable {
        path: path.into(),
        source,
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(RemotesError::TooLong(path.into()));
    }
    let name = path.display().to_string();
    let is_table = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    Ok(match is_table {
        true => rows::read(&name, &bytes),
        false => settings::remotes(&name, &bytes)
            .map_err(|all| all.iter().map(ToString::to_string).collect()),
    })
}

/// A remote with its name and what its settings come to.
fn completed(named: NamedRemote, file: &Path) -> Result<FleetRemote, String> {
    let NamedRemote {
        name,
        place,
        mut settings,
        text,
    } = named;
    let wrong = |what: &str| format!("{place}: {what}");
    let remote = settings.settings.remote().map_err(|unfit| match unfit {
        Unfit::NoHost => wrong("host: it is missing"),
        other => wrong(&other.to_string()),
    })?;
    let authority = &settings.authority;
    if authority
        .password_stdin
        .as_ref()
        .is_some_and(FromFile::is_wanted)
    {
        return Err(wrong(
            "password-stdin: standard input is not for many remotes; use password-file or password-env",
        ));
    }
    let has_password = authority.password_file.is_some() || authority.password_env.is_some();
    if remote.user.is_some() != has_password {
        return Err(wrong(match has_password {
            true => "user: it is missing, but there is a password",
            false => "user: a user needs a password: add password-file or password-env",
        }));
    }
    settings.seen_from(file.parent().unwrap_or(Path::new("")));
    let stem = file.file_stem().unwrap_or_default();
    Ok(FleetRemote {
        name: name.unwrap_or_else(|| stem.to_string_lossy().into_owned()),
        place,
        // A run may be resumed from another folder.
        file: std::path::absolute(file).unwrap_or_else(|_| file.into()),
        settings,
        text,
        remote,
    })
}

/// Names that two remotes have.
fn twice(remotes: &[FleetRemote]) -> Vec<String> {
    let mut known: HashMap<&str, &FleetRemote> = HashMap::new();
    let mut mistakes = Vec::new();
    for remote in remotes {
        if let Some(first) = known.insert(&remote.name, remote) {
            let (place, name, other) = (&remote.place, &remote.name, &first.place);
            mistakes.push(format!(
                "{place}: {name}: the remote at {other} has this name, too"
            ));
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &Path) -> Vec<String> {
        match Remotes::read(path) {
            Err(RemotesError::Mistakes(mistakes)) => mistakes.0,
            other => panic!("{other:?}"),
        }
    }

    fn names(path: &Path) -> Vec<String> {
        let remotes = Remotes::read(path).unwrap().0;
        remotes.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn a_folder_has_a_remote_in_each_settings_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("zeta.toml", "host = \"z.example.com\"");
        write(
            "acme.toml",
            "host = \"a.example.com\"\nca-files = [\"ca.pem\"]",
        );
        write("notes.txt", "nothing");
        assert_eq!(names(folder.path()), ["acme", "zeta"]);
        let acme = &Remotes::read(folder.path()).unwrap().0[0];
        let ca = folder.path().join("ca.pem");
        assert_eq!(acme.settings.settings.ca_files, [ca]);
        assert!(acme.text.contains("\"ca.pem\""), "{}", acme.text);
    }

    #[test]
    fn an_empty_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = Remotes::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("there is no remote in it"), "{error}");
    }

    #[test]
    fn mistakes_of_all_files_are_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a.toml", "host = \"a b\"\nport = 0");
        write("b.toml", "port = 21");
        write("c.toml", "host = \"c.example.com\"\nuser = \"jo\"");
        write("d.toml", "host = \"d.example.com\"\npassword-stdin = true");
        let mistakes = told(folder.path());
        let ends = [
            "a.toml:1:8: host: takes",
            "a.toml:2:8: port: takes",
            "b.toml:1:1: host: it is missing",
            "c.toml:1:1: user: a user needs a password",
            "d.toml:1:1: password-stdin: ",
        ];
        assert_eq!(mistakes.len(), ends.len(), "{mistakes:#?}");
        for (mistake, end) in mistakes.iter().zip(ends) {
            assert!(mistake.contains(end), "{mistake}");
        }
    }

    #[test]
    fn two_remotes_with_one_name_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        fs::write(&path, "name,host\nacme,a.example.com\nacme,b.example.com\n").unwrap();
        let mistakes = told(&path);
        assert!(
            mistakes[0].contains("all.csv:3:1: acme: the remote at"),
            "{mistakes:?}"
        );
    }
}
