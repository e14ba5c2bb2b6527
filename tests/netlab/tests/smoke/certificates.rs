//! Each certificate has its fault, and each product shows it.

use netlab::{Certificate, ClientCertificate, HarnessError, Net, Product, Server, Setup};

use crate::talk::{Curl, Dialog, s_client, start};

#[test]
fn certificates_have_the_fault_they_are_named_for() {
    let net = Net::new().unwrap();
    for (certificate, expected) in [
        (Certificate::Valid, "0 (ok)"),
        (Certificate::Expired, "10 (certificate has expired)"),
        (Certificate::NotYetValid, "9 (certificate is not yet valid)"),
        (Certificate::ExpiresSoon, "0 (ok)"),
        (Certificate::WrongName, "62 (hostname mismatch)"),
        (Certificate::SelfSigned, "18 (self-signed certificate)"),
        (
            Certificate::SelfSignedAuthority,
            "18 (self-signed certificate)",
        ),
        (
            Certificate::PrivateCa,
            "19 (self-signed certificate in certificate chain)",
        ),
        (
            Certificate::PrivateCaWithoutRoot,
            "21 (unable to verify the first certificate)",
        ),
        (
            Certificate::MissingIntermediate,
            "21 (unable to verify the first certificate)",
        ),
        (
            Certificate::ExpiredIntermediate,
            "10 (certificate has expired)",
        ),
        (Certificate::Misordered, "0 (ok)"),
        (Certificate::WeakKey, "66 (EE certificate key too weak)"),
        (
            Certificate::WeakSignature,
            "68 (CA signature digest algorithm too weak)",
        ),
        (
            Certificate::ClientOnly,
            "26 (unsuitable certificate purpose)",
        ),
    ] {
        let weak = matches!(
            certificate,
            Certificate::WeakKey | Certificate::WeakSignature
        );
        let server = start(
            &net,
            Setup {
                certificate,
                legacy_tls: weak,
                ..Setup::explicit(Product::Vsftpd)
            },
        );
        let seen = s_client(&net, &server, &["-auth_level", "2"]);
        assert!(
            seen.contains(&format!("Verify return code: {expected}")),
            "{certificate:?}: {seen}"
        );
    }
}

#[test]
fn every_product_shows_weak_certificates() {
    let net = Net::new().unwrap();
    for product in Product::ALL {
        for certificate in [Certificate::WeakKey, Certificate::WeakSignature] {
            let server = start(
                &net,
                Setup {
                    certificate,
                    legacy_tls: true,
                    ..Setup::explicit(product)
                },
            );
            let seen = s_client(&net, &server, &[]);
            assert!(
                seen.contains("BEGIN CERTIFICATE"),
                "{product:?} {certificate:?}: {seen}"
            );
        }
    }
}

#[test]
fn without_legacy_tls_a_weak_key_keeps_a_server_from_working() {
    let net = Net::new().unwrap();
    for product in [Product::Vsftpd, Product::PureFtpd, Product::Pyftpdlib] {
        let refused = Server::start(&net, &weak(product));
        assert!(
            matches!(refused, Err(HarnessError::NotReady { .. })),
            "{refused:?}"
        );
    }
    let server = start(&net, weak(Product::ProFtpd));
    assert_eq!(Dialog::open(&net, &server).unwrap().hear(), "");
}

fn weak(product: Product) -> Setup {
    Setup {
        certificate: Certificate::WeakKey,
        ..Setup::explicit(product)
    }
}

#[test]
fn client_certificates_are_demanded() {
    let net = Net::new().unwrap();
    for product in Product::ALL {
        let server = start(
            &net,
            Setup {
                client_certificate: ClientCertificate::Required,
                ..Setup::explicit(product)
            },
        );
        let refused = Curl::new(&net, &server).fetch("/");
        assert_ne!(refused.code, 0, "{product:?}: {}", refused.err);
        assert!(
            refused.err.contains("Request CERT"),
            "{product:?}: {}",
            refused.err
        );
        assert!(
            !refused.err.contains("< 331"),
            "{product:?}: {}",
            refused.err
        );
    }
}
