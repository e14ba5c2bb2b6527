//! Certificates with one fault each, on every product.

use libtest_mimic::{Failed, Trial};
use netlab::{Certificate, NAME, Product, Setup, TlsVersions};

use crate::expectation::{Expectation, Fault, error, warning};
use crate::products::each;
use crate::scene::Scene;

const OWNER: &str = "certificate-owner";

pub fn cases() -> Vec<Trial> {
    use Certificate::*;
    let faults = [
        ("expired", Expired, error("cert.expired", OWNER)),
        (
            "not-yet-valid",
            NotYetValid,
            error("cert.not-yet-valid", OWNER),
        ),
        (
            "wrong-name",
            WrongName,
            error("cert.hostname-mismatch", OWNER),
        ),
        ("self-signed", SelfSigned, error("cert.self-signed", OWNER)),
        (
            "self-signed-ca",
            SelfSignedAuthority,
            error("cert.self-signed", OWNER),
        ),
        ("private-ca", PrivateCa, error("cert.untrusted-ca", OWNER)),
        (
            "private-ca-root-not-sent",
            PrivateCaWithoutRoot,
            error("cert.untrusted-ca", OWNER),
        ),
        (
            "missing-intermediate",
            MissingIntermediate,
            error("cert.missing-intermediate", "server-admin"),
        ),
        (
            "expired-intermediate",
            ExpiredIntermediate,
            error("cert.expired-intermediate", "server-admin"),
        ),
        (
            "client-only",
            ClientOnly,
            error("cert.wrong-purpose", OWNER),
        ),
        ("weak-key", WeakKey, error("cert.weak-key", OWNER)),
        ("sha1", WeakSignature, error("cert.weak-signature", OWNER)),
    ];
    let mut cases = Vec::new();
    for (name, certificate, fault) in faults {
        let title = format!("certificate::{name}");
        cases.extend(each(Product::ALL, &title, move |product| {
            refused(product, certificate, fault)
        }));
    }
    for (name, certificate, fault) in [
        (
            "expires-soon",
            ExpiresSoon,
            warning("cert.expires-soon", OWNER),
        ),
        (
            "misordered",
            Misordered,
            warning("cert.chain-misordered", "server-admin"),
        ),
    ] {
        let title = format!("certificate::{name}");
        cases.extend(each(Product::ALL, &title, move |product| {
            accepted(product, certificate, fault)
        }));
    }
    cases
}

fn setup(product: Product, certificate: Certificate) -> Setup {
    Setup {
        certificate,
        // Today's servers load these only if they are talked into it.
        legacy_tls: matches!(
            certificate,
            Certificate::WeakKey | Certificate::WeakSignature
        ),
        ..Setup::explicit(product)
    }
}

/// The password stays here, unless somebody agrees to send it all the same; then the rest is found to be well.
fn refused(product: Product, certificate: Certificate, fault: Fault) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, certificate))?;
    let mut check = scene.check("require-explicit");
    if certificate == Certificate::PrivateCaWithoutRoot {
        // With a CA of our own, a chain that ends below an unknown name might as well lack a link to it.
        check = check.without_authority();
    }
    let seen = check.run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("no-permission").met()?;
    check.run_as_text(&seen)?;

    let agreed = check.clone().with(&["--allow-unverified-login"]).run()?;
    let expected = Expectation::of(&agreed).fault(fault);
    expected.transfers(product, TlsVersions::Both).met()?;

    let by_name = check.host(NAME).run()?;
    Expectation::of(&by_name).fault(fault).met()
}

/// It passes today.
fn accepted(product: Product, certificate: Certificate, fault: Fault) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, certificate))?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.transfers(product, TlsVersions::Both).met()?;
    check.run_as_text(&seen)
}
