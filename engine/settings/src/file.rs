//! `remote.toml`: a remote as somebody configured it, and how it is looked at. What a check may do to a remote is not
//! in it: that is agreed to for each run. Nor does it pick a secret: what is a [`FromFile`] is agreed to first.

mod remotes;
mod rules;
mod schema;
mod takes;
mod text;

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{FromFile, RemoteSettings};
pub use remotes::{NamedRemote, remotes};
pub use schema::schema;
pub use takes::{Shape, shape};
use text::Mistake;

/// No settings file is longer, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The settings of one remote. A key that is not set has the default of the command-line flag, and a flag overrides
/// its key. Paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(title = "remote.toml", deny_unknown_fields)]
pub struct RemoteFile {
    /// What it says of the remote.
    #[schemars(flatten)]
    pub settings: RemoteSettings,
    /// What it says and has no right to decide.
    #[schemars(flatten)]
    pub authority: AuthorityOfFile,
}

/// What a settings file says that would be authority: it is kept apart until somebody agreed to it.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct AuthorityOfFile {
    /// Read the password from this file.
    #[schemars(with = "Option<PathBuf>", extend("takes" = PATH))]
    pub password_file: Option<FromFile<PathBuf>>,
    /// Read the password from the environment variable with this name.
    #[schemars(
        with = "Option<String>",
        regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"),
        extend("takes" = "the name of an environment variable in quotes, such as \"FTP_PASSWORD\"")
    )]
    pub password_env: Option<FromFile<String>>,
    /// Read the password from standard input.
    #[schemars(with = "Option<bool>", extend("takes" = "true or false"))]
    pub password_stdin: Option<FromFile<bool>>,
    /// Data addresses other than the remote's own that may be dialled.
    #[schemars(with = "Option<Vec<IpAddr>>", extend("takes" = crate::values::ADDRESSES))]
    pub allow_data_addresses: Option<FromFile<Vec<IpAddr>>>,
    /// PEM file with our own certificate, for servers that ask for one.
    #[schemars(with = "Option<PathBuf>", extend("takes" = PATH))]
    pub client_cert: Option<FromFile<PathBuf>>,
    /// PEM file with the key of our own certificate.
    #[schemars(with = "Option<PathBuf>", extend("takes" = PATH))]
    pub client_key: Option<FromFile<PathBuf>>,
}

/// What a path takes.
const PATH: &str = "a path in quotes";

/// Why a settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RemoteFileError {
    /// It cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is too long.
    #[error("{0}: longer than 1 MiB: not a settings file")]
    TooLong(String),
    /// It is no text.
    #[error("{file}:{line}: not UTF-8: not a settings file")]
    NotText {
        /// The file.
        file: String,
        /// The line with the first bytes that are no text, from 1.
        line: usize,
    },
    /// Something in it is wrong. Values are not repeated: a secret may have strayed into any of them.
    #[error("{file}:{line}:{column}: {what}")]
    Mistake {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// The key, and what is wrong with it.
        what: String,
    },
}

impl RemoteFileError {
    /// The same for whoever names the file already.
    pub fn within(&self, file: &str) -> String {
        match self {
            RemoteFileError::Mistake {
                line, column, what, ..
            } => format!("line {line}, column {column}: {what}"),
            other => {
                let text = other.to_string();
                let rest = text.strip_prefix(file).unwrap_or(&text);
                rest.trim_start_matches([':', ' ']).to_owned()
            }
        }
    }
}

impl RemoteFile {
    /// Reads a file; its paths count from the working directory afterwards.
    ///
    /// # Errors
    /// It cannot be read, or what it says makes no sense.
    pub fn load(path: &Path) -> Result<RemoteFile, RemoteFileError> {
        let file = path.display().to_string();
        let bytes = read(path).map_err(|source| RemoteFileError::Unreadable {
            file: file.clone(),
            source,
        })?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(RemoteFileError::TooLong(file));
        }
        let mut settings = RemoteFile::read(&file, &bytes)?;
        settings.seen_from(path.parent().unwrap_or(Path::new("")));
        Ok(settings)
    }

    /// Reads what stands in a file of that name.
    ///
    /// # Errors
    /// What it says makes no sense.
    pub fn read(file: &str, bytes: &[u8]) -> Result<RemoteFile, RemoteFileError> {
        RemoteFile::read_in_full(file, bytes).map_err(|mut mistakes| mistakes.remove(0))
    }

    /// The same with all mistakes in it: at least one.
    ///
    /// # Errors
    /// What it says makes no sense.
    pub fn read_in_full(file: &str, bytes: &[u8]) -> Result<RemoteFile, Vec<RemoteFileError>> {
        let text = in_utf8(file, bytes).map_err(|it| vec![it])?;
        let mut settings = text::parse(text).map_err(|it| located(it, file, text))?;
        settings.have_places(file, text);
        Ok(settings)
    }

    /// The paths in it count from this folder.
    pub fn seen_from(&mut self, folder: &Path) {
        let secrets = [
            &mut self.authority.password_file,
            &mut self.authority.client_cert,
            &mut self.authority.client_key,
        ];
        for path in secrets.into_iter().flatten() {
            path.seen_from(folder);
        }
        for path in &mut self.settings.ca_files {
            *path = folder.join(&*path);
        }
    }

    /// Whoever is asked to agree to something has to find it.
    fn have_places(&mut self, file: &str, text: &str) {
        let place = |key: &'static str| {
            move |at: usize| {
                let (line, column) = line_and_column(text, at);
                format!("{file}:{line}:{column}: {key}")
            }
        };
        for (key, path) in [
            ("password-file", &mut self.authority.password_file),
            ("client-cert", &mut self.authority.client_cert),
            ("client-key", &mut self.authority.client_key),
        ] {
            path.iter_mut().for_each(|it| it.stands_at(place(key)));
        }
        if let Some(name) = &mut self.authority.password_env {
            name.stands_at(place("password-env"));
        }
        if let Some(wanted) = &mut self.authority.password_stdin {
            wanted.stands_at(place("password-stdin"));
        }
        if let Some(addresses) = &mut self.authority.allow_data_addresses {
            addresses.stands_at(place("allow-data-addresses"));
        }
    }
}

fn in_utf8<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, RemoteFileError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        RemoteFileError::NotText {
            file: file.into(),
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        }
    })
}

fn located(mistakes: Vec<Mistake>, file: &str, text: &str) -> Vec<RemoteFileError> {
    let mistakes = mistakes.into_iter();
    mistakes.map(|it| it.located(file, text)).collect()
}

/// One byte more than a settings file may have shows that it is too long.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Mistake {
    fn located(self, file: &str, text: &str) -> RemoteFileError {
        let (line, column) = line_and_column(text, self.at);
        RemoteFileError::Mistake {
            file: file.into(),
            line,
            column,
            what: self.what,
        }
    }
}

/// Where a byte of a text stands, both from 1; the column in characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = 1 + before.matches('\n').count();
    (line, 1 + before[line_start..].chars().count())
}

#[cfg(test)]
#[path = "file/tests.rs"]
mod tests;
