//! How each product is told what a [`Setup`] asks for: one file per product, each with the same
//! function.

mod proftpd;
mod pure_ftpd;
mod pyftpdlib;
mod vsftpd;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::HarnessError;
use crate::setup::{ClientCertificate, DataProtection, Product, SessionReuse, Setup, TlsVersions};
use crate::site::Site;

/// A server that can be started.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The command line that runs it in the foreground.
    pub(crate) line: Vec<OsString>,
    /// What an administrator would edit: for pyftpdlib the end of the program.
    pub(crate) configuration: PathBuf,
}

/// Writes the configuration into the site and says how the server is run.
pub(crate) fn prepare(setup: &Setup, site: &Site) -> Result<Prepared, HarnessError> {
    refuse_impossible(setup)?;
    match setup.product {
        Product::Vsftpd => vsftpd::prepare(setup, site),
        Product::ProFtpd => proftpd::prepare(setup, site),
        Product::PureFtpd => pure_ftpd::prepare(setup, site),
        Product::Pyftpdlib => pyftpdlib::prepare(setup, site),
    }
}

/// A setup a product would silently ignore is an error, or a test would show something else than it
/// says.
fn refuse_impossible(setup: &Setup) -> Result<(), HarnessError> {
    let product = setup.product;
    let refuse = |what| {
        Err(HarnessError::Unsupported {
            product: product.name(),
            what,
        })
    };
    let demands_reuse = matches!(
        setup.session_reuse,
        SessionReuse::Required | SessionReuse::Impossible
    );
    if demands_reuse && !product.can_require_session_reuse() {
        return refuse("session reuse required");
    }
    if setup.mode == crate::Mode::Implicit && !product.can_be_implicit() {
        return refuse("implicit TLS");
    }
    if setup.data_protection == DataProtection::Refused && product != Product::ProFtpd {
        return refuse("protected data refused");
    }
    if product == Product::PureFtpd {
        if setup.client_certificate == ClientCertificate::Requested {
            return refuse("client certificate requested");
        }
        if matches!(setup.tls, TlsVersions::Old | TlsVersions::All) {
            return refuse("TLS 1.0 and 1.1");
        }
        if setup.data_protection == DataProtection::Required
            && setup.mode != crate::Mode::ExplicitRequired
        {
            return refuse("data protection required but login in clear");
        }
    }
    Ok(())
}

/// vsftpd's spelling of a choice.
fn yes_no(condition: bool) -> &'static str {
    if condition { "YES" } else { "NO" }
}
