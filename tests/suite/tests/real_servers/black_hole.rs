//! Paths on which packets above a size vanish, and no message says so.

use std::fs;

use libtest_mimic::{Failed, Trial};
use netlab::{Product, SERVER_V6, Setup};

use crate::expectation::{Expectation, error};
use crate::products::each;
use crate::scene::Scene;

/// What a tunnel over a path with 1500 bytes leaves; the handshakes of these servers pass.
const TUNNEL: u16 = 1_472;
/// The certificates that a server sends at once do not pass.
const NARROW: u16 = 1_000;
/// Longer than what is read to be sure, in bytes.
const LARGE: usize = 200_000;

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "black-hole::large-file", large_file),
        each(Product::ALL, "black-hole::large-listing", large_listing),
        each(Product::ALL, "black-hole::large-file-over-ipv6", over_ipv6),
        each(Product::ALL, "black-hole::handshake", handshake),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn large_file(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    fs::write(scene.server.home().join("orders.bin"), vec![b'x'; LARGE])?;
    scene.net.drop_larger_than(TUNNEL)?;
    finds(&scene, &scene.server.address().to_string())
}

fn large_listing(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    for number in 0..300 {
        let name = format!("order-{number:04}-of-a-customer-with-a-long-name.csv");
        fs::write(scene.server.home().join(name), "")?;
    }
    scene.net.drop_larger_than(TUNNEL)?;
    finds(&scene, &scene.server.address().to_string())
}

fn over_ipv6(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        ..Setup::explicit(product)
    })?;
    fs::write(scene.server.home().join("orders.bin"), vec![b'x'; LARGE])?;
    scene.net.drop_larger_than(TUNNEL)?;
    finds(&scene, &SERVER_V6.to_string())
}

fn handshake(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    scene.net.drop_larger_than(NARROW)?;
    finds(&scene, &scene.server.address().to_string())
}

fn finds(scene: &Scene, host: &str) -> Result<(), Failed> {
    let check = scene.check("require-explicit").host(host);
    let check = check.with(&["--reply-timeout", "3"]);
    let seen = check.run()?;
    let fault = error("net.mtu-blackhole", "firewall-admin");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}
