//! What a setup asks for can be seen from outside.

use netlab::{
    DataProtection, HarnessError, Mode, Net, Product, SERVER_V6, Server, SessionReuse, Setup,
    TlsVersions,
};

use crate::talk::{Curl, Dialog, s_client, start};

/// One test per product for each function.
macro_rules! for_each_product {
    ($($check:ident as $name:ident;)*) => {$(
        mod $name {
            use netlab::Product;

            #[test]
            fn vsftpd() {
                super::$check(Product::Vsftpd);
            }

            #[test]
            fn proftpd() {
                super::$check(Product::ProFtpd);
            }

            #[test]
            fn pure_ftpd() {
                super::$check(Product::PureFtpd);
            }

            #[test]
            fn pyftpdlib() {
                super::$check(Product::Pyftpdlib);
            }
        }
    )*};
}

for_each_product! {
    refuse_wrong_password as wrong_password;
    refuse_clear_login as clear_login;
    write_only_to_inbox as rights;
    limit_clients as limits;
    listen_on_ipv6 as ipv6;
    protect_data as data_protection;
}

fn refuse_wrong_password(product: Product) {
    let net = Net::new().unwrap();
    let server = start(&net, Setup::plain(product));
    let mut dialog = Dialog::open(&net, &server).unwrap();
    let reply = dialog.log_in(server.user(), "not the password");
    assert!(reply.starts_with("530"), "{reply}\n{}", server.log());
}

fn refuse_clear_login(product: Product) {
    let net = Net::new().unwrap();
    let server = start(
        &net,
        Setup {
            mode: Mode::ExplicitRequired,
            ..Setup::explicit(product)
        },
    );
    let reply = Dialog::open(&net, &server)
        .unwrap()
        .log_in(server.user(), server.password());
    let refusal = if product == Product::PureFtpd {
        "421"
    } else {
        "5"
    };
    assert!(reply.starts_with(refusal), "{reply}");
}

fn write_only_to_inbox(product: Product) {
    let net = Net::new().unwrap();
    let server = start(&net, Setup::explicit(product));
    let source = server.password_file().display().to_string();
    let upload = |path| {
        Curl::new(&net, &server)
            .with(&["--upload-file", &source])
            .fetch(path)
    };
    let inside = upload("/inbox/order.txt");
    assert_eq!(inside.code, 0, "{}\n{}", inside.err, server.log());
    let written = std::fs::read_to_string(server.home().join("inbox/order.txt")).unwrap();
    assert_eq!(written, server.password());
    assert_ne!(upload("/order.txt").code, 0);
}

fn limit_clients(product: Product) {
    let net = Net::new().unwrap();
    let server = start(
        &net,
        Setup {
            max_clients: Some(1),
            ..Setup::plain(product)
        },
    );
    let mut first = Dialog::open(&net, &server).unwrap();
    assert!(
        first
            .log_in(server.user(), server.password())
            .starts_with("230")
    );
    let reply = Dialog::open(&net, &server)
        .unwrap()
        .log_in(server.user(), server.password());
    let refusal = if product == Product::ProFtpd {
        "530"
    } else {
        "421"
    };
    assert!(reply.starts_with(refusal), "{reply}");
}

fn listen_on_ipv6(product: Product) {
    let net = Net::new().unwrap();
    let server = start(
        &net,
        Setup {
            ipv6: true,
            ..Setup::explicit(product)
        },
    );
    for host in [format!("[{SERVER_V6}]"), server.address().to_string()] {
        let listing = Curl::new(&net, &server).host(&host).fetch("/");
        assert_eq!(listing.code, 0, "{host}: {}\n{}", listing.err, server.log());
    }
}

#[test]
fn old_versions_are_offered_alone_and_beside_new_ones() {
    let net = Net::new().unwrap();
    for product in [Product::Vsftpd, Product::ProFtpd, Product::Pyftpdlib] {
        for (tls, modern_code) in [(TlsVersions::Old, 35), (TlsVersions::All, 0)] {
            let server = start(
                &net,
                Setup {
                    tls,
                    legacy_tls: true,
                    ..Setup::explicit(product)
                },
            );
            let modern = Curl::new(&net, &server).fetch("/");
            assert_eq!(
                modern.code, modern_code,
                "{product:?} {tls:?}: {}",
                modern.err
            );
            let old = s_client(&net, &server, &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]);
            assert!(
                old.contains("Protocol  : TLSv1.1"),
                "{product:?} {tls:?}: {old}"
            );
        }
    }
}

fn protect_data(product: Product) {
    let net = Net::new().unwrap();
    let data_protection = DataProtection::Required;
    let server = start(
        &net,
        Setup {
            mode: Mode::ExplicitRequired,
            data_protection,
            ..Setup::explicit(product)
        },
    );
    let protected = Curl::new(&net, &server).fetch("/");
    assert_eq!(protected.code, 0, "{}", protected.err);
    // ProFTPD refuses `PROT C` itself; curl goes on regardless, and the two wait for each other.
    let clear = Curl::new(&net, &server)
        .with(&["--no-ssl-reqd", "--ftp-ssl-control", "--max-time", "2"])
        .fetch("/");
    let refusal = match product {
        Product::Vsftpd => "< 522 ",
        Product::ProFtpd => "< 534 ",
        Product::PureFtpd => "< 521 ",
        Product::Pyftpdlib => "< 550 ",
    };
    assert!(clear.err.contains(refusal), "{}", clear.err);
}

#[test]
fn proftpd_can_refuse_protected_data() {
    let net = Net::new().unwrap();
    let server = start(
        &net,
        Setup {
            data_protection: DataProtection::Refused,
            ..Setup::explicit(Product::ProFtpd)
        },
    );
    let refused = Curl::new(&net, &server).fetch("/");
    assert!(refused.err.contains("< 534 "), "{}", refused.err);
}

#[test]
fn session_reuse_is_demanded_or_not() {
    let net = Net::new().unwrap();
    for (product, refusal) in [(Product::Vsftpd, "< 522 "), (Product::ProFtpd, "< 425 ")] {
        for tls in [TlsVersions::Tls12, TlsVersions::Tls13] {
            let setup = |session_reuse| Setup {
                tls,
                session_reuse,
                ..Setup::explicit(product)
            };
            let required = start(&net, setup(SessionReuse::Required));
            let fresh = Curl::new(&net, &required)
                .with(&["--no-sessionid"])
                .fetch("/");
            assert!(
                fresh.err.contains(refusal),
                "{product:?} {tls:?}: {}",
                fresh.err
            );
            drop(required);

            let off = start(&net, setup(SessionReuse::Off));
            let fresh = Curl::new(&net, &off).with(&["--no-sessionid"]).fetch("/");
            assert_eq!(fresh.code, 0, "{product:?} {tls:?}: {}", fresh.err);
        }
        let setup = Setup {
            session_reuse: SessionReuse::Impossible,
            ..Setup::explicit(product)
        };
        let impossible = start(&net, setup);
        let current = Curl::new(&net, &impossible).fetch("/");
        assert!(
            current.err.contains(refusal),
            "{product:?}: {}",
            current.err
        );
        let capped = Curl::new(&net, &impossible)
            .with(&["--tls-max", "1.2"])
            .fetch("/");
        assert_eq!(capped.code, 0, "{product:?}: {}", capped.err);
    }
}

#[test]
fn what_a_product_cannot_do_is_an_error() {
    let net = Net::new().unwrap();
    let refused = Server::start(&net, &Setup::implicit(Product::PureFtpd));
    assert!(
        matches!(refused, Err(HarnessError::Unsupported { .. })),
        "{refused:?}"
    );
}
