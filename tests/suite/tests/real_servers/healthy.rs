//! Servers that are as they should be.

use std::fs;

use libtest_mimic::{Failed, Trial};
use netlab::{Mode, NAME, Product, SERVER_V6, SessionReuse, Setup, TlsVersions};

use crate::check::Check;
use crate::expectation::Expectation;
use crate::products::{self, each};
use crate::scene::Scene;

/// Far longer than what is read to be sure, in bytes.
const LARGE: usize = 4 * 1024 * 1024;

pub fn cases() -> Vec<Trial> {
    let mut cases = Vec::new();
    for (name, mode) in [
        ("explicit", Mode::Explicit),
        ("explicit-required", Mode::ExplicitRequired),
        ("implicit", Mode::Implicit),
    ] {
        let able = move |product: &Product| mode != Mode::Implicit || product.can_be_implicit();
        for (version, tls) in [("1.2", TlsVersions::Tls12), ("1.3", TlsVersions::Tls13)] {
            let products = Product::ALL.into_iter().filter(able);
            let title = format!("healthy::{name}::tls-{version}");
            cases.extend(each(products, &title, move |product| {
                lists(product, mode, tls)
            }));
        }
    }
    cases.extend(each(Product::ALL, "healthy::quick", |it| {
        at_depth(it, "quick")
    }));
    cases.extend(each(Product::ALL, "healthy::full", |it| {
        at_depth(it, "full")
    }));
    cases.extend(each(Product::ALL, "healthy::by-name", by_name));
    cases.extend(each(Product::ALL, "healthy::ipv6", over_ipv6));
    cases.extend(each(Product::ALL, "healthy::without-login", without_login));
    cases.extend(each(Product::ALL, "healthy::if-available", if_available));
    cases.extend(each(Product::ALL, "healthy::in-clear", in_clear));
    cases.extend(each(Product::ALL, "healthy::remote-path", remote_path));
    cases.extend(each(Product::ALL, "healthy::large-file", large_file));
    let reusing = products::demanding_reuse();
    cases.extend(each(reusing, "healthy::reuse-off", reuse_off));
    cases
}

/// Session reuse is demanded wherever the product can.
fn setup(product: Product, mode: Mode, tls: TlsVersions) -> Setup {
    Setup {
        mode,
        tls,
        session_reuse: match product.can_require_session_reuse() {
            true => SessionReuse::Required,
            false => SessionReuse::Default,
        },
        ..Setup::explicit(product)
    }
}

fn explicit(product: Product) -> Setup {
    setup(product, Mode::ExplicitRequired, TlsVersions::Both)
}

fn lists(product: Product, mode: Mode, tls: TlsVersions) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, mode, tls))?;
    let check = scene.check(match mode {
        Mode::Implicit => "require-implicit",
        _ => "require-explicit",
    });
    let seen = check.run()?;
    Expectation::of(&seen)
        .healthy()
        .transfers(product, tls)
        .met()?;
    check.run_as_text(&seen)
}

fn works(product: Product, check: Check<'_>) -> Result<(), Failed> {
    let seen = check.run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers(product, TlsVersions::Both).met()
}

fn at_depth(product: Product, depth: &str) -> Result<(), Failed> {
    let scene = Scene::new(&explicit(product))?;
    works(
        product,
        scene.check("require-explicit").with(&["--depth", depth]),
    )
}

fn by_name(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&explicit(product))?;
    works(product, scene.check("require-explicit").host(NAME))
}

fn over_ipv6(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        ..explicit(product)
    })?;
    works(product, scene.check("require-explicit").host(SERVER_V6))
}

fn without_login(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&explicit(product))?;
    let seen = scene.check("require-explicit").without_login().run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.no_login("no-credentials").met()
}

fn if_available(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&setup(product, Mode::Explicit, TlsVersions::Both))?;
    works(product, scene.check("if-available"))
}

fn in_clear(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::plain(product))?;
    let seen = scene.check("never").run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.transfers_as("clear text").met()
}

fn remote_path(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&explicit(product))?;
    let check = scene.check("require-explicit");
    works(product, check.with(&["--remote-path", "reports"]))
}

/// It is not read to its end, and ProFTPD ends the session with such a transfer.
fn large_file(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&explicit(product))?;
    fs::write(scene.server.home().join("orders.bin"), vec![b'x'; LARGE])?;
    let seen = scene.check("require-explicit").run()?;
    Expectation::of(&seen).healthy().met()
}

fn reuse_off(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        session_reuse: SessionReuse::Off,
        ..explicit(product)
    })?;
    works(product, scene.check("require-explicit"))
}
