//! What an account may write, with `--allow-writes`. The inbox is its own; the login directory is not.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::chown;

use libtest_mimic::{Failed, Trial};
use netlab::{ACCOUNT, Product, Setup};

use crate::check::Check;
use crate::expectation::{Expectation, Fault, error, warning};
use crate::products::{denied, each, with, without};
use crate::scene::Scene;

const ADMIN: &str = "server-admin";
const BUT_PURE: [Product; 3] = [Product::Vsftpd, Product::ProFtpd, Product::Pyftpdlib];

pub fn cases() -> Vec<Trial> {
    let mut cases = each(Product::ALL, "rights::inbox", |product| {
        let scene = Scene::new(&Setup::explicit(product))?;
        writes(&scene, "inbox", &[])
    });
    cases.extend(each(
        Product::ALL,
        "rights::read-only-directory",
        |product| {
            let scene = Scene::new(&Setup::explicit(product))?;
            writes(&scene, "", &[error("ftp.write-denied", ADMIN)])
        },
    ));
    for (name, (command, right), fault) in [
        ("no-upload", ("STOR", "w"), error("ftp.write-denied", ADMIN)),
        (
            "no-delete",
            ("DELE", "d"),
            warning("ftp.delete-denied", ADMIN),
        ),
        (
            "no-rename",
            ("RNFR", "f"),
            warning("ftp.rename-denied", ADMIN),
        ),
        (
            "no-directory",
            ("MKD", "m"),
            warning("ftp.directory-create-denied", ADMIN),
        ),
    ] {
        let name = format!("rights::{name}");
        cases.extend(each(BUT_PURE, &name, move |product| {
            let scene = Scene::new(&denied(product, command, right))?;
            writes(&scene, "inbox", &[fault])
        }));
    }
    // ProFTPD has no limit on REST itself.
    cases.extend(each(
        [Product::Vsftpd, Product::Pyftpdlib],
        "rights::no-resume",
        |product| {
            let scene = Scene::new(&without(product, "REST"))?;
            writes(&scene, "inbox", &[warning("ftp.resume-broken", ADMIN)])
        },
    ));
    let no_times = || [warning("ftp.times-not-settable", "settings")];
    cases.extend(each(
        [Product::Vsftpd],
        "rights::no-times",
        move |product| {
            let scene = Scene::new(&with(product, "mdtm_write=NO"))?;
            writes(&scene, "inbox", &no_times())
        },
    ));
    cases.extend(each(
        [Product::Pyftpdlib],
        "rights::no-times",
        move |product| {
            let scene = Scene::new(&without(product, "MFMT"))?;
            writes(&scene, "inbox", &no_times())
        },
    ));
    cases.extend(each([Product::Vsftpd], "rights::no-write", |product| {
        let scene = Scene::new(&with(product, "write_enable=NO"))?;
        writes(&scene, "inbox", &[error("ftp.write-denied", ADMIN)])
    }));
    cases.extend(each([Product::PureFtpd], "rights::quota", quota));
    cases.extend(each(Product::ALL, "rights::disk-full", disk_full));
    cases
}

/// The account has used up what it may.
fn quota(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&with(product, "Quota 1000:1"))?;
    // Files and bytes, as the server keeps them.
    let used = scene.server.home().join(".ftpquota");
    fs::write(&used, "3 1048570\n")?;
    chown(&used, Some(ACCOUNT), None)?;
    writes(
        &scene,
        "inbox",
        &[error("ftp.quota-exceeded", "account-owner")],
    )
}

fn disk_full(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        inbox_is_full: true,
        ..Setup::explicit(product)
    })?;
    let fault = match product {
        // It says nothing at all then: neither that the upload arrived nor why not.
        Product::Pyftpdlib => error("data.truncated", ADMIN),
        _ => error("ftp.quota-exceeded", "account-owner"),
    };
    writes(&scene, "inbox", &[fault])
}

/// Finds these faults and no others, and leaves nothing behind that can be removed.
fn writes(scene: &Scene, path: &str, faults: &[Fault]) -> Result<(), Failed> {
    let before = files(scene)?;
    let mut check = scene.check("require-explicit").with(&["--allow-writes"]);
    if !path.is_empty() {
        check = check.with(&["--remote-path", path]);
    }
    let seen = check.run()?;
    let mut expected = Expectation::of(&seen).faults(faults);
    let stays = faults.iter().any(|fault| fault.code == "ftp.delete-denied");
    expected.holds("nothing is left", stays || files(scene)? == before);
    expected.met()?;
    run_as_text(&check, stays, &seen)
}

/// Once is enough where what is written stays.
fn run_as_text(check: &Check<'_>, stays: bool, seen: &crate::seen::Seen) -> Result<(), Failed> {
    match stays {
        true => Ok(()),
        false => check.run_as_text(seen),
    }
}

fn files(scene: &Scene) -> io::Result<BTreeSet<String>> {
    let home = scene.server.home();
    let mut names = BTreeSet::new();
    for folder in [home.clone(), home.join("inbox")] {
        for entry in fs::read_dir(folder)? {
            names.insert(entry?.path().display().to_string());
        }
    }
    Ok(names)
}
