//! `check --baseline` and `report --baseline`: a server of the lab is looked at, changed, and looked at again.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use lab::{Behaviour, CertificateKind, Fault, Lab};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::canary;

const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("baseline_of_a_server_that_stays_the_same", the_same),
        Trial::test("baseline_before_the_certificate_was_renewed", renewed),
        Trial::test("baseline_before_the_certificate_expired", expired),
        Trial::test("baseline_before_the_passive_range_changed", another_range),
        Trial::test(
            "baseline_before_another_address_was_announced",
            another_address,
        ),
        Trial::test("baseline_with_other_settings", other_settings),
        Trial::test("baseline_of_another_depth", another_depth),
        Trial::test("baseline_of_another_remote", another_remote),
        Trial::test("baseline_in_every_format", every_format),
    ]
}

/// A server that can be replaced by another at the same address, and a folder for reports.
struct Place {
    // Before what it runs in.
    lab: Option<Lab>,
    runtime: Option<Runtime>,
    at: SocketAddr,
    password: String,
    folder: TempDir,
}

impl Place {
    fn open(behaviour: Behaviour) -> Result<Place, Failed> {
        let mut place = Place {
            lab: None,
            runtime: None,
            // A port that is asked for by its number can be taken again at once.
            at: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?,
            password: canary::fresh(),
            folder: tempfile::tempdir()?,
        };
        place.replace(behaviour)?;
        Ok(place)
    }

    /// The same remote, which behaves like this from now on.
    fn replace(&mut self, mut behaviour: Behaviour) -> Result<(), Failed> {
        self.lab = None;
        // What still holds the port ends with it.
        self.runtime = None;
        behaviour.password.clone_from(&self.password);
        let runtime = Runtime::new()?;
        // Others on this machine may have the port for a moment.
        let mut tries = 0;
        let lab = loop {
            match runtime.block_on(Lab::start_on(behaviour.clone(), self.at)) {
                Ok(lab) => break lab,
                Err(error) if tries == TRIES => return Err(error.into()),
                Err(_) => std::thread::sleep(PAUSE),
            }
            tries += 1;
        };
        self.runtime = Some(runtime);
        fs::write(self.file("ca.pem"), lab.authority_pem())?;
        fs::write(self.file("secret"), &self.password)?;
        self.lab = Some(lab);
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(&self, args: &[&str]) -> Result<Output, Failed> {
        let output = Command::new(suite::program())
            .args(["check", "--quiet", "--ssl", "require-explicit"])
            .args(["--user", "demo", "--port", &self.at.port().to_string()])
            .arg("--password-file")
            .arg(self.file("secret"))
            .arg("--ca-file")
            .arg(self.file("ca.pem"))
            .args(args)
            .current_dir(self.folder.path())
            .output()?;
        Ok(output)
    }

    /// A report to compare with later.
    fn keep(&self, name: &str) -> Result<(), Failed> {
        self.keep_of(name, &[])
    }

    /// The same of a check with more arguments.
    fn keep_of(&self, name: &str, args: &[&str]) -> Result<(), Failed> {
        let usual = ["--host", "127.0.0.1", "--format", "json", "-o", name];
        self.check(&[&usual[..], args].concat())?;
        match self.file(name).exists() {
            true => Ok(()),
            false => Err("there is no report".into()),
        }
    }

    /// What has changed since.
    fn changes(&self, args: &[&str]) -> Result<Value, Failed> {
        let usual = [
            "--host",
            "127.0.0.1",
            "--format",
            "json",
            "--baseline",
            "old.json",
        ];
        let output = self.check(&[&usual[..], args].concat())?;
        let report: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
        Ok(report["changes"].clone())
    }
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(|it| it.get("what").or(it.get("code"))?.as_str())
        .collect()
}

fn is(what: &str, found: &[&str], wanted: &[&str]) -> Result<(), Failed> {
    match found == wanted {
        true => Ok(()),
        false => Err(format!("{what}: {found:?}, not {wanted:?}").into()),
    }
}

fn holds(text: &str, words: &[&str]) -> Result<(), Failed> {
    match words.iter().find(|it| !text.contains(**it)) {
        None => Ok(()),
        Some(missing) => Err(format!("no {missing:?} in:\n{text}").into()),
    }
}

fn the_same() -> Result<(), Failed> {
    let place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    let changes = place.changes(&[])?;
    for part in ["remote", "ours"] {
        is(part, &names(&changes[part]), &[])?;
    }
    for part in ["new", "gone"] {
        is(part, &names(&changes["findings"][part]), &[])?;
    }
    let said = changes["summary"].as_str().unwrap_or_default();
    holds(
        said,
        &["Nothing that was looked at both times has changed."],
    )
}

fn renewed() -> Result<(), Failed> {
    let mut place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    place.replace(Behaviour {
        names: ["127.0.0.1", "new.example"].map(String::from).into(),
        ..Behaviour::default()
    })?;
    let changes = place.changes(&[])?;
    let remote = names(&changes["remote"]);
    is("ours", &names(&changes["ours"]), &[])?;
    is("new", &names(&changes["findings"]["new"]), &[])?;
    let renewed = |name: &&str| name.starts_with("certificate.");
    match remote.contains(&"certificate.sha256") && remote.iter().all(renewed) {
        true => Ok(()),
        false => Err(format!("{remote:?}").into()),
    }
}

fn expired() -> Result<(), Failed> {
    let mut place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    place.replace(Behaviour {
        certificate: CertificateKind::Expired,
        ..Behaviour::default()
    })?;
    let changes = place.changes(&[])?;
    let new = names(&changes["findings"]["new"]);
    match new.contains(&"cert.expired") {
        // The login was not tried, so nothing is said of what lies behind it.
        true => is("gone", &names(&changes["findings"]["gone"]), &[]),
        false => Err(format!("{new:?}").into()),
    }
}

fn another_range() -> Result<(), Failed> {
    let behind = |port| Behaviour::faulty([Fault::PortsClosedFrom { port }]);
    let mut place = Place::open(behind(51_000))?;
    place.keep("old.json")?;
    place.replace(behind(42_000))?;
    let changes = place.changes(&[])?;
    let remote = names(&changes["remote"]);
    let said = changes["summary"].as_str().unwrap_or_default();
    holds(
        said,
        &[
            "passive ports",
            "was failing itself",
            "data.some-ports-blocked",
        ],
    )?;
    match remote.contains(&"data.passive-range") {
        true => Ok(()),
        false => Err(format!("{remote:?}").into()),
    }
}

fn another_address() -> Result<(), Failed> {
    let mut place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    place.replace(Behaviour::faulty([Fault::PasvAddress {
        ip: [198, 51, 100, 99].into(),
    }]))?;
    let changes = place.changes(&[])?;
    let remote = names(&changes["remote"]);
    match remote.contains(&"data.announced-addresses") {
        true => Ok(()),
        false => Err(format!("{remote:?}").into()),
    }
}

fn other_settings() -> Result<(), Failed> {
    let place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    let changes = place.changes(&["--certificate-check", "off", "--max-connections", "7"])?;
    is("remote", &names(&changes["remote"]), &[])?;
    is(
        "ours",
        &names(&changes["ours"]),
        &["certificate_check", "max_connections"],
    )
}

/// A quick look asks before the login what a longer one asks after it: nothing has come or gone on the server.
fn another_depth() -> Result<(), Failed> {
    let place = Place::open(Behaviour::default())?;
    let quick = ["--depth", "quick"];
    for (then, now) in [(&quick[..], &[][..]), (&[], &quick)] {
        place.keep_of("old.json", then)?;
        let changes = place.changes(now)?;
        is("remote", &names(&changes["remote"]), &[])?;
    }
    Ok(())
}

/// Exit code 2 before anything is asked, unless the remote was renamed.
fn another_remote() -> Result<(), Failed> {
    let place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    let other = ["--host", "localhost", "--baseline", "old.json"];
    let refused = place.check(&other)?;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    if refused.status.code() != Some(2) || !refused.stdout.is_empty() {
        return Err(format!("{}: {told}", refused.status).into());
    }
    holds(&told, &["old.json", "127.0.0.1", "localhost", "--host"])?;
    let renamed = ["ftpes://127.0.0.1", "--format", "json"];
    let output = place.check(&[&renamed[..], &other[..]].concat())?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    is("ours", &names(&report["changes"]["ours"]), &["host"])
}

/// Before the verdict everywhere; and of saved reports as of a fresh one.
fn every_format() -> Result<(), Failed> {
    let mut place = Place::open(Behaviour::default())?;
    place.keep("old.json")?;
    place.replace(Behaviour {
        certificate: CertificateKind::Expired,
        ..Behaviour::default()
    })?;
    place.keep("new.json")?;
    for (format, verdict) in [
        ("text", "FAILING"),
        ("markdown", "cannot be used"),
        ("html", "class=\"verdict"),
        ("junit", "cert.expired"),
        ("sarif", "\"results\""),
        ("github", "::error"),
    ] {
        let output = Command::new(suite::program())
            .args([
                "report",
                "new.json",
                "--baseline",
                "old.json",
                "--format",
                format,
            ])
            .current_dir(place.folder.path())
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let at = |words: &str| text.find(words);
        match (at("fingerprint of the certificate"), at(verdict)) {
            (Some(change), Some(verdict)) if change < verdict => {}
            other => return Err(format!("{format}: {other:?}\n{text}").into()),
        }
        holds(&text, &["old.json, healthy"])?;
    }
    Ok(())
}
