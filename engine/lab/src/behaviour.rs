//! What one server of the lab is told to be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use strum::EnumMessage;

use crate::{CertificateKind, Fault, Issuers, Software};

/// How one server of the lab behaves. The default is a healthy explicit FTPS server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Behaviour {
    /// What listens, and when TLS begins.
    pub mode: Mode,
    /// The certificate it shows.
    pub certificate: CertificateKind,
    /// What else that certificate is. Kinds that do not contradict each other can be combined.
    pub certificate_also: Vec<CertificateKind>,
    /// The name of the CA of [`CertificateKind::PrivateCa`], in place of the usual one.
    pub certificate_authority: Option<String>,
    /// Certificates say where that of their issuer can be had, and this is what is there.
    pub issuers: Option<Issuers>,
    /// The versions of TLS it speaks.
    pub tls: TlsVersions,
    /// Whether data connections may or must resume the control connection's TLS session.
    pub session_reuse: SessionReuse,
    /// What is wrong with it. Faults that do not contradict each other can be combined.
    pub faults: Vec<Fault>,
    /// The names in a valid certificate. Left at the default, the address it listens on is added.
    pub names: Vec<String>,
    /// The one user it knows.
    pub user: String,
    /// That user's password.
    pub password: String,
    /// The directory a login lands in.
    pub login_directory: String,
    /// So many small files more in that directory.
    pub more_files: usize,
    /// Whose greeting and wordings it uses.
    pub software: Software,
    /// How long and how much it puts up with.
    pub limits: Limits,
}

impl Behaviour {
    /// A server that is healthy but for these faults.
    pub fn faulty(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            faults: faults.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Whether this very fault was asked for.
    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }

    /// Whether listings are sent in one type only, which is not the one that a session begins with.
    pub(crate) fn lists_in_ascii_only(&self) -> bool {
        let text = self.value(|fault| match fault {
            crate::Fault::ListsInAsciiOnly { text } => Some(text.clone()),
            _ => None,
        });
        text.is_some()
    }

    /// The encoding of names and replies, where it is not UTF-8.
    pub(crate) fn legacy(&self) -> Option<crate::Legacy> {
        self.value(|fault| match fault {
            crate::Fault::NamesIn { encoding } => Some(*encoding),
            _ => None,
        })
    }

    /// The first fault of a kind that carries a value.
    pub(crate) fn value<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.faults.iter().find_map(pick)
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            certificate: CertificateKind::default(),
            certificate_also: Vec::new(),
            certificate_authority: None,
            issuers: None,
            tls: TlsVersions::default(),
            session_reuse: SessionReuse::default(),
            faults: Vec::new(),
            names: default_names(),
            user: "demo".into(),
            password: "correct horse".into(),
            login_directory: "/".into(),
            more_files: 0,
            software: Software::default(),
            limits: Limits::default(),
        }
    }
}

/// The names of a certificate that fits a server on loopback.
pub(crate) fn default_names() -> Vec<String> {
    ["127.0.0.1", "::1", "localhost"].map(String::from).to_vec()
}

/// What listens, and when TLS begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, EnumMessage)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// FTP without TLS: `ftps.not-supported` (F-A01, F-A02).
    Plain,
    /// FTP with `AUTH TLS`, which a client may leave out: `ftps.cleartext-login-allowed`.
    #[default]
    Explicit,
    /// FTP that demands `AUTH TLS` before a login, in the software's own way: `ftps.required-by-server` (F-L04).
    ExplicitRequired,
    /// TLS from the first byte: `ftps.explicit-on-implicit-port` for everybody else (F-G04).
    Implicit,
    /// A greeting in clear text, then TLS without `AUTH`: `ftps.banner-before-tls` (F-G06).
    GreetingThenTls,
    /// Another service on the port: `service.not-ftp` (F-G02, F-G03, F-G07).
    NotFtp(Service),
}

/// A service that is not FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Sends an SSH identification line at once (F-G02).
    Ssh,
    /// Silent until spoken to, then an HTTP error page (F-G03).
    Http,
    /// Greets with 220 as FTP does, but for mail (F-G07).
    Smtp,
    /// Completes a TLS handshake, then waits for an HTTP request (F-G03).
    Https,
}

/// The versions of TLS a server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsVersions {
    /// TLS 1.2 and 1.3.
    #[default]
    Both,
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 only.
    Tls13,
}

/// What a server thinks of a data connection that resumes the control connection's TLS session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionReuse {
    /// It never resumes and does not mind, as Pure-FTPd at TLS 1.3.
    Ignored,
    /// It resumes if asked to.
    #[default]
    Offered,
    /// It refuses a data connection that did not resume, after 150 and the handshake, as vsftpd and ProFTPD do by
    /// default (F-D17). At TLS 1.3 a session of another control connection does not count (F-D19).
    Required,
}

/// How long and how much a server puts up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Silence on the control connection before it is closed with 421, in milliseconds.
    pub idle_ms: u64,
    /// How long one TLS handshake may take, in milliseconds.
    pub handshake_ms: u64,
    /// How long a transfer command waits for its data connection, in milliseconds.
    pub data_wait_ms: u64,
    /// How long one transfer may take, in milliseconds.
    pub transfer_ms: u64,
    /// Control connections at one time; more are refused with 421.
    pub connections: usize,
    /// The size of one uploaded file, in bytes.
    pub file_bytes: usize,
    /// All files together, in number.
    pub files: usize,
}

impl Limits {
    pub(crate) fn idle(&self) -> Duration {
        Duration::from_millis(self.idle_ms)
    }

    pub(crate) fn handshake(&self) -> Duration {
        Duration::from_millis(self.handshake_ms)
    }

    pub(crate) fn data_wait(&self) -> Duration {
        Duration::from_millis(self.data_wait_ms)
    }

    pub(crate) fn transfer(&self) -> Duration {
        Duration::from_millis(self.transfer_ms)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle_ms: 120_000,
            handshake_ms: 30_000,
            data_wait_ms: 15_000,
            transfer_ms: 60_000,
            connections: 64,
            file_bytes: 8 << 20,
            files: 256,
        }
    }
}
