//! What the cases have to know of each product.

use libtest_mimic::{Failed, Trial};
use netlab::{Product, Setup, TlsVersions};

use crate::record;

/// One case for each of some products.
pub fn each(
    products: impl IntoIterator<Item = Product>,
    name: &str,
    case: impl Fn(Product) -> Result<(), Failed> + Copy + Send + 'static,
) -> Vec<Trial> {
    each_of(products, Product::name, name, case)
}

/// The same for whatever products, whose names these are.
pub fn each_of<P: Copy + Send + 'static>(
    products: impl IntoIterator<Item = P>,
    product_name: fn(P) -> &'static str,
    name: &str,
    case: impl Fn(P) -> Result<(), Failed> + Copy + Send + 'static,
) -> Vec<Trial> {
    products
        .into_iter()
        .map(|product| {
            let of = product_name(product);
            record::case(format!("{name}::{of}"), of, move || case(product))
        })
        .collect()
}

/// With lines of a configuration that are no part of a [`Setup`].
pub fn with(product: Product, lines: &str) -> Setup {
    Setup {
        extra: lines.lines().map(Into::into).collect(),
        ..Setup::explicit(product)
    }
}

/// A server that refuses one command, or does not know it.
pub fn without(product: Product, command: &str) -> Setup {
    let lines = match product {
        Product::Vsftpd => format!("cmds_denied={command}"),
        Product::ProFtpd => format!("<Limit {command}>\nDenyAll\n</Limit>"),
        Product::PureFtpd => unreachable!("Pure-FTPd cannot be told"),
        Product::Pyftpdlib => {
            let commands = "{name: how for name, how in handler.proto_cmds.items()";
            format!("handler.proto_cmds = {commands} if name != '{command}'}}")
        }
    };
    with(product, &lines)
}

/// A command that is refused, or the right to it that is missing in the inbox: pyftpdlib knows rights by letters.
pub fn denied(product: Product, command: &str, right: &str) -> Setup {
    if product != Product::Pyftpdlib {
        return without(product, command);
    }
    let rights: String = "elradfmwMT".replace(right, "");
    let inbox = "options.user, options.home + '/inbox'";
    with(
        product,
        &format!("authorizer.override_perm({inbox}, '{rights}', recursive=True)"),
    )
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
