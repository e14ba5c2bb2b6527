//! What the cases have to know of each product.

use libtest_mimic::{Failed, Trial};
use netlab::{Product, TlsVersions};

use crate::record;

/// One case for each of some products.
pub fn each(
    products: impl IntoIterator<Item = Product>,
    name: &str,
    case: impl Fn(Product) -> Result<(), Failed> + Copy + Send + 'static,
) -> Vec<Trial> {
    products
        .into_iter()
        .map(|product| {
            let name = format!("{name}::{}", product.name());
            record::case(name, product.name(), move || case(product))
        })
        .collect()
}

/// The products that can do without a greeting in clear text.
pub fn implicit() -> impl Iterator<Item = Product> {
    Product::ALL
        .into_iter()
        .filter(|product| product.can_be_implicit())
}

/// The products that can demand that data connections resume the session.
pub fn demanding_reuse() -> impl Iterator<Item = Product> {
    Product::ALL
        .into_iter()
        .filter(|product| product.can_require_session_reuse())
}

/// Whether the product can resume a session at all: Pure-FTPd gives out no tickets in TLS 1.3.
pub fn resumes(product: Product, tls: TlsVersions) -> bool {
    product != Product::PureFtpd || tls == TlsVersions::Tls12
}

/// The name that reports have for the product.
pub fn in_reports(product: Product) -> &'static str {
    match product {
        Product::Vsftpd => "vsftpd",
        Product::ProFtpd => "ProFTPD",
        Product::PureFtpd => "Pure-FTPd",
        Product::Pyftpdlib => "pyftpdlib",
    }
}

/// What stands in the product's log once for each password it is sent; Pure-FTPd tells only syslog.
pub fn logs_password_as(product: Product) -> Option<&'static str> {
    match product {
        Product::Vsftpd => Some("\"PASS "),
        Product::ProFtpd => Some("(Login failed)"),
        Product::PureFtpd => None,
        Product::Pyftpdlib => Some("PASS ******"),
    }
}
