use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::certificate::Certificate;

/// A server program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// vsftpd.
    Vsftpd,
    /// ProFTPD with mod_tls.
    #[serde(rename = "proftpd")]
    ProFtpd,
    /// Pure-FTPd; has no implicit mode.
    PureFtpd,
    /// pyftpdlib on pyOpenSSL.
    Pyftpdlib,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Vsftpd, Self::ProFtpd, Self::PureFtpd, Self::Pyftpdlib];

    /// The name in a [`Setup`] that is read from a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vsftpd => "vsftpd",
            Self::ProFtpd => "proftpd",
            Self::PureFtpd => "pure-ftpd",
            Self::Pyftpdlib => "pyftpdlib",
        }
    }

    /// Whether the product can speak TLS from the first byte.
    pub fn can_be_implicit(self) -> bool {
        self != Self::PureFtpd
    }

    /// Whether the product can demand that data connections resume the session of the control
    /// connection.
    pub fn can_require_session_reuse(self) -> bool {
        matches!(self, Self::Vsftpd | Self::ProFtpd)
    }
}

/// How TLS starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// No TLS at all.
    Plain,
    /// `AUTH TLS` is offered; a login in clear is accepted too.
    #[default]
    Explicit,
    /// `AUTH TLS` is offered; a login in clear is refused.
    ExplicitRequired,
    /// TLS from the first byte.
    Implicit,
}

/// The TLS versions a server offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsVersions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// Only 1.2.
    Tls12,
    /// Only 1.3.
    Tls13,
    /// Only 1.0 and 1.1; needs [`Setup::legacy_tls`]. Not with Pure-FTPd.
    Old,
    /// 1.0 to 1.3; needs [`Setup::legacy_tls`]. Not with Pure-FTPd.
    All,
}

impl TlsVersions {
    /// Lowest and highest version, in OpenSSL's spelling.
    pub(crate) fn bounds(self) -> (&'static str, &'static str) {
        match self {
            Self::Both => ("TLSv1.2", "TLSv1.3"),
            Self::Tls12 => ("TLSv1.2", "TLSv1.2"),
            Self::Tls13 => ("TLSv1.3", "TLSv1.3"),
            Self::Old => ("TLSv1", "TLSv1.1"),
            Self::All => ("TLSv1", "TLSv1.3"),
        }
    }
}

/// Whether data connections have to resume the TLS session of the control connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionReuse {
    /// What the product does without a setting: vsftpd and ProFTPD demand it.
    #[default]
    Default,
    /// Demanded.
    Required,
    /// Not demanded.
    Off,
    /// Demanded, but no session tickets are given out: with TLS 1.3 no client can satisfy it.
    Impossible,
}

/// Whether data connections have to be encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataProtection {
    /// The client chooses.
    #[default]
    Optional,
    /// Data in clear is refused.
    Required,
    /// `PROT P` is refused; ProFTPD only.
    Refused,
}

/// Whether a server wants the client to show a certificate. [`Server::client_certificate`](crate::Server::client_certificate)
/// is one that does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCertificate {
    /// What the product does without a setting.
    #[default]
    Default,
    /// It is asked for and not missed. Not with Pure-FTPd.
    Requested,
    /// Without one the handshake fails.
    Required,
}

/// How a server is set up. Start from [`Setup::explicit`] or its sisters and change what the test
/// is about; read from a file, what is not said is as in [`Setup::explicit`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setup {
    /// The server program.
    pub product: Product,
    /// How TLS starts.
    #[serde(default)]
    pub mode: Mode,
    /// The TLS versions offered.
    #[serde(default)]
    pub tls: TlsVersions,
    /// Whether data connections have to resume the session.
    #[serde(default)]
    pub session_reuse: SessionReuse,
    /// The certificate shown.
    #[serde(default)]
    pub certificate: Certificate,
    /// The port listened on; 21, or 990 in implicit mode, if not given.
    pub port: Option<u16>,
    /// Also listen on IPv6. vsftpd then announces `0,0,0,0` if [`Setup::pasv_address`] is set.
    #[serde(default)]
    pub ipv6: bool,
    /// The range of passive ports; the product's default if not given.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// The address announced by `PASV`; the real one if not given.
    pub pasv_address: Option<Ipv4Addr>,
    /// How many clients may be connected at once. Refused with 421 instead of the greeting, by
    /// ProFTPD with 530 after the password.
    pub max_clients: Option<u32>,
    /// Whether data connections have to be encrypted.
    #[serde(default)]
    pub data_protection: DataProtection,
    /// Whether the client has to show a certificate.
    #[serde(default)]
    pub client_certificate: ClientCertificate,
    /// OpenSSL's security level 0 in the server: old TLS versions, weak keys and SHA-1 work.
    ///
    /// Without it a weak certificate does what it does on today's systems: ProFTPD starts and
    /// closes every connection without a byte; the others do not start.
    #[serde(default)]
    pub legacy_tls: bool,
    /// The cipher suites up to TLS 1.2, as OpenSSL lists them; the usual ones if not given. With an RSA key
    /// ([`Certificate::Rsa`]) these may be suites with RSA or Diffie-Hellman key exchange.
    pub ciphers: Option<String>,
    /// `inbox` lies on a disk of its own without a free byte.
    #[serde(default)]
    pub inbox_is_full: bool,
    /// Addresses of clients that the server's own access list leaves out, and nobody else. vsftpd greets them with 421, by
    /// `hosts.deny`; ProFTPD and pyftpdlib close without a word; Pure-FTPd refuses the account's password with 530.
    #[serde(default)]
    pub denied: Vec<Ipv4Addr>,
    /// More lines for the configuration, in the product's own language; for pyftpdlib Python statements that
    /// see `handler` and `server`.
    #[serde(default)]
    pub extra: Vec<String>,
}

impl Setup {
    /// A healthy server with `AUTH TLS` that also takes logins in clear.
    pub fn explicit(product: Product) -> Self {
        Self {
            product,
            mode: Mode::Explicit,
            tls: TlsVersions::Both,
            session_reuse: SessionReuse::Default,
            certificate: Certificate::Valid,
            port: None,
            ipv6: false,
            passive_ports: None,
            pasv_address: None,
            max_clients: None,
            data_protection: DataProtection::Optional,
            client_certificate: ClientCertificate::Default,
            legacy_tls: false,
            ciphers: None,
            inbox_is_full: false,
            denied: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// A healthy server with TLS from the first byte.
    pub fn implicit(product: Product) -> Self {
        Self {
            mode: Mode::Implicit,
            ..Self::explicit(product)
        }
    }

    /// A healthy server without TLS.
    pub fn plain(product: Product) -> Self {
        Self {
            mode: Mode::Plain,
            ..Self::explicit(product)
        }
    }

    /// The port the server will listen on.
    pub fn port(&self) -> u16 {
        self.port
            .unwrap_or(if self.mode == Mode::Implicit { 990 } else { 21 })
    }

    /// The cipher suites, where `usual` are those of a healthy server.
    pub(crate) fn ciphers<'a>(&'a self, usual: &'a str) -> &'a str {
        match &self.ciphers {
            Some(ciphers) => ciphers,
            None if self.legacy_tls => "ALL:@SECLEVEL=0",
            None => usual,
        }
    }

    /// Whether a CA should issue for an RSA key: of the kind that the server has, and where it has none of the kind that
    /// most have.
    pub fn wants_rsa(&self) -> bool {
        !self.has_tls() || self.certificate.has_rsa_key()
    }

    /// What OpenSSL does in a server that does not say otherwise. For vsftpd and Pure-FTPd it is the only way to choose TLS
    /// versions.
    pub(crate) fn openssl_defaults(&self) -> String {
        openssl_defaults(self.tls, self.legacy_tls, self.session_reuse)
    }

    /// Whether TLS is spoken at all.
    pub(crate) fn has_tls(&self) -> bool {
        self.mode != Mode::Plain
    }
}

/// The defaults of OpenSSL as a file.
pub(crate) fn openssl_defaults(
    versions: TlsVersions,
    legacy: bool,
    session_reuse: SessionReuse,
) -> String {
    let (lowest, highest) = versions.bounds();
    let level = if legacy { 0 } else { 2 };
    let tickets = match session_reuse {
        SessionReuse::Impossible => "NumTickets = 0\n",
        SessionReuse::Default | SessionReuse::Required | SessionReuse::Off => "",
    };
    format!(
        "openssl_conf = modules\n\
         [modules]\nssl_conf = tls\n\
         [tls]\nsystem_default = defaults\n\
         [defaults]\nMinProtocol = {lowest}\nMaxProtocol = {highest}\n\
         CipherString = DEFAULT@SECLEVEL={level}\n{tickets}"
    )
}
