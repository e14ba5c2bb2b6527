//! Where secrets come from: never from the arguments, which everybody on the machine can read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::args::CheckArgs;
use super::{CliError, say};
use settings::SecretFile;

/// Longer than any password; a wrong file is told apart at once.
const MAX_LENGTH: u64 = 4096;

/// Where a password is.
#[derive(Debug)]
pub(super) enum PasswordSource {
    /// In a file.
    File(PathBuf),
    /// In a file that is open already.
    Opened(SecretFile),
    /// On standard input.
    StandardInput,
    /// In an environment variable.
    Variable(String),
}

impl PasswordSource {
    /// What the arguments say; it is the user's own word.
    pub(super) fn typed(args: &CheckArgs) -> Option<PasswordSource> {
        if let Some(path) = &args.password_file {
            Some(PasswordSource::File(path.clone()))
        } else if args.password_stdin {
            Some(PasswordSource::StandardInput)
        } else {
            args.password_env.clone().map(PasswordSource::Variable)
        }
    }

    /// The password.
    ///
    /// # Errors
    /// It cannot be read, or could not be sent in one line.
    pub(super) fn read(self) -> Result<SecretString, CliError> {
        let text = match self {
            PasswordSource::File(path) => from_file(&path, "password")?,
            PasswordSource::Opened(file) => {
                let what = format!("the password file {}", file.path().display());
                read(file.into_reader(), &what)?
            }
            PasswordSource::StandardInput => {
                read(std::io::stdin().lock(), "the password on standard input")?
            }
            PasswordSource::Variable(name) => {
                let unset =
                    || CliError::Usage(format!("the environment variable {name} is not set"));
                std::env::var(&name).map_err(|_| unset())?
            }
        };
        check(&text, "password")
    }
}

/// The token in a file.
///
/// # Errors
/// It cannot be read, or could not be sent in one line.
pub(super) fn token(path: &Path) -> Result<SecretString, CliError> {
    check(&from_file(path, "token")?, "token")
}

fn from_file(path: &Path, kind: &str) -> Result<String, CliError> {
    let what = format!("the {kind} file {}", path.display());
    let file = File::open(path).map_err(|source| CliError::File {
        what: what.clone(),
        source,
    })?;
    read(file, &what)
}

fn read(from: impl Read, what: &str) -> Result<String, CliError> {
    let mut text = String::new();
    let read = from.take(MAX_LENGTH + 1).read_to_string(&mut text);
    read.map_err(|source| CliError::File {
        what: what.into(),
        source,
    })?;
    if text.len() as u64 > MAX_LENGTH {
        return Err(CliError::Usage(format!(
            "{what} is longer than {MAX_LENGTH} bytes: no such secret"
        )));
    }
    Ok(text)
}

/// A line end in it would let it be read as another command.
fn check(text: &str, kind: &str) -> Result<SecretString, CliError> {
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CliError::Usage(format!("the {kind} is empty")));
    }
    if secret.contains(['\r', '\n', '\0']) {
        return Err(CliError::Usage(format!(
            "the {kind} has more than one line, or a NUL in it"
        )));
    }
    let secret = SecretString::from(secret);
    say::hide(&secret);
    Ok(secret)
}
