//! Each product starts in each mode and version of TLS, and an ordinary client (curl) gets a
//! listing.

use netlab::{Mode, Net, Product, Server, SessionReuse, Setup, TlsVersions};

use crate::talk::{Curl, Outcome};

/// Lists with curl and looks for the files, the TLS version and the resumed session.
fn lists(product: Product, mode: Mode, tls: TlsVersions, version: &str) {
    let session_reuse = if product.can_require_session_reuse() {
        SessionReuse::Required
    } else {
        SessionReuse::Default
    };
    let setup = Setup {
        mode,
        tls,
        session_reuse,
        ..Setup::explicit(product)
    };
    let net = Net::new().unwrap();
    let server = Server::start(&net, &setup).unwrap();

    let scheme = if mode == Mode::Implicit {
        "ftps"
    } else {
        "ftp"
    };
    let Outcome { code, out, err } = Curl::new(&net, &server).scheme(scheme).fetch("/");
    assert_eq!(code, 0, "{err}\n{}", server.log());
    assert!(out.contains("README.txt") && out.contains("inbox"), "{out}");
    assert!(
        err.contains(&format!("SSL connection using {version}")),
        "{err}"
    );
}

macro_rules! listings {
    ($($name:ident: $product:ident $mode:ident;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn lists_over_tls_1_2() {
                lists(Product::$product, Mode::$mode, TlsVersions::Tls12, "TLSv1.2");
            }

            #[test]
            fn lists_over_tls_1_3() {
                lists(Product::$product, Mode::$mode, TlsVersions::Tls13, "TLSv1.3");
            }
        }
    )*};
}

listings! {
    vsftpd_explicit: Vsftpd ExplicitRequired;
    vsftpd_implicit: Vsftpd Implicit;
    proftpd_explicit: ProFtpd ExplicitRequired;
    proftpd_implicit: ProFtpd Implicit;
    pure_ftpd_explicit: PureFtpd ExplicitRequired;
    pyftpdlib_explicit: Pyftpdlib ExplicitRequired;
    pyftpdlib_implicit: Pyftpdlib Implicit;
}
