//! Logins that are refused, and paths that are not there.

use libtest_mimic::{Failed, Trial};
use netlab::{Product, Setup};

use crate::expectation::{Expectation, error};
use crate::held_session;
use crate::products::{self, each};
use crate::scene::Scene;

const WRONG: &str = "Wrong on purpose: 9 lighthouses";

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "login::wrong-password", wrong_password),
        each(Product::ALL, "login::too-many-connections", too_many),
        each(Product::ALL, "login::path-not-there", path_not_there),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Tried once: the account must not be locked, nor our address banned.
fn wrong_password(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("password");
    std::fs::write(&file, WRONG)?;
    let check = scene.check("require-explicit").password(&file, WRONG);
    let seen = check.run()?;
    let fault = error("ftp.login-rejected", "account-owner");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("login", seen.fact("login.accepted"), false);
    expected.equal("passwords sent", seen.passwords_sent(), 1);
    if let Some(line) = products::logs_password_as(product) {
        expected.equal("passwords logged", seen.log.matches(line).count(), 1);
    }
    expected.met()?;
    check.run_as_text(&seen)
}

/// Somebody else has the only place. Said instead of the greeting, or in answer to the password.
fn too_many(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        max_clients: Some(1),
        ..Setup::explicit(product)
    })?;
    let _held = held_session::hold(&scene)?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let fault = error("service.too-many-connections", "server-admin");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}

/// The rest of the check goes on in the login directory.
fn path_not_there(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--remote-path", "outbox/2024"]);
    let seen = check.run()?;
    let fault = error("ftp.path-not-found", "settings");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("login", seen.fact("login.accepted"), true);
    expected.equal("listing", seen.fact("data.listed"), true);
    // The directory above is listed in a session of its own.
    expected.equal("passwords sent", seen.passwords_sent(), 2);
    expected.met()?;
    check.run_as_text(&seen)
}
