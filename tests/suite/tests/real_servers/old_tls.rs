//! Servers whose TLS is too old for us, or older than it has to be.

use libtest_mimic::{Failed, Trial};
use netlab::{Certificate, Mode, Product, Setup, TlsVersions};
use serde_json::json;

use crate::expectation::{Expectation, error, warning};
use crate::products::each;
use crate::scene::Scene;
use crate::seen::Seen;

const OWNER: &str = "server-admin";

/// Cipher suites that we do not speak, and what the report must say of them.
const POOR: [(&str, &str, &str, &str); 3] = [
    (
        "rsa-key-exchange",
        "AES128-SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "RSA key exchange, CBC",
    ),
    (
        "rsa-with-gcm",
        "AES256-GCM-SHA384",
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "RSA key exchange",
    ),
    (
        "cbc",
        "ECDHE-RSA-AES128-SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "CBC",
    ),
];

pub fn cases() -> Vec<Trial> {
    // Pure-FTPd has no version before TLS 1.2.
    let old = || {
        Product::ALL
            .into_iter()
            .filter(|it| *it != Product::PureFtpd)
    };
    let mut cases = [
        each(old(), "old-tls::only", |it| {
            only(Setup::explicit(it), "require-explicit")
        }),
        each(old(), "old-tls::only-implicit", |it| {
            only(Setup::implicit(it), "require-implicit")
        }),
        each(old(), "old-tls::only-and-expired", only_and_expired),
        each(old(), "old-tls::too", |it| {
            too(Setup::explicit(it), "require-explicit")
        }),
        each(old(), "old-tls::too-implicit", |it| {
            too(Setup::implicit(it), "require-implicit")
        }),
        each([Product::ProFtpd], "old-tls::dhe", |it| {
            poor(
                it,
                "DHE-RSA-AES256-SHA",
                "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
                "DHE key exchange, CBC",
            )
        }),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    for (name, ciphers, iana, objections) in POOR {
        let title = format!("old-tls::{name}");
        cases.extend(each(Product::ALL, &title, move |product| {
            poor(product, ciphers, iana, objections)
        }));
    }
    cases
}

fn with_versions(setup: Setup, tls: TlsVersions) -> Setup {
    Setup {
        tls,
        legacy_tls: true,
        ..setup
    }
}

/// TLS 1.0 and 1.1, nothing else; the certificate is seen all the same.
fn only(setup: Setup, ssl: &'static str) -> Result<(), Failed> {
    let scene = Scene::new(&with_versions(setup, TlsVersions::Old))?;
    let check = scene.check(ssl);
    let seen = check.run()?;
    let fault = error("tls.version-unsupported", OWNER);
    let mut expected = Expectation::of(&seen).fault(fault).no_login("behind-fault");
    expected.equal("offered", seen.fact("tls.offered-version"), "TLS 1.1");
    sees_certificate(&mut expected, &seen);
    expected.met()?;
    check.run_as_text(&seen)
}

/// Behind the old version stands a certificate that has ended: two faults, two owners.
fn only_and_expired(product: Product) -> Result<(), Failed> {
    let setup = Setup {
        certificate: Certificate::Expired,
        ..Setup::explicit(product)
    };
    let scene = Scene::new(&with_versions(setup, TlsVersions::Old))?;
    let seen = scene.check("require-explicit").run()?;
    Expectation::of(&seen)
        .root_causes(&["tls.version-unsupported", "cert.expired"])
        .no_login("behind-fault")
        .met()
}

/// TLS 1.0 to 1.3: it works, with a warning.
fn too(setup: Setup, ssl: &'static str) -> Result<(), Failed> {
    let setup = Setup {
        // Not a word of logins in clear text beside it.
        mode: match setup.mode {
            Mode::Explicit => Mode::ExplicitRequired,
            mode => mode,
        },
        ..setup
    };
    let scene = Scene::new(&with_versions(setup, TlsVersions::All))?;
    let seen = scene.check(ssl).run()?;
    let fault = warning("tls.legacy-versions", OWNER);
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("taken", seen.fact("tls.old-versions"), json!(["TLS 1.1"]));
    expected.met()
}

/// TLS 1.2, and one cipher suite that we do not speak.
fn poor(
    product: Product,
    ciphers: &'static str,
    iana: &'static str,
    objections: &'static str,
) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        tls: TlsVersions::Tls12,
        certificate: Certificate::Rsa,
        ciphers: Some(ciphers.into()),
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let fault = error("tls.cipher-mismatch", OWNER);
    let mut expected = Expectation::of(&seen).fault(fault).no_login("behind-fault");
    expected.equal("chosen", seen.fact("tls.offered-cipher"), iana);
    let detail = seen.findings()[0]["detail"].as_str().unwrap_or_default();
    expected.holds(objections, detail.contains(objections));
    sees_certificate(&mut expected, &seen);
    expected.met()?;
    check.run_as_text(&seen)
}

fn sees_certificate(expected: &mut Expectation<'_>, seen: &Seen) {
    let subject = seen.fact("certificate.subject");
    expected.holds(&format!("a certificate: {subject}"), subject.is_string());
}
