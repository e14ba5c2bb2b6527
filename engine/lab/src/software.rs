//! The server products whose words the lab can use.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// Whose greeting and wordings a server uses, so that a client's reading of them can be tested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Software {
    /// No product in particular.
    #[default]
    Generic,
    /// vsftpd.
    Vsftpd,
    /// ProFTPD.
    Proftpd,
    /// Pure-FTPd.
    PureFtpd,
    /// FileZilla Server.
    FilezillaServer,
    /// Microsoft IIS.
    Iis,
    /// pyftpdlib.
    Pyftpdlib,
    /// ftp-srv.
    FtpSrv,
    /// libunftp.
    Libunftp,
}
