//! What belongs to the program when it is installed: what it writes itself (pages for `man`, completions), and files of the
//! sources.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{NAME, notices};

/// Why the parts are not all there.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program does not run, or does not do what it is asked for.
    #[error("{} {words}: {why}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        words: String,
        /// What became of it.
        why: String,
    },
}

/// Everything that is installed.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The program itself.
    pub program: Vec<u8>,
    /// Its pages for `man`, by file name.
    pub pages: Vec<(String, Vec<u8>)>,
    /// Its completions, by the name of the shell.
    pub completions: Vec<(&'static str, Vec<u8>)>,
    /// The licence of the program.
    pub licence: Vec<u8>,
    /// The licences of what is in it.
    pub notices: Vec<u8>,
    /// What changed, for users.
    pub changes: Vec<u8>,
    /// The manual on the first minute.
    pub readme: Vec<u8>,
    /// A file with all settings of a remote, and variants of it, by file name.
    pub examples: Vec<(String, Vec<u8>)>,
}

/// Shells that completions are made for.
const SHELLS: [&str; 3] = ["bash", "fish", "zsh"];
/// Where settings to copy from are.
const REMOTES: &str = "examples/remotes";

impl Contents {
    /// Asks the program, and reads the rest from the sources.
    ///
    /// # Errors
    /// The program does not run, or a file is missing.
    pub fn of(program: &Path, sources: &Path) -> Result<Contents, ContentsError> {
        let read = |name: &str| read(&sources.join(name));
        let completions = SHELLS.map(|shell| {
            let script = ask(program, &["completions", shell])?;
            Ok((shell, script))
        });
        let mut examples = files(&sources.join(REMOTES))?;
        examples.push(("remote.toml".into(), read("examples/remote.toml")?));
        examples.sort();
        Ok(Contents {
            program: self::read(program)?,
            pages: pages(program)?,
            completions: completions.into_iter().collect::<Result<_, _>>()?,
            licence: read("LICENSE")?,
            notices: notices::complete(&read("THIRD-PARTY-NOTICES")?)
                .map_err(|(path, source)| ContentsError::File { path, source })?,
            changes: read("CHANGELOG.md")?,
            readme: read("README.md")?,
            examples,
        })
    }

    /// The file of a shell's completions, as the shell looks for it.
    pub fn completion_file(shell: &str) -> String {
        match shell {
            "zsh" => format!("_{NAME}"),
            "fish" => format!("{NAME}.fish"),
            _ => NAME.into(),
        }
    }
}

fn pages(program: &Path) -> Result<Vec<(String, Vec<u8>)>, ContentsError> {
    let file = |source| ContentsError::File {
        path: "a folder for pages".into(),
        source,
    };
    let folder = tempfile::tempdir().map_err(file)?;
    let words = ["man", "-o", &folder.path().display().to_string()].map(String::from);
    ask(program, &words.each_ref().map(String::as_str))?;
    files(folder.path())
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, ContentsError> {
    let wrong = |source| ContentsError::File {
        path: folder.into(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().display().to_string();
        files.push((name, read(&path)?));
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>, ContentsError> {
    fs::read(path).map_err(|source| ContentsError::File {
        path: path.into(),
        source,
    })
}

/// What the program prints.
fn ask(program: &Path, words: &[&str]) -> Result<Vec<u8>, ContentsError> {
    let wrong = |why: String| ContentsError::Program {
        program: program.into(),
        words: words.join(" "),
        why,
    };
    let output = Command::new(program).args(words).output();
    let output = output.map_err(|error| wrong(error.to_string()))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(wrong(output.status.to_string())),
    }
}
