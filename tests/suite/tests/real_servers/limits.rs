//! Servers that let in few sessions from one address.

use libtest_mimic::{Failed, Trial};
use netlab::{Product, Setup, TlsVersions};

use crate::expectation::{Expectation, warning};
use crate::products::each;
use crate::scene::Scene;

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "limits::one-session", one_session),
        each(Product::ALL, "limits::fewer-than-allowed", |product| {
            fewer(&setup(product, 3))
        }),
        each(
            [Product::ProFtpd],
            "limits::fewer-than-allowed-at-the-login",
            fewer_logins,
        ),
        each(Product::ALL, "limits::as-many-as-allowed", as_many),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const ALLOWED: &[&str] = &["--depth", "full", "--max-connections", "5"];

/// A server that lets in this many sessions from one address at a time.
fn setup(product: Product, sessions: u32) -> Setup {
    let lines = match product {
        Product::Vsftpd => format!("max_per_ip={sessions}"),
        Product::ProFtpd => format!("MaxConnectionsPerHost {sessions}"),
        Product::PureFtpd => format!("MaxClientsPerIP {sessions}"),
        Product::Pyftpdlib => format!("server.max_cons_per_ip = {sessions}"),
    };
    Setup {
        extra: vec![lines],
        ..Setup::explicit(product)
    }
}

/// The server refuses the fourth session where the settings allow five; one of the three is kept as headroom.
fn fewer(setup: &Setup) -> Result<(), Failed> {
    let scene = Scene::new(setup)?;
    let check = scene.check("require-explicit").with(ALLOWED);
    let seen = check.run()?;
    let fault = warning("settings.connection-limit-too-high", "settings");
    let expected = Expectation::of(&seen).fault(fault);
    expected.patch("max_connections", 2).met()?;
    check.run_as_text(&seen)
}

/// Everybody is greeted, and the password is refused for the number of sessions.
fn fewer_logins(product: Product) -> Result<(), Failed> {
    fewer(&Setup {
        extra: vec!["MaxClientsPerHost 3".into()],
        ..Setup::explicit(product)
    })
}

fn as_many(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, 5))?;
    let seen = scene.check("require-explicit").with(ALLOWED).run()?;
    let mut expected = Expectation::of(&seen).healthy();
    expected.equal("sessions", seen.fact("sessions.at-a-time"), 5);
    expected.equal("listing", seen.fact("data.listed"), true);
    expected.met()
}

/// A check finds its way with one session at a time.
fn one_session(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, 1))?;
    let seen = scene.check("require-explicit").run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers(product, TlsVersions::Both).met()
}
