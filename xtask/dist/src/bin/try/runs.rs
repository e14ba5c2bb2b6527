//! What the program does in each system: everything that could need more than itself.

use std::fs;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::made::{self, holds, printed, told};
use crate::root::{Installed, Root, Server};
use crate::served::{self, ZONE};

/// From the archive to the first diagnosis.
const FIRST: Duration = Duration::from_secs(60);
/// Nine servers.
const DEMO: Duration = Duration::from_secs(5);
const SERVERS_OF_THE_DEMO: usize = 9;
/// A server that is called by a name of the zone.
const LAB: &str = r#"{"names": ["ftp.example.test"], "user": "acme", "password": "correct horse"}"#;
/// A probe of a third party, as `cargo xtask setup` builds it.
const PROBE: &str = "target/example-probes/minimal-probe.wasm";

pub fn trials(root: Root) -> Vec<Trial> {
    let tests: [(&str, fn(Root) -> Result<(), Failed>); 6] = [
        (
            "the first diagnosis comes within a minute of copying",
            first,
        ),
        ("the demo takes less than 5 s", demo),
        ("names are resolved and certificates checked", checked),
        ("published addresses are read", addresses),
        ("a recording is made and replayed", recorded),
        ("a probe of a third party is compiled and runs", third_party),
    ];
    let trials = tests
        .map(|(name, test)| Trial::test(format!("{}: {name}", root.name()), move || test(root)));
    trials.into()
}

/// The words of a check of a server, with its report as JSON.
fn words(port: u16) -> [String; 11] {
    let target = format!("ftp.{ZONE}:{port}");
    [
        "check",
        &target,
        "--ssl",
        "require-explicit",
        "--user",
        "acme",
        "--password-env",
        "SECRET",
        // The name leads to loopback.
        "--allow-private",
        "--format",
        "json",
    ]
    .map(String::from)
}

/// The report of a check with more words, and with these variables beside the password.
fn check(
    at: &Installed,
    server: &Server,
    more: &[&str],
    variables: &[(&str, &str)],
) -> Result<Value, Failed> {
    let words = words(server.port);
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    let mut check = at.program(&words);
    check
        .env("SECRET", "correct horse")
        .envs(variables.iter().copied());
    let output = check.output()?;
    serde_json::from_slice(&output.stdout).map_err(|_| told(&output).into())
}

fn is_healthy(report: &Value) -> Result<(), Failed> {
    let verdict = &report["verdict"];
    holds(verdict == "healthy", format!("{verdict}: {report:#}"))
}

fn first(root: Root) -> Result<(), Failed> {
    root.made()?;
    let began = Instant::now();
    let (at, copied) = root.with_program()?;
    let server = at.lab(LAB)?;
    is_healthy(&check(
        &at,
        &server,
        &["--resolver", "127.0.0.77", "--ca-file", "/ca.pem"],
        &[],
    )?)?;
    let took = began.elapsed();
    println!("      {copied:.1?} to unpack, {took:.1?} to the diagnosis");
    holds(took < FIRST, format!("it took {took:?}"))
}

fn demo(root: Root) -> Result<(), Failed> {
    let (at, _) = root.with_program()?;
    let began = Instant::now();
    let shown = printed(&mut at.program(&["demo"]), 0)?;
    let took = began.elapsed();
    println!("      {took:.2?}");
    let servers = shown
        .lines()
        .filter(|line| line.ends_with("====") && !line.starts_with('='));
    let servers = servers.count();
    holds(
        servers == SERVERS_OF_THE_DEMO,
        format!("{servers} servers: {shown}"),
    )?;
    holds(took < DEMO, format!("it took {took:?}"))
}

/// By the name server of the system, where there is one, and by the certificates of the system; without any, those of Mozilla
/// are in the program, which did not sign the lab's.
fn checked(root: Root) -> Result<(), Failed> {
    let (at, _) = root.with_program()?;
    let server = at.lab(LAB)?;
    let names: &[&str] = match root {
        Root::Empty => &["--resolver", "127.0.0.77"],
        Root::Debian(..) | Root::Ubuntu(..) => &[],
    };
    let none = check(&at, &server, names, &[])?;
    let cause = none["findings"].to_string();
    holds(none["verdict"] == "failing", format!("{none:#}"))?;
    holds(cause.contains("cert."), format!("{none:#}"))?;
    is_healthy(&check(
        &at,
        &server,
        names,
        &[("SSL_CERT_FILE", "/ca.pem")],
    )?)?;
    if root == Root::Empty {
        return Ok(());
    }
    let store = at.file("etc/ssl/certs");
    fs::create_dir_all(&store)?;
    let store = store.join("ca-certificates.crt");
    holds(!store.exists(), "a bare system has no certificates")?;
    fs::copy(at.file("ca.pem"), &store)?;
    let found = check(&at, &server, names, &[]);
    fs::remove_file(&store)?;
    is_healthy(&found?)
}

fn addresses(root: Root) -> Result<(), Failed> {
    let (at, _) = root.with_program()?;
    let lists = r#"{"published": ["192.0.2.1"], "dedicated": ["192.0.2.2"]}"#;
    let pointers = ["--published", "/published", "--dedicated-at", "/dedicated"];
    let port = served::endpoint(lists)?.port();
    let from = match root {
        // There is nothing that says whom to ask for names.
        Root::Empty => format!("http://127.0.0.1:{port}/lists"),
        Root::Debian(..) | Root::Ubuntu(..) => format!("http://lists.{ZONE}:{port}/lists"),
    };
    let _ = fs::remove_file(at.file("seen.json"));
    let words = ["addresses", &from, "--state", "/seen.json"];
    let words: Vec<&str> = words.into_iter().chain(pointers).collect();
    let said = printed(&mut at.program(&words), 0)?;
    holds(said.contains("192.0.2.1"), said)?;
    printed(&mut at.program(&words), 0).map(drop)
}

fn recorded(root: Root) -> Result<(), Failed> {
    let (at, _) = root.with_program()?;
    let server = at.lab(LAB)?;
    let _ = fs::remove_file(at.file("it.recording"));
    let more = [
        "--resolver",
        "127.0.0.77",
        "--ca-file",
        "/ca.pem",
        "--record",
        "/it.recording",
    ];
    is_healthy(&check(&at, &server, &more, &[])?)?;
    drop(server);
    let said = printed(
        &mut at.program(&["replay", "/it.recording", "--format", "json"]),
        0,
    )?;
    is_healthy(&serde_json::from_str(&said)?)
}

fn third_party(root: Root) -> Result<(), Failed> {
    let (at, _) = root.with_program()?;
    let server = at.lab(LAB)?;
    fs::copy(made::workspace().join(PROBE), at.file("minimal-probe.wasm"))?;
    let port = server.port.to_string();
    let words = [
        "check",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--ssl",
        "require-explicit",
    ];
    let more = [
        "--ca-file",
        "/ca.pem",
        "--plugin",
        "/minimal-probe.wasm",
        "--format",
        "json",
    ];
    let words: Vec<&str> = words.into_iter().chain(more).collect();
    let output = at.program_with_proc(&words)?.output()?;
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| told(&output))?;
    let probes = report["probes"].to_string();
    holds(probes.contains("minimal-probe"), format!("{report:#}"))
}
