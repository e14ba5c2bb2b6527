//! What the products say on the occasions where they differ, as seen on the wire.

use crate::{
    Software::{self, *},
    control::Reply,
};

/// An occasion on which products use their own words and codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    Greeting,
    TooManyConnections,
    Unavailable,
    SourceUnwelcome,
    UnknownCommand,
    LoginFirst,
    LoginWrong,
    SourceLoginRefused,
    TooManyAtPass,
    AccountRestricted,
    HomeUnavailable,
    AuthRefused,
    TlsRequired,
    ProtectionRefused,
    ProtectionRequired,
    NoDataConnection,
    ForeignPeer,
    DataTlsFailed,
    ReuseRequired,
    WriteDenied,
    Quota,
    System,
    Help,
}

/// A command that sets the time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetTime {
    Mfmt,
    /// With two arguments.
    Mdtm,
    /// Time and name.
    SiteUtime,
    /// Name, three times and `UTC`.
    SiteUtimeOld,
}

impl Software {
    /// The reply of this product on an occasion.
    pub(crate) fn say(self, occasion: Occasion) -> Reply {
        let (code, text) = match occasion {
            Occasion::Greeting => self.greeting(),
            Occasion::TooManyConnections => match self {
                Vsftpd => (421, "There are too many connected users, please try later."),
                PureFtpd => (421, "8 users (the maximum) are already logged in, sorry"),
                Pyftpdlib => (
                    421,
                    "Too many connections. Service temporarily unavailable.",
                ),
                _ => (421, "Too many connections from your address"),
            },
            Occasion::Unavailable => (421, "Service not available."),
            Occasion::SourceUnwelcome => match self {
                Vsftpd => (421, "Service not available."),
                _ => (421, "Access from your address is not allowed."),
            },
            Occasion::SourceLoginRefused => match self {
                Generic => (530, "Login from your address is not allowed."),
                _ => return self.say(Occasion::LoginWrong),
            },
            Occasion::UnknownCommand | Occasion::LoginFirst | Occasion::AuthRefused => {
                self.unknown(occasion)
            }
            Occasion::LoginWrong => match self {
                Iis => (530, "User cannot log in."),
                PureFtpd => (530, "Login authentication failed"),
                Pyftpdlib => (530, "Authentication failed."),
                _ => (530, "Login incorrect."),
            },
            Occasion::TooManyAtPass => match self {
                PureFtpd => (421, "Too many connections (2) from this user"),
                _ => (
                    530,
                    "Sorry, the maximum number of clients (2) for this user are already connected.",
                ),
            },
            Occasion::AccountRestricted => match self {
                Iis => (530, "User cannot log in."),
                Vsftpd => (530, "Permission denied."),
                _ => (530, "This account is not allowed to use FTP."),
            },
            Occasion::HomeUnavailable => match self {
                Proftpd => (530, "Login incorrect."),
                Iis => (530, "User cannot log in, home directory inaccessible."),
                _ => (
                    500,
                    "OOPS: vsftpd: refusing to run with writable root inside chroot()",
                ),
            },
            Occasion::TlsRequired => self.tls_required(),
            Occasion::ProtectionRefused | Occasion::ProtectionRequired => self.protection(occasion),
            Occasion::NoDataConnection => match self {
                Pyftpdlib => (421, "Passive data channel timed out."),
                FtpSrv => (425, "No connection established"),
                _ => (425, "Unable to build data connection: Connection timed out"),
            },
            Occasion::ForeignPeer => match self {
                Vsftpd => (425, "Security: Bad IP connecting."),
                _ => (
                    425,
                    "Data connection from another address than the control connection",
                ),
            },
            Occasion::DataTlsFailed => match self {
                Vsftpd => (522, "SSL connection failed"),
                FilezillaServer => (425, "Error while transferring data: TLS handshake failed"),
                _ => (
                    425,
                    "Unable to build data connection: Operation not permitted",
                ),
            },
            Occasion::ReuseRequired => match self {
                Proftpd => (
                    425,
                    "Unable to build data connection: Operation not permitted",
                ),
                FilezillaServer => (
                    425,
                    "Unable to build data connection: TLS session of data connection not resumed.",
                ),
                _ => (522, "SSL connection failed: session reuse required"),
            },
            Occasion::WriteDenied => match self {
                PureFtpd => (553, "Can't open that file: Permission denied"),
                Vsftpd => (553, "Could not create file."),
                _ => (550, "Permission denied"),
            },
            Occasion::System => match self {
                FilezillaServer => (215, "UNIX emulated by FileZilla"),
                Iis => (215, "Windows_NT"),
                _ => (215, "UNIX Type: L8"),
            },
            Occasion::Help => match self {
                Vsftpd => (214, "Help OK."),
                PureFtpd => (214, "Pure-FTPd - http://pureftpd.org/"),
                Iis => (214, "HELP command successful."),
                Pyftpdlib => (214, "Help command successful."),
                _ => (214, "See RFC 959"),
            },
            Occasion::Quota => match self {
                Vsftpd => (451, "Failure writing to local file."),
                _ => (552, "Transfer aborted. Disk quota exceeded"),
            },
        };
        Reply::new(code, text)
    }

    fn greeting(self) -> (u16, &'static str) {
        match self {
            Generic => (220, "remote-doctor lab ready"),
            Vsftpd => (220, "(vsFTPd 3.0.5)"),
            Proftpd => (220, "ProFTPD Server (Lab) [127.0.0.1]"),
            PureFtpd => (
                220,
                "---------- Welcome to Pure-FTPd [privsep] [TLS] ----------",
            ),
            FilezillaServer => (220, "FileZilla Server 1.8.2"),
            Iis => (220, "Microsoft FTP Service"),
            Pyftpdlib => (220, "pyftpdlib 2.2.0 ready."),
            FtpSrv => (220, "Welcome"),
            Libunftp => (220, "Welcome to the libunftp FTP server"),
        }
    }

    /// Many products give one answer to all they do not want to understand.
    fn unknown(self, occasion: Occasion) -> (u16, &'static str) {
        match (self, occasion) {
            (Vsftpd, Occasion::UnknownCommand) => (500, "Unknown command."),
            (Vsftpd, _) => (530, "Please login with USER and PASS."),
            (PureFtpd, Occasion::LoginFirst) => (530, "You aren't logged in"),
            (PureFtpd, Occasion::AuthRefused) => (500, "This security scheme is not implemented"),
            (Proftpd, Occasion::AuthRefused) => (500, "AUTH not understood"),
            (Pyftpdlib, Occasion::AuthRefused) => (500, "Command \"AUTH\" not understood."),
            (FtpSrv, Occasion::AuthRefused) => (502, "Command not supported"),
            (Libunftp, Occasion::AuthRefused) => (502, "TLS/SSL not configured"),
            (Iis, Occasion::AuthRefused) => (
                534,
                "Local policy on server does not allow TLS secure connections.",
            ),
            (_, Occasion::LoginFirst) => (530, "Please log in with USER and PASS"),
            (_, Occasion::AuthRefused) => (502, "Command not implemented"),
            _ => (500, "Command not understood"),
        }
    }

    fn tls_required(self) -> (u16, &'static str) {
        match self {
            Vsftpd => (530, "Non-anonymous sessions must use encryption."),
            Proftpd | Pyftpdlib => (550, "SSL/TLS required on the control channel"),
            PureFtpd => (
                421,
                "Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
            ),
            FilezillaServer => (503, "Use AUTH first."),
            Iis => (534, "Policy requires SSL."),
            Libunftp => (534, "A TLS connection is required on the control channel"),
            Generic | FtpSrv => (530, "TLS is required on the control channel"),
        }
    }

    fn protection(self, occasion: Occasion) -> (u16, &'static str) {
        match (self, occasion) {
            (FtpSrv, _) => (536, "Not supported"),
            (FilezillaServer, Occasion::ProtectionRefused) => (502, "Command not implemented"),
            (_, Occasion::ProtectionRefused) => (534, "Unwilling to accept security parameters"),
            (Vsftpd, _) => (522, "Data connections must be encrypted."),
            (Pyftpdlib, _) => (550, "SSL/TLS required on the data channel."),
            (PureFtpd, _) => (
                521,
                "Data connection cannot be opened with this PROT setting",
            ),
            (FilezillaServer | Iis, _) => (534, "Protection level P is required"),
            _ => (522, "SSL/TLS required on the data channel"),
        }
    }

    /// Whether what it is, and what it knows, is told to nobody who is not logged in.
    pub(crate) fn answers_after_login_only(self) -> bool {
        self == Vsftpd
    }

    /// Whether the connection ends when TLS is demanded and missing.
    pub(crate) fn hangs_up_without_tls(self) -> bool {
        matches!(self, Vsftpd | PureFtpd)
    }

    /// Whether 150 comes only after the data handshake.
    pub(crate) fn starts_after_handshake(self) -> bool {
        self == FtpSrv
    }

    /// Whether part of an upload that did not fit stays.
    pub(crate) fn keeps_what_is_too_long(self) -> bool {
        self == Vsftpd
    }

    /// Whether a file takes the place of another one when it is renamed, as the system calls of Unix have it.
    pub(crate) fn renames_over(self) -> bool {
        matches!(self, Vsftpd | Proftpd | PureFtpd | Pyftpdlib | FtpSrv)
    }

    /// How the time of a file is set.
    pub(crate) fn sets_times_by(self) -> &'static [SetTime] {
        match self {
            Vsftpd => &[SetTime::Mdtm],
            PureFtpd => &[SetTime::Mfmt, SetTime::SiteUtime],
            Proftpd => &[SetTime::Mfmt, SetTime::SiteUtimeOld],
            Iis | Libunftp => &[],
            Generic | FilezillaServer | FtpSrv | Pyftpdlib => &[SetTime::Mfmt],
        }
    }

    /// Whether an upload is taken although its TLS was not closed properly.
    pub(crate) fn forgives_missing_close_notify(self) -> bool {
        matches!(self, Proftpd | PureFtpd)
    }
}
