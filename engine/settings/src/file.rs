//! `remote.toml`: a remote as somebody configured it, and how it is looked at. What a check may do to a remote is not
//! in it: that is agreed to for each run. Nor does it pick a secret: what is a [`FromFile`] is agreed to first.

mod rules;
mod schema;
mod takes;
mod text;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::FromFile;
use model::remote::{
    CertificateCheck, ClientSettings, Depth, ExpectedName, HighestTlsVersion, IpVersion,
    PassiveMode, Remote, SslSetting, Use,
};
pub use schema::schema;
use text::Mistake;

/// No settings file is longer, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The settings of one remote. A key that is not set has the default of the command-line flag, and a flag overrides
/// its key. Paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
#[schemars(title = "remote.toml")]
pub struct RemoteFile {
    /// Name or address of the server.
    pub host: Option<String>,
    /// Control port; by default 990 for require-implicit, else 21.
    pub port: Option<NonZeroU16>,
    /// How the remote is configured to be secured.
    pub ssl: Option<SslSetting>,
    /// Whether certificates are checked; off: any certificate is accepted.
    pub certificate_check: Option<CertificateCheck>,
    /// User name; without one everything up to the login is tested.
    pub user: Option<String>,
    /// Read the password from this file.
    #[schemars(with = "Option<PathBuf>")]
    pub password_file: Option<FromFile<PathBuf>>,
    /// Read the password from the environment variable with this name.
    #[schemars(with = "Option<String>", regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"))]
    pub password_env: Option<FromFile<String>>,
    /// Read the password from standard input.
    #[schemars(with = "Option<bool>")]
    pub password_stdin: Option<FromFile<bool>>,
    /// Path to work in, seen from the login directory.
    pub remote_path: Option<String>,
    /// What the remote is configured for: the report says whether that is possible.
    #[serde(rename = "use")]
    pub intended_use: Option<Use>,
    /// The most connections the settings allow at a time.
    pub max_connections: Option<NonZeroUsize>,
    /// The only command to ask for data ports with.
    pub passive_mode: Option<PassiveMode>,
    /// The only IP version to connect over.
    pub ip_version: Option<IpVersion>,
    /// The highest TLS version to offer.
    pub highest_tls_version: Option<HighestTlsVersion>,
    /// Source addresses to test from.
    pub sources: Vec<IpAddr>,
    /// Those of the sources that belong to one customer.
    pub dedicated: Vec<IpAddr>,
    /// What the host name should resolve to.
    pub expect_addresses: Vec<IpAddr>,
    /// Other names, and what each should resolve to.
    pub expect_names: BTreeMap<String, Vec<IpAddr>>,
    /// Data addresses other than the remote's own that may be dialled.
    #[schemars(with = "Option<Vec<IpAddr>>")]
    pub allow_data_addresses: Option<FromFile<Vec<IpAddr>>>,
    /// PEM files with CA certificates to trust, too.
    pub ca_files: Vec<PathBuf>,
    /// PEM file with our own certificate, for servers that ask for one.
    #[schemars(with = "Option<PathBuf>")]
    pub client_cert: Option<FromFile<PathBuf>>,
    /// PEM file with the key of our own certificate.
    #[schemars(with = "Option<PathBuf>")]
    pub client_key: Option<FromFile<PathBuf>>,
    /// How much to look at.
    pub depth: Option<Depth>,
    /// For a TCP connection, in seconds.
    #[schemars(range(min = 0.1, max = 86400))]
    pub connect_timeout: Option<f64>,
    /// For a reply, in seconds.
    #[schemars(range(min = 0.1, max = 86400))]
    pub reply_timeout: Option<f64>,
    /// For the whole run, in seconds.
    #[schemars(range(min = 0.1, max = 86400))]
    pub timeout: Option<f64>,
}

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
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            RemoteFileError::NotText {
                file: file.into(),
                line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            }
        })?;
        let mut settings = text::parse(text).map_err(|mistake| mistake.located(file, text))?;
        settings.have_places(file, text);
        Ok(settings)
    }

    /// The remote that it names, if it names a host.
    pub fn remote(&self) -> Option<Remote> {
        let ssl = self.ssl.unwrap_or_default();
        Some(Remote {
            host: self.host.clone()?,
            port: self.port.map_or(ssl.default_port(), NonZeroU16::get),
            ssl,
            certificate_check: self.certificate_check.unwrap_or_default(),
            user: self.user.clone(),
            remote_path: self.remote_path.clone(),
            intended_use: self.intended_use,
            max_connections: self.max_connections.map(NonZeroUsize::get),
            sources: self.sources.clone(),
            dedicated: self.dedicated.clone(),
            expect_addresses: self.expect_addresses.clone(),
            expect_names: self.expected_names().collect(),
            client: ClientSettings {
                passive_mode: self.passive_mode,
                ip_version: self.ip_version,
                highest_tls_version: self.highest_tls_version,
            },
        })
    }

    /// Names, and where they are to lead.
    pub fn expected_names(&self) -> impl Iterator<Item = ExpectedName> {
        let names = self.expect_names.iter();
        names.map(|(name, addresses)| ExpectedName {
            name: name.clone(),
            addresses: addresses.clone(),
        })
    }

    fn seen_from(&mut self, folder: &Path) {
        let secrets = [
            &mut self.password_file,
            &mut self.client_cert,
            &mut self.client_key,
        ];
        for path in secrets.into_iter().flatten() {
            path.seen_from(folder);
        }
        for path in &mut self.ca_files {
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
            ("password-file", &mut self.password_file),
            ("client-cert", &mut self.client_cert),
            ("client-key", &mut self.client_key),
        ] {
            path.iter_mut().for_each(|it| it.stands_at(place(key)));
        }
        if let Some(name) = &mut self.password_env {
            name.stands_at(place("password-env"));
        }
        if let Some(wanted) = &mut self.password_stdin {
            wanted.stands_at(place("password-stdin"));
        }
        if let Some(addresses) = &mut self.allow_data_addresses {
            addresses.stands_at(place("allow-data-addresses"));
        }
    }
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
