//! What people type first, and how they take the result with them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use lab::{Behaviour, CertificateKind, Event};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::canary;
use crate::served::Served;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("entrance_bare_hosts", bare_hosts),
        Trial::test("entrance_slips", slips),
        Trial::test("entrance_files_that_are_not_there", files),
        Trial::test("entrance_asks_for_a_password", asks_for_a_password),
        Trial::test("entrance_password_with_what_nobody_sees", unseen_signs),
        Trial::test("exit_message_to_one_owner", message),
        Trial::test("exit_verdict_beside_a_file", beside_a_file),
        Trial::test("exit_ticket_and_dialogue", ticket_and_dialogue),
        Trial::test("fast_is_likely", fast),
    ]
}

/// A server whose certificate has expired, and a folder.
struct Place(Served);

impl Place {
    fn open(certificate: CertificateKind) -> Result<Place, Failed> {
        Ok(Place(Served::open(Behaviour {
            certificate,
            ..Behaviour::default()
        })?))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.folder.path().join(name)
    }

    /// In the folder, so that files are named as somebody types them.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(suite::program());
        command
            .args(args)
            .current_dir(self.0.folder.path())
            .env("XDG_STATE_HOME", self.at("state"))
            .stdin(Stdio::null());
        command
    }

    fn check(&self, args: &[&str]) -> Result<Output, Failed> {
        let remote = self.0.lab.address().to_string();
        let usual = ["check", &remote, "--ca-file", "ca.pem", "--depth", "quick"];
        Ok(self.command(&[&usual[..], args].concat()).output()?)
    }

    /// The passwords that the server heard.
    fn heard(&self) -> Vec<String> {
        let log = self.0.lab.log().into_iter();
        let lines = log.filter_map(|it| match it.event {
            Event::Received(line) if line.starts_with("PASS ") => Some(line),
            _ => None,
        });
        lines.collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn shown(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn program(args: &[&str]) -> Result<Output, Failed> {
    let mut command = Command::new(suite::program());
    Ok(command.args(args).stdin(Stdio::null()).output()?)
}

fn bare_hosts() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Valid)?;
    let user = format!("{}@{}", place.0.lab.behaviour().user, place.0.lab.address());
    let secret = ["--password-file", "secret"];
    for (remote, args) in [
        (place.0.lab.address().to_string(), &[][..]),
        (user, &secret[..]),
    ] {
        let usual = ["check", &remote, "--ca-file", "ca.pem", "--format", "json"];
        let output = place.command(&[&usual[..], args].concat()).output()?;
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?;
        let fits = report["verdict"] == "healthy" && report["remote"]["ssl"] == "if-available";
        expect(fits, format!("{remote}: {report:#}"))?;
    }
    Ok(())
}

/// What is typed, and words of what is said of it. Nobody is asked for anything.
const SLIPS: &[(&[&str], &str)] = &[
    (&["check"], "give a host such as ftp.example.com"),
    (
        &["check", "sftp://jo@h"],
        "over SSH (port 22), which this version does not check",
    ),
    (
        &["check", "sftp://jo@h"],
        "write ftp:// (TLS if the server offers it), ftpes://",
    ),
    (&["check", "https://h"], "`https://` is for web servers"),
    (
        &["check", "ftp..example.com"],
        "has an empty part between two dots",
    ),
    (
        &["check", "--host", "ftp..example.com"],
        "has an empty part between two dots",
    ),
    (&["check", "ftp.example .com"], "contains a space"),
    (&["check", "ftp,example.com"], "the character `,`"),
    (&["check", "h:70000"], "`70000` is not a port"),
    (&["check", "jo@h:0"], "`0` is not a port"),
    (
        &["check", "ftpes://2001:db8::1"],
        "write ftpes://[2001:db8::1]",
    ),
    (&["check", "h", "--user", "jo"], "a user needs a password"),
    (
        &["check", "h", "--verbose", "--format", "json"],
        "--verbose is for --format text",
    ),
    (
        &["ftp.example.com"],
        "'remote-doctor check ftp.example.com'",
    ),
    (
        &["ftpes://ftp.example.com"],
        "'remote-doctor check ftpes://ftp.example.com'",
    ),
    (&["chekc"], "'check'"),
    (
        &["check", "h", "--password", "x"],
        "other users of this machine can read arguments",
    ),
];

fn slips() -> Result<(), Failed> {
    for (args, says) in SLIPS {
        let output = program(args)?;
        let said = text(&output.stderr);
        let fits = output.status.code() == Some(2) && output.stdout.is_empty();
        expect(
            fits && said.contains(says) && !said.contains("os error"),
            format!("{args:?}: not said: {says}\n{}", shown(&output)),
        )?;
    }
    Ok(())
}

fn files() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Valid)?;
    fs::write(place.at("remote.toml"), "")?;
    for (remote, says) in [
        ("nosuch.toml", "there is no settings file nosuch.toml.\n"),
        (
            "remotes.toml",
            "there is no settings file remotes.toml. Did you mean remote.toml?",
        ),
        (
            "remote.tml",
            "Did you mean remote.toml? If it is the name of a host, write --host remote.tml",
        ),
        ("in/remote", "there is no file `in/remote`"),
    ] {
        let output = place.command(&["check", remote]).output()?;
        let said = text(&output.stderr);
        expect(
            output.status.code() == Some(2) && said.contains(says),
            format!("{remote}: {}", shown(&output)),
        )?;
    }
    let output = place.check(&["--user", "jo", "--password-file", "none"])?;
    let said = text(&output.stderr);
    let fits = said == "error: the password file none: No such file or directory\n";
    expect(fits, shown(&output))
}

/// On a terminal of its own; the password is typed once the question is there, and is not seen. Standard input that is a
/// terminal asks, too.
fn asks_for_a_password() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Valid)?;
    let (user, at) = (place.0.lab.behaviour().user.clone(), place.0.lab.address());
    asked_for(&place, &format!("{user}@{at}"))?;
    asked_for(&place, &format!("{at} --user {user} --password-stdin"))?;
    expect(place.heard().len() == 2, format!("{:?}", place.heard()))
}

fn asked_for(place: &Place, remote: &str) -> Result<(), Failed> {
    let line = format!(
        "'{}' check --quiet --depth quick --ca-file ca.pem {remote}",
        suite::program()
    );
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(place.0.folder.path())
        .env("XDG_STATE_HOME", place.at("state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (mut input, mut output) = (
        child.stdin.take().ok_or("no input")?,
        child.stdout.take().ok_or("no output")?,
    );
    let mut said = Vec::new();
    let mut byte = [0];
    while !text(&said).ends_with(&format!("at {}: ", place.0.lab.address())) {
        expect(
            output.read(&mut byte)? == 1,
            format!("no question: {}", text(&said)),
        )?;
        said.push(byte[0]);
    }
    // The terminal is made blind before the question, or right after it.
    std::thread::sleep(Duration::from_millis(300));
    writeln!(input, "{}", place.0.lab.behaviour().password)?;
    output.read_to_end(&mut said)?;
    drop(input);
    let status = child.wait()?;
    let said = text(&said);
    let form = canary::leak(&place.0.lab.behaviour().password, said.as_bytes());
    expect(
        status.code() == Some(0) && form.is_none() && said.contains("HEALTHY"),
        format!("{remote}: {status}, seen: {form:?}\n{said}"),
    )
}

fn unseen_signs() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Valid)?;
    let password = place.0.lab.behaviour().password.clone();
    for (written, says, accepted) in [
        (
            format!("\u{feff}{password}\r\n"),
            "begins with a byte-order mark, which is removed",
            true,
        ),
        (
            format!("{password}\n\n"),
            "ends with 2 line ends, which are removed",
            true,
        ),
        (
            format!("{password} \n"),
            "ends with a space, which is sent",
            false,
        ),
    ] {
        fs::write(place.at("secret"), written)?;
        let user = place.0.lab.behaviour().user.clone();
        let args = [
            "--user",
            &user,
            "--password-file",
            "secret",
            "--quiet",
            "--format",
            "json",
        ];
        let output = place.check(&args)?;
        let said = text(&output.stderr);
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?;
        let fits = report["facts"]["login.accepted"] == accepted && said.contains(says);
        expect(fits, format!("not said: {says}\n{}", shown(&output)))?;
        let form = canary::leak(&password, said.as_bytes());
        expect(form.is_none(), &said)?;
    }
    fs::write(place.at("secret"), b"\xff\xfeh\0o\0")?;
    let output = place.check(&["--user", "jo", "--password-file", "secret"])?;
    let fits = output.status.code() == Some(2) && text(&output.stderr).contains("is UTF-16");
    expect(fits, shown(&output))
}

fn message() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    let report = place.check(&["--quiet"])?;
    let offered = text(&report.stdout);
    let line = "  --message certificate-owner  to the owner of the certificate\n";
    expect(offered.contains(line), shown(&report))?;
    let theirs = place.check(&["--quiet", "--message", "certificate-owner"])?;
    let fits = theirs.status.code() == Some(1) && text(&theirs.stdout).starts_with("Subject: ");
    expect(fits, shown(&theirs))?;
    let nobody = place.check(&["--quiet", "--message", "firewall-admin"])?;
    let said = text(&nobody.stderr);
    let told = said.contains("has nothing to do. There is a message for certificate-owner.");
    let fits = nobody.status.code() == Some(0) && nobody.stdout.is_empty() && told;
    expect(fits, shown(&nobody))
}

fn beside_a_file() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    let output = place.check(&["--format", "json", "-o", "report.json"])?;
    let said = text(&output.stdout);
    let told = said.starts_with("FAILING  ") && said.ends_with("The report is in report.json.\n");
    expect(output.status.code() == Some(1) && told, shown(&output))?;
    let report: Value = serde_json::from_str(&fs::read_to_string(place.at("report.json"))?)?;
    expect(report["verdict"] == "failing", &report)?;
    let mut rendered = place.command(&[
        "report",
        "report.json",
        "--format",
        "html",
        "-o",
        "report.html",
    ]);
    let output = rendered.output()?;
    let fits = text(&output.stdout).ends_with("The report is in report.html.\n");
    expect(fits && output.status.success(), shown(&output))?;
    let quiet = place.check(&["--format", "json", "-o", "report.json", "--quiet"])?;
    expect(quiet.stdout.is_empty(), shown(&quiet))?;
    // Nothing but the report goes where the report goes.
    let piped = place.check(&["--format", "json", "-o", "/dev/stdout"])?;
    serde_json::from_slice::<Value>(&piped.stdout).map_err(|_| shown(&piped))?;
    Ok(())
}

fn ticket_and_dialogue() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    let output = place.check(&["--quiet", "--format", "ticket"])?;
    let ticket = text(&output.stdout);
    let lines = ticket.lines().count();
    for told in [
        "cannot be used: the certificate has expired.",
        "(cert.expired, certain)",
        "(certificate-owner)",
        "\nTo do:",
        "\nSeen:",
        "\nFrom:      127.0.0.1",
        "\nWhen:",
        "\nBy:        remote-doctor ",
    ] {
        expect(
            lines <= 25 && ticket.contains(told),
            format!("{told}\n{ticket}"),
        )?;
    }
    let short = text(&place.check(&["--quiet"])?.stdout);
    let long = text(&place.check(&["--quiet", "--verbose"])?.stdout);
    for told in ["The dialogue\n", "  > AUTH TLS\n", "  < 234 "] {
        let fits = long.contains(told) && !short.contains(told);
        expect(fits, format!("{told:?}\n{long}"))?;
    }
    Ok(())
}

/// A server that takes connections and says nothing.
fn fast() -> Result<(), Failed> {
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let place = Place::open(CertificateKind::Valid)?;
    let begun = Instant::now();
    let remote = silent.local_addr()?.to_string();
    let args = ["check", &remote, "--fast", "--quiet", "--format", "json"];
    let output = place.command(&args).output()?;
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?;
    let first = &report["findings"][0];
    let detail = first["detail"].as_str().unwrap_or_default();
    let fits = first["code"] == "service.no-banner"
        && first["confidence"] == "likely"
        && detail.contains("The check did not wait the full time (--fast).");
    let took = begun.elapsed();
    expect(
        fits && took < Duration::from_secs(9),
        format!("{took:?}\n{report:#}"),
    )
}
