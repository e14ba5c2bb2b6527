//! TLS that is missing, demanded, or expected in another mode.

use libtest_mimic::{Failed, Trial};
use netlab::{ClientCertificate, DataProtection, Mode, Product, Setup, TlsVersions};

use crate::expectation::{Expectation, error, warning};
use crate::products::{self, each};
use crate::scene::Scene;

pub fn cases() -> Vec<Trial> {
    let mut cases = [
        each(Product::ALL, "modes::tls-off", off),
        each(Product::ALL, "modes::tls-off-if-available", fallback),
        each(Product::ALL, "modes::tls-demanded", demanded),
        each(
            [Product::ProFtpd],
            "modes::data-protection-refused",
            protection_refused,
        ),
        each(
            [Product::Vsftpd, Product::ProFtpd, Product::Pyftpdlib],
            "modes::data-protection-demanded",
            protection_demanded,
        ),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    for (name, mode) in [
        ("explicit", Mode::Explicit),
        ("strict-explicit", Mode::ExplicitRequired),
    ] {
        let title = format!("modes::implicit-on-{name}-port");
        cases.extend(each(Product::ALL, &title, move |product| {
            implicit_expected(product, mode)
        }));
    }
    for ssl in ["require-explicit", "if-available", "never"] {
        let title = format!("modes::{ssl}-on-implicit-port");
        cases.extend(each(products::implicit(), &title, move |product| {
            explicit_expected(product, ssl)
        }));
    }
    for (version, tls) in [("1.2", TlsVersions::Tls12), ("1.3", TlsVersions::Tls13)] {
        let explicit = move |product| {
            let setup = Setup::explicit(product);
            client_certificate(setup, tls, "require-explicit")
        };
        let implicit = move |product| {
            let setup = Setup::implicit(product);
            client_certificate(setup, tls, "require-implicit")
        };
        let title = format!("modes::client-certificate::tls-{version}");
        cases.extend(each(Product::ALL, &title, explicit));
        let others = || {
            Product::ALL
                .into_iter()
                .filter(|it| *it != Product::PureFtpd)
        };
        let title = format!("modes::client-certificate-shown::tls-{version}");
        // Pure-FTPd believes only what its own certificate file signed.
        cases.extend(each(others(), &title, move |product| shown(product, tls)));
        let title = format!("modes::client-certificate-not-missed::tls-{version}");
        cases.extend(each(others(), &title, move |product| {
            not_missed(product, tls)
        }));
        let title = format!("modes::client-certificate::implicit-tls-{version}");
        cases.extend(each(products::implicit(), &title, implicit));
    }
    cases
}

fn off(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::plain(product))?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let fault = error("ftps.not-supported", "server-admin");
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("behind-fault").met()?;
    check.run_as_text(&seen)
}

/// The password goes in clear text only if somebody agrees.
fn fallback(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::plain(product))?;
    let check = scene.check("if-available");
    let seen = check.run()?;
    let fault = warning("ftps.cleartext-fallback", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("no-permission").met()?;
    check.run_as_text(&seen)?;

    let agreed = check.with(&["--allow-cleartext-login"]).run()?;
    let expected = Expectation::of(&agreed).fault(fault);
    expected.transfers_as("clear text").met()
}

/// Each product refuses in its own way. The run goes on with TLS.
fn demanded(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        mode: Mode::ExplicitRequired,
        ..Setup::explicit(product)
    })?;
    let check = scene.check("never");
    let seen = check.run()?;
    let fault = error("ftps.required-by-server", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    let expected = expected.patch("ssl", "require-explicit");
    expected.transfers(product, TlsVersions::Both).met()?;
    check.run_as_text(&seen)
}

fn implicit_expected(product: Product, mode: Mode) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        mode,
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-implicit");
    let seen = check.run()?;
    let fault = error("ftps.implicit-on-explicit-port", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    let expected = expected.patch("ssl", "require-explicit");
    expected.transfers(product, TlsVersions::Both).met()?;
    check.run_as_text(&seen)
}

fn explicit_expected(product: Product, ssl: &'static str) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::implicit(product))?;
    let check = scene.check(ssl);
    let seen = check.run()?;
    let fault = error("ftps.explicit-on-implicit-port", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    let expected = expected.patch("ssl", "require-implicit");
    expected.transfers(product, TlsVersions::Both).met()?;
    check.run_as_text(&seen)
}

/// Refused in the handshake, or in TLS 1.3 with the first read after it.
fn client_certificate(setup: Setup, tls: TlsVersions, ssl: &'static str) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        tls,
        client_certificate: ClientCertificate::Required,
        ..setup
    })?;
    let fault = error("ftps.client-certificate-required", "settings");
    let check = scene.check(ssl);
    let seen = check.run()?;
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)?;

    let without_login = check.without_login().run()?;
    Expectation::of(&without_login).fault(fault).met()
}

/// With the certificate that is demanded everything works.
fn shown(product: Product, tls: TlsVersions) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        tls,
        client_certificate: ClientCertificate::Required,
        ..Setup::explicit(product)
    })?;
    let [certificate, key] = scene.server.client_certificate();
    let (certificate, key) = (certificate.to_string_lossy(), key.to_string_lossy());
    let check = scene.check("require-explicit");
    let seen = check
        .with(&["--client-cert", &certificate, "--client-key", &key])
        .run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers(product, tls).met()
}

/// To be asked for a certificate is not to need one.
fn not_missed(product: Product, tls: TlsVersions) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        tls,
        client_certificate: ClientCertificate::Requested,
        ..Setup::explicit(product)
    })?;
    let seen = scene.check("require-explicit").run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers(product, tls).met()
}

fn protection_refused(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        data_protection: DataProtection::Refused,
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let fault = error("ftps.data-protection-refused", "server-admin");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}

/// A login in clear text is taken, a listing is not.
fn protection_demanded(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        data_protection: DataProtection::Required,
        ..Setup::explicit(product)
    })?;
    let check = scene.check("never");
    let seen = check.run()?;
    let fault = error("ftps.data-protection-required", "settings");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}
