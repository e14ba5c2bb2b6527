//! Where secrets come from: never from the arguments, which everybody on the machine can read.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::args::CheckArgs;
use super::{CliError, say};
use model::cleaner;
use model::remote::Remote;
use settings::SecretFile;

/// Longer than any password; a wrong file is told apart at once.
const MAX_LENGTH: u64 = 4096;
/// What editors of Windows put before a text; a password begins with none.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// As much of a name as a question shows, in characters.
const SHOWN: usize = 300;

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

    /// The password for this remote.
    ///
    /// # Errors
    /// It cannot be read, or could not be sent in one line.
    pub(super) fn read(self, remote: &Remote) -> Result<SecretString, CliError> {
        let (bytes, what) = match self {
            PasswordSource::File(path) => from_file(&path, "password")?,
            PasswordSource::Opened(file) => {
                let what = format!("the password file {}", file.path().display());
                (read(file.into_reader(), &what)?, what)
            }
            // Who types it there is not to show it to the room.
            PasswordSource::StandardInput if io::stdin().is_terminal() => return asked(remote),
            PasswordSource::StandardInput => {
                let what = "the password on standard input";
                (read(io::stdin().lock(), what)?, what.into())
            }
            PasswordSource::Variable(name) => {
                let what = format!("the environment variable {name}");
                let unset = || CliError::Usage(format!("{what} is not set"));
                let text = std::env::var(&name).map_err(|_| unset())?;
                (text.into_bytes(), what)
            }
        };
        let text = text(bytes, &what)?;
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        check(text, "password")
    }
}

/// The password of whoever sits at a terminal, unseen; none where nobody does.
///
/// # Errors
/// Nothing was typed.
pub(super) fn asked_of_user(remote: &Remote) -> Option<Result<SecretString, CliError>> {
    let somebody = io::stdin().is_terminal() && io::stderr().is_terminal();
    somebody.then(|| asked(remote))
}

fn asked(remote: &Remote) -> Result<SecretString, CliError> {
    let user = cleaner::line(remote.user.as_deref().unwrap_or_default(), SHOWN);
    let place = cleaner::line(&remote.place(), SHOWN);
    let typed = rpassword::prompt_password(format!("Password of {user} at {place}: "));
    let typed = typed.map_err(|source| CliError::File {
        what: "the password".into(),
        source,
    })?;
    check(&typed, "password")
}

/// The token in a file.
///
/// # Errors
/// It cannot be read, or could not be sent in one line.
pub(super) fn token(path: &Path) -> Result<SecretString, CliError> {
    let (bytes, what) = from_file(path, "token")?;
    let text = text(bytes, &what)?;
    check(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text), "token")
}

fn from_file(path: &Path, kind: &str) -> Result<(Vec<u8>, String), CliError> {
    let what = format!("the {kind} file {}", path.display());
    let file = File::open(path).map_err(|source| CliError::File {
        what: what.clone(),
        source,
    })?;
    Ok((read(file, &what)?, what))
}

fn read(from: impl Read, what: &str) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_LENGTH + 1).read_to_end(&mut bytes);
    read.map_err(|source| CliError::File {
        what: what.into(),
        source,
    })?;
    if bytes.len() as u64 > MAX_LENGTH {
        return Err(CliError::Usage(format!(
            "{what} is longer than {MAX_LENGTH} bytes, which is too long for a secret"
        )));
    }
    Ok(bytes)
}

/// The text, and on standard error what stands around the secret and is not seen.
fn text(bytes: Vec<u8>, what: &str) -> Result<String, CliError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let is = match error.as_bytes() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is UTF-16",
            _ => "is not UTF-8",
        };
        CliError::Usage(format!(
            "{what} {is}: save it as UTF-8; --password-encoding sets how a password is sent"
        ))
    })?;
    for told in around(&text) {
        say::message(format_args!("warning: {what} {told}"));
    }
    Ok(text)
}

/// What nobody sees around a secret, in words. One line end is how editors save a file.
fn around(text: &str) -> Vec<String> {
    let mut told = Vec::new();
    let bare = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    if bare.len() < text.len() {
        told.push("begins with a byte-order mark, which is removed".into());
    }
    let secret = bare.trim_end_matches(['\r', '\n']);
    let line_ends = bare[secret.len()..].matches('\n').count();
    if line_ends > 1 {
        told.push(format!(
            "ends with {line_ends} line ends, which are removed"
        ));
    }
    let mut blanks = String::new();
    if secret.starts_with(char::is_whitespace) {
        blanks.push_str("begins");
    }
    if secret.ends_with(char::is_whitespace) {
        let and = if blanks.is_empty() { "" } else { " and " };
        let _ = write!(blanks, "{and}ends");
    }
    if !blanks.is_empty() {
        told.push(format!(
            "{blanks} with a space, which is sent as a part of the secret"
        ));
    }
    told
}

/// A line end in it would let it be read as another command.
fn check(text: &str, kind: &str) -> Result<SecretString, CliError> {
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CliError::Usage(format!("the {kind} is empty")));
    }
    if secret.contains(['\r', '\n', '\0']) {
        return Err(CliError::Usage(format!(
            "the {kind} has more than one line, or contains a NUL"
        )));
    }
    let secret = SecretString::from(secret);
    say::hide(&secret);
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_around_a_secret_is_told() {
        for (text, told) in [
            ("horse", &[][..]),
            ("horse\n", &[]),
            ("horse\r\n", &[]),
            ("two words", &[]),
            ("horse\n\n", &["ends with 2 line ends"]),
            ("\u{feff}horse\r\n", &["begins with a byte-order mark"]),
            ("horse \n", &["ends with a space"]),
            ("\thorse", &["begins with a space"]),
            (
                "\u{feff} horse ",
                &[
                    "begins with a byte-order mark",
                    "begins and ends with a space",
                ],
            ),
        ] {
            let said = around(text);
            let fits = said.iter().zip(told).all(|(it, told)| it.starts_with(told));
            assert!(said.len() == told.len() && fits, "{text:?}: {said:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_by_its_encoding() {
        let said = |bytes: &[u8]| text(bytes.to_vec(), "f").unwrap_err().to_string();
        assert!(said(b"\xff\xfeh\0").starts_with("f is UTF-16: "));
        assert!(said(b"gr\xfcn").starts_with("f is not UTF-8: "));
    }
}
