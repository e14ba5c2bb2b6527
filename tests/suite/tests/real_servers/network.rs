//! Control ports that cannot be reached.

use libtest_mimic::{Failed, Trial};
use netlab::{CLIENT, HarnessError, NOBODY, Net, Product, SERVER_V6, Setup};

use crate::check::Check;
use crate::expectation::{Expectation, Fault, error};
use crate::products::each;
use crate::record;
use crate::scene::Scene;

const REFUSED: (&str, &str) = ("net.connection-refused", "settings");
const TIMEOUT: (&str, &str) = ("net.connection-timeout", "firewall-admin");

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "network::refused", |product| {
            unreachable(product, REFUSED, |net| net.reject_ports(1..=1023))
        }),
        each(Product::ALL, "network::silent", |product| {
            unreachable(product, TIMEOUT, |net| net.drop_ports(1..=1023))
        }),
        each(Product::ALL, "network::source-dropped", |product| {
            unreachable(product, TIMEOUT, |net| net.drop_source(CLIENT))
        }),
        each(Product::ALL, "network::silent-over-ipv6", silent_over_ipv6),
        vec![
            record::case("network::nobody-there", "none", nobody_there),
            record::case("network::nobody-listens", "vsftpd", nobody_listens),
        ],
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unreachable(
    product: Product,
    (code, owner): (&'static str, &'static str),
    fail: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    fail(&scene.net)?;
    finds(scene.check("require-explicit"), error(code, owner))
}

/// An address nobody has.
fn nobody_there() -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(Product::Vsftpd))?;
    let check = scene.check("require-explicit").host(NOBODY);
    finds(check, error(TIMEOUT.0, TIMEOUT.1))
}

/// The server listens on another port than the settings say.
fn nobody_listens() -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        port: Some(2121),
        ..Setup::explicit(Product::Vsftpd)
    })?;
    let check = scene.check("require-explicit").port(2122);
    finds(check, error(REFUSED.0, REFUSED.1))
}

fn silent_over_ipv6(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        ..Setup::explicit(product)
    })?;
    scene.net.drop_ports(1..=1023)?;
    let check = scene.check("require-explicit").host(SERVER_V6);
    finds(check, error(TIMEOUT.0, TIMEOUT.1))
}

fn finds(check: Check<'_>, fault: Fault) -> Result<(), Failed> {
    let check = check.with(&["--connect-timeout", "1"]);
    let seen = check.run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("behind-fault").met()?;
    check.run_as_text(&seen)
}
