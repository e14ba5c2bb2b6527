//! Those that have TLS, each in the modes it has.

use libtest_mimic::{Failed, Trial};
use netlab::{Certificate, Mode, SmallProduct, SmallSetup};

use crate::expectation::{Expectation, error, warning};
use crate::scene::Scene;
use crate::small::{each, with_ports};

use SmallProduct::{Aioftp, FtpSrv};

pub fn cases() -> Vec<Trial> {
    let mut cases = Vec::new();
    for mode in [Mode::Explicit, Mode::Implicit] {
        let able = SmallProduct::ALL
            .into_iter()
            .filter(move |product| product.speaks(mode));
        let kind = ssl(mode);
        cases.extend(each(able.clone(), &format!("tls::{kind}"), move |it| {
            healthy(it, mode)
        }));
        cases.extend(each(
            able.clone(),
            &format!("tls::{kind}-writes"),
            move |it| writes(it, mode),
        ));
        cases.extend(each(
            able.clone(),
            &format!("tls::{kind}-expired"),
            move |it| expired(it, mode),
        ));
        cases.extend(each(able, &format!("tls::{kind}-ports-stall"), move |it| {
            stalled(it, mode)
        }));
    }
    cases.extend(each([FtpSrv], "tls::implicit-expected", implicit_expected));
    for ssl in ["require-explicit", "if-available", "never"] {
        let name = format!("tls::implicit-not-expected-{ssl}");
        cases.extend(each([Aioftp, FtpSrv], &name, move |product| {
            explicit_expected(product, ssl)
        }));
    }
    cases
}

fn setup(product: SmallProduct, mode: Mode) -> SmallSetup {
    SmallSetup {
        mode,
        ..SmallSetup::of(product)
    }
}

fn ssl(mode: Mode) -> &'static str {
    match mode {
        Mode::Plain => "never",
        Mode::Explicit | Mode::ExplicitRequired => "require-explicit",
        Mode::Implicit => "require-implicit",
    }
}

/// ftp-srv has no memory for TLS sessions, and does not want any resumed.
fn security(product: SmallProduct) -> &'static str {
    match product {
        FtpSrv => "TLS 1.3, full handshake",
        _ => "TLS 1.3, session resumed",
    }
}

fn healthy(product: SmallProduct, mode: Mode) -> Result<(), Failed> {
    let scene = Scene::small(&setup(product, mode))?;
    let check = scene.check(ssl(mode));
    let seen = check.run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers_as(security(product)).met()?;
    check.run_as_text(&seen)
}

fn writes(product: SmallProduct, mode: Mode) -> Result<(), Failed> {
    let scene = Scene::small(&setup(product, mode))?;
    let check = scene.check(ssl(mode));
    let seen = check
        .with(&["--allow-writes", "--remote-path", "inbox"])
        .run()?;
    let fault = warning("ftp.times-not-settable", "settings");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("push", seen.fact("use.push"), "possible");
    expected.met()
}

fn expired(product: SmallProduct, mode: Mode) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup {
        certificate: Certificate::Expired,
        ..setup(product, mode)
    })?;
    let seen = scene.check(ssl(mode)).run()?;
    let fault = error("cert.expired", "certificate-owner");
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("no-permission").met()
}

/// A firewall that accepts for the server and lets nothing through.
fn stalled(product: SmallProduct, mode: Mode) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup {
        mode,
        ..with_ports(product)
    })?;
    scene.net.stall_ports(crate::small::ports(product))?;
    let check = scene.check(ssl(mode)).with(&["--reply-timeout", "3"]);
    let seen = check.run()?;
    let fault = error("data.tls-stalls", "firewall-admin");
    Expectation::of(&seen).fault(fault).met()
}

fn implicit_expected(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&setup(product, Mode::Explicit))?;
    let seen = scene.check("require-implicit").run()?;
    let fault = error("ftps.implicit-on-explicit-port", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    let expected = expected.patch("ssl", "require-explicit");
    expected.transfers_as(security(product)).met()
}

fn explicit_expected(product: SmallProduct, ssl: &'static str) -> Result<(), Failed> {
    let scene = Scene::small(&setup(product, Mode::Implicit))?;
    let seen = scene.check(ssl).run()?;
    let fault = error("ftps.explicit-on-implicit-port", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    let expected = expected.patch("ssl", "require-implicit");
    expected.transfers_as(security(product)).met()
}
