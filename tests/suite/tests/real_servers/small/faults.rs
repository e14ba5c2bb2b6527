//! What can be wrong with a server that can hardly be set up wrongly: account, path, rights, network, too many clients, and
//! no TLS where the settings demand it.

use std::fs;
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;

use libtest_mimic::{Failed, Trial};
use netlab::{HarnessError, Net, Rights, SmallProduct, SmallSetup};

use crate::draw::with_both_kinds;
use crate::expectation::{Expectation, Fault, error, warning};
use crate::held_session;
use crate::scene::Scene;
use crate::small::{each, ports, with_ports};

use SmallProduct::{Aioftp, FtpSrv, Inetutils, Twisted};

const WRONG: &str = "Wrong on purpose: 9 lighthouses";
const ADMIN: &str = "server-admin";
const FIREWALL: &str = "firewall-admin";

pub fn cases() -> Vec<Trial> {
    let all = SmallProduct::ALL;
    let limited = all.into_iter().filter(|it| it.can_limit_clients());
    [
        each(all, "port-refused", |product| {
            let fault = error("net.connection-refused", "settings");
            behind(product, fault, |net| net.reject_ports(1..=1023))
        }),
        each(all, "port-silent", |product| {
            let fault = error("net.connection-timeout", FIREWALL);
            behind(product, fault, |net| net.drop_ports(1..=1023))
        }),
        each(all, "data-ports-dropped", |product| {
            data_ports(product, "data.all-ports-blocked", |net| {
                net.drop_ports(ports(product))
            })
        }),
        each(all, "data-ports-rejected", |product| {
            data_ports(product, "data.all-ports-blocked", |net| {
                net.reject_ports(ports(product))
            })
        }),
        each(
            [FtpSrv, Inetutils],
            "data-ports-partly-dropped",
            |product| partly(product, |net| net.drop_ports(left_out(product))),
        ),
        each(
            [FtpSrv, Inetutils],
            "data-ports-partly-rejected",
            |product| partly(product, |net| net.reject_ports(left_out(product))),
        ),
        each(all, "wrong-password", wrong_password),
        each(all, "path-not-there", path_not_there),
        each(all, "no-tls-explicit", |it| no_tls(it, "require-explicit")),
        each(all, "no-tls-implicit", |it| no_tls(it, "require-implicit")),
        each(all, "no-tls-fallback", fallback),
        each(limited, "too-many-clients", too_many),
        each([Aioftp, FtpSrv, Twisted], "read-only", read_only),
        each([Inetutils], "read-only-directory", read_only_directory),
        each([Aioftp], "no-rights", no_rights),
        each([Inetutils], "list-denied", list_denied),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A fault of the network that keeps everybody out.
fn behind(
    product: SmallProduct,
    fault: Fault,
    fail: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    fail(&scene.net)?;
    let seen = scene
        .check("never")
        .with(&["--connect-timeout", "1"])
        .run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("behind-fault").met()
}

fn data_ports(
    product: SmallProduct,
    code: &'static str,
    close: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::small(&with_ports(product))?;
    close(&scene.net)?;
    let seen = scene
        .check("never")
        .with(&["--connect-timeout", "1"])
        .run()?;
    let mut expected = Expectation::of(&seen).fault(error(code, FIREWALL));
    expected.equal("login", seen.fact("login.accepted"), true);
    expected.equal("listing", seen.fact("data.listed"), false);
    expected.met()
}

/// What a firewall leaves out: half of the range, or of what comes first where the ports are given one after another.
fn left_out(product: SmallProduct) -> RangeInclusive<u16> {
    let all = ports(product);
    match product {
        FtpSrv => all.start() + 4..=all.start() + 8,
        Aioftp | Inetutils | Twisted => *all.start()..=all.start().midpoint(*all.end()),
    }
}

/// The deepest look takes so many ports that it meets both kinds.
fn partly(
    product: SmallProduct,
    close: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::small(&with_ports(product))?;
    close(&scene.net)?;
    let check = scene
        .check("never")
        .with(&["--connect-timeout", "1", "--depth", "full"]);
    let seen = with_both_kinds(&check, &left_out(product))?;
    let fault = error("data.some-ports-blocked", FIREWALL);
    Expectation::of(&seen).fault(fault).met()
}

/// Tried once.
fn wrong_password(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("password");
    fs::write(&file, WRONG)?;
    let check = scene.check("never").password(&file, WRONG);
    let seen = check.run()?;
    let fault = error("ftp.login-rejected", "account-owner");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("passwords sent", seen.passwords_sent(), 1);
    expected.met()?;
    check.run_as_text(&seen)
}

/// The rest of the check goes on in the login directory.
fn path_not_there(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let check = scene.check("never");
    let seen = check.with(&["--remote-path", "outbox/2024"]).run()?;
    let fault = error("ftp.path-not-found", "settings");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("listing", seen.fact("data.listed"), true);
    expected.met()
}

/// Nobody but the administrator can help: there is no setting with which it would work, and a password was not sent.
fn no_tls(product: SmallProduct, ssl: &'static str) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let seen = scene.check(ssl).run()?;
    let fault = error("ftps.not-supported", ADMIN);
    let mut expected = Expectation::of(&seen).fault(fault);
    let patch = &seen.report["settings_patch"];
    expected.equal("patch", patch, serde_json::Value::Null);
    expected.no_login("behind-fault").met()
}

fn fallback(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let check = scene.check("if-available");
    let fault = warning("ftps.cleartext-fallback", "settings");
    let seen = check.run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.no_login("no-permission").met()?;
    let agreed = check.with(&["--allow-cleartext-login"]).run()?;
    let expected = Expectation::of(&agreed).fault(fault);
    expected.transfers_as("clear text").met()
}

/// Somebody else has the only place. One after another there is one for everybody.
fn too_many(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup {
        max_clients: Some(1),
        ..SmallSetup::of(product)
    })?;
    let alone = scene.check("never").run()?;
    Expectation::of(&alone)
        .healthy()
        .transfers_as("clear text")
        .met()?;
    let _held = held_session::hold(&scene)?;
    let seen = scene.check("never").run()?;
    let fault = error("service.too-many-connections", "server-admin");
    Expectation::of(&seen).fault(fault).met()
}

/// What may not be written may still be read. ftp-srv says of what it forbids that it has no such command, and of that
/// nobody is accused.
fn read_only(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup {
        rights: Rights::Read,
        ..SmallSetup::of(product)
    })?;
    let check = scene.check("never");
    let reading = check.run()?;
    Expectation::of(&reading).healthy().met()?;
    let seen = check
        .with(&["--allow-writes", "--remote-path", "inbox"])
        .run()?;
    let faults = match product {
        FtpSrv => vec![],
        Aioftp | Inetutils | Twisted => vec![error("ftp.write-denied", ADMIN)],
    };
    let mut expected = Expectation::of(&seen).faults(&faults);
    expected.equal("listing", seen.fact("data.listed"), true);
    let push = "not possible: files cannot be uploaded";
    expected.equal("push", seen.fact("use.push"), push);
    expected.met()
}

/// The login directory belongs to somebody else.
fn read_only_directory(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let seen = scene.check("never").with(&["--allow-writes"]).run()?;
    Expectation::of(&seen)
        .fault(error("ftp.write-denied", ADMIN))
        .met()
}

/// The account may log in, and look at nothing.
fn no_rights(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup {
        rights: Rights::Nothing,
        ..SmallSetup::of(product)
    })?;
    let seen = scene.check("never").run()?;
    Expectation::of(&seen)
        .fault(error("ftp.list-denied", ADMIN))
        .met()
}

/// The directory may be entered, and not looked into.
fn list_denied(product: SmallProduct) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let reports = scene.server.home().join("reports");
    fs::set_permissions(reports, fs::Permissions::from_mode(0o711))?;
    let seen = scene
        .check("never")
        .with(&["--remote-path", "reports"])
        .run()?;
    Expectation::of(&seen)
        .fault(error("ftp.list-denied", ADMIN))
        .met()
}
