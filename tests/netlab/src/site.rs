//! The folder of one server: what it serves, its account's password, its certificate, its logs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::account::{ID, PASSWORD};
use crate::certificate::{Certificate, Issued};
use crate::error::HarnessError;
use crate::leftovers;

/// Where the servers find what OpenSSL does where they do not say otherwise.
pub(crate) const TLS_DEFAULTS: &str = "/etc/ssl/openssl.cnf";

#[derive(Debug)]
pub(crate) struct Site {
    folder: TempDir,
    /// The files for TLS.
    pub(crate) tls: Issued,
}

impl Site {
    /// With a certificate, and what OpenSSL does in the server where it does not say otherwise.
    pub(crate) fn new(certificate: Certificate, openssl: &str) -> Result<Self, HarnessError> {
        // The servers give up root before they enter it, so others must be able to pass.
        let folder = tempfile::Builder::new()
            .prefix(&leftovers::prefix())
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .map_err(HarnessError::file(std::env::temp_dir()))?;
        for name in [
            "tls",
            "log",
            "empty",
            "desk",
            "home",
            "home/inbox",
            "home/reports",
        ] {
            let path = folder.path().join(name);
            fs::create_dir(&path).map_err(HarnessError::file(path))?;
        }
        let tls = certificate.issue(&folder.path().join("tls"))?;
        let site = Self { folder, tls };

        site.write("home/README.txt", "Files of the tests.\n")?;
        site.write("home/reports/2024.csv", "month,orders\n1,120\n2,98\n")?;
        // Only the inbox belongs to the account: vsftpd refuses a home the account can write to.
        let inbox = site.path("home/inbox");
        chown(&inbox, Some(ID), None).map_err(HarnessError::file(inbox))?;
        site.write_secret("password", PASSWORD)?;
        site.write("openssl.cnf", openssl)?;
        Ok(site)
    }

    /// Lays a folder over `/etc/ssl` that has the defaults of OpenSSL and a place for keys, and nothing else.
    pub(crate) fn lay_tls_defaults(&self, etc: &Path) -> Result<(), HarnessError> {
        let keys = etc.join("ssl/private");
        fs::create_dir_all(&keys).map_err(HarnessError::file(&keys))?;
        let (from, to) = (self.path("openssl.cnf"), etc.join("ssl/openssl.cnf"));
        fs::copy(from, &to).map_err(HarnessError::file(to))?;
        Ok(())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, HarnessError> {
        let path = self.path(name);
        fs::write(&path, text).map_err(HarnessError::file(&path))?;
        Ok(path)
    }

    /// Writes a file only root can read.
    pub(crate) fn write_secret(&self, name: &str, text: &str) -> Result<PathBuf, HarnessError> {
        let path = self.write(name, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
            .map_err(HarnessError::file(&path))?;
        Ok(path)
    }

    /// Everything logged so far, file by file.
    pub(crate) fn log(&self) -> String {
        let mut files: Vec<PathBuf> = fs::read_dir(self.path("log"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        files.iter().map(|file| titled(file)).collect()
    }
}

fn titled(file: &Path) -> String {
    let text = fs::read(file).unwrap_or_default();
    let title = file.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "--- {title}\n{}\n",
        String::from_utf8_lossy(&text).trim_end()
    )
}
