//! What may be written, and what is left of it: nothing, or what the report names.

use std::fs;

use libtest_mimic::{Failed, Trial};
use netlab::{Product, Setup};
use serde_json::json;

use crate::expectation::{Expectation, Fault, error, warning};
use crate::products::each;
use crate::scene::Scene;
use crate::seen::{Seen, list};

use Product::{ProFtpd, PureFtpd, Pyftpdlib};

/// The line that gives the account these rights in its inbox, on pyftpdlib.
macro_rules! inbox {
    ($rights:literal) => {
        concat!(
            "authorizer.override_perm(options.user, options.home + '/inbox', '",
            $rights,
            "', recursive=True)"
        )
    };
}

pub fn cases() -> Vec<Trial> {
    let faulty = |name, products: &[Product], fault: Fault, how: fn(Product) -> &'static str| {
        let products = products.to_vec();
        each(products, &format!("writes::{name}"), move |product| {
            faulty(product, how(product), fault)
        })
    };
    [
        each(Product::ALL, "writes::healthy", |it| healthy(it, &[])),
        each(Product::ALL, "writes::healthy-full", |it| {
            healthy(it, &["--depth", "full"])
        }),
        each([ProFtpd], "writes::overwrite-denied", overwrite_denied),
        faulty(
            "delete-denied",
            &[PureFtpd, Pyftpdlib],
            warning("ftp.delete-denied", "server-admin"),
            |product| match product {
                PureFtpd => "KeepAllFiles yes",
                _ => inbox!("elrafmwMT"),
            },
        ),
        faulty(
            "rename-denied",
            &[PureFtpd, Pyftpdlib],
            warning("ftp.rename-denied", "server-admin"),
            |product| match product {
                PureFtpd => "NoRename yes",
                _ => inbox!("elradmwMT"),
            },
        ),
        faulty(
            "times-denied",
            &[ProFtpd, Pyftpdlib],
            warning("ftp.times-not-settable", "settings"),
            |product| match product {
                ProFtpd => "<Limit MFMT SITE_UTIME>\nDenyAll\n</Limit>",
                _ => inbox!("elradfmwM"),
            },
        ),
        faulty(
            "resume-denied",
            &[ProFtpd],
            warning("ftp.resume-broken", "server-admin"),
            |_| "AllowRetrieveRestart off",
        ),
        faulty(
            "file-too-large",
            &[ProFtpd],
            error("ftp.quota-exceeded", "account-owner"),
            |_| "MaxStoreFileSize 1 Kb",
        ),
        faulty(
            "local-time",
            &[Pyftpdlib],
            warning("ftp.clock-offset", "server-admin"),
            |_| {
                "import os, time\nos.environ['TZ'] = 'XYZ-5'\ntime.tzset()\nhandler.use_gmt_times = False"
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn checked(product: Product, extra: &str, arguments: &[&str]) -> Result<(Scene, Seen), Failed> {
    let scene = Scene::new(&Setup {
        extra: extra.lines().map(Into::into).collect(),
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--allow-writes", "--remote-path", "inbox"]);
    let seen = check.with(arguments).run()?;
    Ok((scene, seen))
}

/// Everything works, in ways that differ between products.
fn healthy(product: Product, arguments: &[&str]) -> Result<(), Failed> {
    let (scene, seen) = checked(product, "", arguments)?;
    let mut expected = Expectation::of(&seen).healthy();
    for name in ["use.push", "use.pull", "use.two-way-sync", "use.mount"] {
        expected.equal(name, seen.fact(name), "possible");
    }
    left_as_reported(&scene, &seen, expected).met()
}

/// Another setting than usual, and what it is called.
fn faulty(product: Product, extra: &str, fault: Fault) -> Result<(), Failed> {
    let (scene, seen) = checked(product, extra, &[])?;
    let expected = Expectation::of(&seen).fault(fault);
    left_as_reported(&scene, &seen, expected).met()
}

/// Files that are there cannot be replaced: no fault, and said of the uses.
fn overwrite_denied(product: Product) -> Result<(), Failed> {
    let (scene, seen) = checked(
        product,
        "<Directory />\nAllowOverwrite off\n</Directory>",
        &[],
    )?;
    let mut expected = Expectation::of(&seen).healthy();
    let push = "not possible: existing files cannot be replaced";
    expected.equal("use.push", seen.fact("use.push"), push);
    left_as_reported(&scene, &seen, expected).met()
}

/// The report names exactly what is in the inbox, which was empty.
fn left_as_reported<'a>(
    scene: &Scene,
    seen: &'a Seen,
    mut expected: Expectation<'a>,
) -> Expectation<'a> {
    let mut there: Vec<String> = fs::read_dir(scene.server.home().join("inbox"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    let mut named: Vec<&str> = list(&seen.report["left_behind"])
        .iter()
        .filter_map(|left| left["path"].as_str())
        .collect();
    named.sort_unstable();
    expected.equal("left behind", json!(named), json!(there));
    expected
}
