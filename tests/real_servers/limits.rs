//! Servers that let in few sessions from one address.

use libtest_mimic::{Failed, Trial};
use real_servers::{Product, Setup, TlsVersions};

use crate::expectation::Expectation;
use crate::products::each;
use crate::scene::Scene;

pub fn cases() -> Vec<Trial> {
    each(Product::ALL, "limits::one-session", one_session)
}

/// A server that lets in this many sessions from one address at a time.
fn setup(product: Product, sessions: u32) -> Setup {
    let lines = match product {
        Product::Vsftpd => format!("max_per_ip={sessions}"),
        Product::ProFtpd => format!("MaxConnectionsPerHost {sessions}"),
        Product::PureFtpd => format!("-C{sessions}"),
        Product::Pyftpdlib => format!("server.max_cons_per_ip = {sessions}"),
    };
    Setup {
        extra: vec![lines],
        ..Setup::explicit(product)
    }
}

/// A check finds its way with one session at a time.
fn one_session(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, 1))?;
    let seen = scene.check("require-explicit").run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers(product, TlsVersions::Both).met()
}
