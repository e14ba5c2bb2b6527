//! Every check of a real server is recorded and replayed: the report must be the same, letter by letter.
//!
//! The recordings in `tests/recordings`, which are replayed without servers, are made here:
//! `REMOTE_DOCTOR_BLESS=1 cargo test --release -p remote-doctor-suite --test real_servers -- recordings::`, and then their
//! reports by `REMOTE_DOCTOR_BLESS=1 cargo test --release -p remote-doctor-suite --test scenarios -- recording_`.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use netlab::{Certificate, Mode, OTHER_CLIENT, Product, Setup, TlsVersions};

use crate::record;
use crate::scene::Scene;
use crate::secrecy;

/// Makes the recordings anew.
const BLESS: &str = "REMOTE_DOCTOR_BLESS";
const PORTS: RangeInclusive<u16> = 40_000..=40_010;

/// What a check said is what its recording leads to, and the password is not in it.
pub fn replays(file: &Path, password: &str, was: &Output) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| format!("no recording: {error}"))?;
    let blocks = recording::unpack(&bytes).map_err(|error| error.to_string())?;
    if let Some(form) = blocks.iter().find_map(|it| secrecy::leak(password, it)) {
        return Err(format!("the password is in the recording: {form}"));
    }
    let is = Command::new(suite::program())
        .arg("replay")
        .arg(file)
        .args(["--format", "json"])
        .output()
        .map_err(|error| error.to_string())?;
    if is.status.code() == was.status.code() && is.stdout == was.stdout {
        return Ok(());
    }
    let [before, after] = [was, &is].map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    let mut lines = before.lines().zip(after.lines());
    let first = lines.find(|(before, after)| before != after);
    let said = String::from_utf8_lossy(&is.stderr);
    Err(format!(
        "the replay differs: {} {first:?}\n{said}",
        is.status
    ))
}

/// A recording to keep: its name, its server, and how it is asked.
struct Kept {
    name: &'static str,
    setup: Setup,
    ssl: &'static str,
    args: &'static [&'static str],
    prepare: fn(&Scene) -> Result<(), Failed>,
}

pub fn cases() -> Vec<Trial> {
    let cases = kept().into_iter();
    cases
        .map(|kept| {
            let (name, product) = (format!("recordings::{}", kept.name), kept.setup.product);
            record::case(name, product.name(), move || keep(&kept))
        })
        .collect()
}

fn kept() -> Vec<Kept> {
    let healthy = |name, setup| Kept {
        name,
        setup,
        ssl: "require-explicit",
        args: &[],
        prepare: |_| Ok(()),
    };
    let with = |product, tls| Setup {
        mode: Mode::ExplicitRequired,
        tls,
        ..Setup::explicit(product)
    };
    vec![
        healthy("vsftpd-healthy", with(Product::Vsftpd, TlsVersions::Tls12)),
        healthy("proftpd-healthy", with(Product::ProFtpd, TlsVersions::Both)),
        healthy(
            "pure-ftpd-healthy",
            with(Product::PureFtpd, TlsVersions::Both),
        ),
        healthy(
            "pyftpdlib-healthy",
            with(Product::Pyftpdlib, TlsVersions::Tls13),
        ),
        Kept {
            args: &["--allow-writes"],
            ..healthy("proftpd-writes", Setup::explicit(Product::ProFtpd))
        },
        Kept {
            prepare: |scene| Ok(scene.net.drop_ports(PORTS)?),
            ..healthy(
                "vsftpd-data-ports-dropped",
                Setup {
                    passive_ports: Some(PORTS),
                    ..Setup::explicit(Product::Vsftpd)
                },
            )
        },
        healthy(
            "pure-ftpd-certificate-expired",
            Setup {
                certificate: Certificate::Expired,
                ..Setup::explicit(Product::PureFtpd)
            },
        ),
        // Proven by a second run with changed settings.
        Kept {
            ssl: "require-implicit",
            ..healthy(
                "pyftpdlib-explicit-only",
                Setup::explicit(Product::Pyftpdlib),
            )
        },
        // Two addresses, one of them turned away, and looked at once more.
        Kept {
            args: &["--source", "203.0.113.7", "--source", "203.0.113.8"],
            prepare: |scene| Ok(scene.net.drop_source(OTHER_CLIENT)?),
            ..healthy(
                "proftpd-one-address-dropped",
                Setup::explicit(Product::ProFtpd),
            )
        },
    ]
}

fn keep(kept: &Kept) -> Result<(), Failed> {
    let scene = Scene::new(&kept.setup)?;
    (kept.prepare)(&scene)?;
    let check = scene.check(kept.ssl).with(kept.args);
    let folder = tempfile::tempdir()?;
    let file = match std::env::var_os(BLESS) {
        Some(_) => committed(kept.name),
        None => folder.path().join(kept.name),
    };
    let (output, line) = check.record(&file)?;
    let password = scene.server.password();
    replays(&file, password, &output).map_err(|what| format!("{line}\n{what}").into())
}

fn committed(name: &str) -> PathBuf {
    let folder = suite::workspace().join("tests/recordings");
    folder.join(name).with_extension("recording")
}
