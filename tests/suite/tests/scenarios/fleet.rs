//! `remote-doctor fleet`: a list of lab servers, runs that are cut and resumed, and lists and journals that cannot be used.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use lab::{Behaviour, CertificateKind, Fault, Lab};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::canary;

/// Where the version of an SQLite file is that belongs to its application (SQLite file format, section 1.3).
const USER_VERSION: usize = 60;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("fleet_tells_what_all_remotes_have", whole),
        Trial::test("fleet_that_was_killed_repeats_nothing", killed),
        Trial::test("fleet_sends_a_password_by_one_attempt_only", one_login),
        Trial::test("fleet_tells_all_mistakes_at_once", mistakes),
        Trial::test("fleet_refuses_journals_that_are_none_of_its_own", journals),
        Trial::test("fleet_visits_nobody_who_opted_out", opted_out),
        Trial::test("fleet_examples_are_lists", examples),
    ]
}

/// Servers of the lab, each at an address of its own, and a list of them.
struct Fleet {
    labs: Vec<(&'static str, Lab)>,
    folder: TempDir,
    _runtime: Runtime,
}

impl Fleet {
    /// Starts these servers on addresses of the loopback that begin at this one.
    fn open(first: u8, behaviours: Vec<(&'static str, Behaviour)>) -> Result<Fleet, Failed> {
        let runtime = Runtime::new()?;
        let folder = tempfile::tempdir()?;
        let (mut labs, mut list) = (Vec::new(), String::new());
        for (number, (name, behaviour)) in (first..).zip(behaviours) {
            let behaviour = Behaviour {
                password: canary::fresh(),
                ..behaviour
            };
            let at = SocketAddr::from(([127, 0, 77, number], 0));
            let lab = runtime.block_on(Lab::start_on(behaviour, at))?;
            let file = |kind: &str| folder.path().join(format!("{name}.{kind}"));
            fs::write(file("pem"), lab.authority_pem())?;
            fs::write(file("secret"), &lab.behaviour().password)?;
            let (address, user) = (lab.address(), &lab.behaviour().user);
            list.push_str(&format!(
                "[{name}]\nhost = \"{}\"\nport = {}\nssl = \"require-explicit\"\nuser = \"{user}\"\n\
                 password-file = \"{name}.secret\"\nca-files = [\"{name}.pem\"]\n\n",
                address.ip(),
                address.port(),
            ));
            labs.push((name, lab));
        }
        fs::write(folder.path().join("remotes.toml"), list)?;
        Ok(Fleet {
            labs,
            folder,
            _runtime: runtime,
        })
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("fleet.journal")
    }

    fn command(&self, command: &str, args: &[&str]) -> Command {
        let mut built = Command::new(suite::program());
        built
            .args(["fleet", command, "--journal"])
            .arg(self.journal())
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .stdin(Stdio::null());
        built
    }

    fn said(&self, command: &str, args: &[&str]) -> Result<Output, Failed> {
        let output = self.command(command, args).output()?;
        self.leaks_nothing(&output)?;
        Ok(output)
    }

    /// What a command prints that has to end with this code.
    fn printed(&self, code: i32, command: &str, args: &[&str]) -> Result<String, Failed> {
        let output = self.said(command, args)?;
        expect(output.status.code() == Some(code), told(&output))?;
        Ok(String::from_utf8(output.stdout)?)
    }

    fn status(&self) -> Result<Value, Failed> {
        let printed = self.printed(0, "status", &["--format", "json"])?;
        Ok(serde_json::from_str(&printed)?)
    }

    fn report(&self) -> Result<Value, Failed> {
        let printed = self.printed(0, "report", &["--format", "json"])?;
        Ok(serde_json::from_str(&printed)?)
    }

    /// No password is in what was said, nor in a file beside those that hold it.
    fn leaks_nothing(&self, output: &Output) -> Result<(), Failed> {
        let mut places = vec![
            ("standard output".to_owned(), output.stdout.clone()),
            ("standard error".to_owned(), output.stderr.clone()),
        ];
        for file in files(self.folder.path())? {
            if file.extension().is_none_or(|it| it != "secret") {
                places.push((file.display().to_string(), fs::read(&file)?));
            }
        }
        for (name, lab) in &self.labs {
            for (place, bytes) in &places {
                if let Some(form) = canary::leak(&lab.behaviour().password, bytes) {
                    return Err(format!("the password of {name} is in {place} ({form})").into());
                }
            }
        }
        Ok(())
    }

    fn begin(&self, args: &[&str]) -> Result<Child, Failed> {
        let mut command = self.command("run", args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.spawn()?)
    }

    /// Waits until something is so, and kills the program then.
    fn killed_when(
        &self,
        mut running: Child,
        is_so: impl Fn(&Fleet) -> bool,
    ) -> Result<(), Failed> {
        const PATIENCE: Duration = Duration::from_secs(60);
        let began = Instant::now();
        while !is_so(self) {
            let ended = running.try_wait()?;
            expect(ended.is_none(), "the run ended before it could be killed")?;
            if began.elapsed() > PATIENCE {
                running.kill()?;
                return Err("it did not come to that".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        running.kill()?;
        running.wait()?;
        Ok(())
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => all.extend(files(&path)?),
            false => all.push(path),
        }
    }
    Ok(all)
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn expired() -> Behaviour {
    Behaviour {
        certificate: CertificateKind::Expired,
        ..Behaviour::default()
    }
}

fn whole() -> Result<(), Failed> {
    let fleet = Fleet::open(
        1,
        vec![
            ("acme", Behaviour::default()),
            ("bolt", expired()),
            ("cargo", Behaviour::faulty([Fault::LoginRejected])),
        ],
    )?;
    let from = [
        "--from-address",
        "127.0.0.1",
        "--from-address",
        "127.0.77.200",
    ];
    let args = [&["remotes.toml", "--pause", "0.1"][..], &from].concat();
    let first = fleet.printed(1, "run", &args)?;
    expect(first.contains("3 remotes: 2 failing, 1 healthy"), &first)?;
    let report = fleet.report()?;
    let remotes_with = |code: &str| {
        let causes = report["root_causes"].as_array();
        let cause = causes.and_then(|all| all.iter().find(|it| it["code"] == code));
        cause
            .map(|it| it["remotes"].to_string())
            .unwrap_or_default()
    };
    let is_right = remotes_with("cert.expired") == "[\"bolt\"]"
        && remotes_with("ftp.login-rejected") == "[\"cargo\"]"
        && report["sources"]
            .as_array()
            .is_some_and(|all| all.len() == 2);
    expect(is_right, format!("{report:#}"))?;
    let status = fleet.status()?;
    let is_right = status["accepted"] == 6 && status["attempts"] == 6 && !status["ended"].is_null();
    expect(is_right, &status)?;
    let message = fleet.printed(0, "message", &["certificate-owner"])?;
    expect(
        message.starts_with("Subject: ") && message.contains("cert.expired"),
        &message,
    )?;
    for (format, has) in [
        ("html", "<h2>Root causes</h2>"),
        ("csv", "\"bolt\",\"127.0.77.2:"),
        ("markdown", "## Whose turn it is"),
        ("junit", "<testsuites"),
    ] {
        let printed = fleet.printed(0, "report", &["--format", format])?;
        expect(printed.contains(has), printed)?;
    }
    // The same again: nothing changed.
    fleet.printed(1, "run", &args)?;
    let since = fleet.printed(0, "report", &["2", "--since", "1", "--format", "json"])?;
    let since: Value = serde_json::from_str(&since)?;
    expect(
        since["changes"] == Value::Array(Vec::new()),
        &since["changes"],
    )?;
    let list = fleet.printed(0, "list", &[])?;
    expect(list.lines().count() == 2 && list.contains("6/6"), list)
}

fn killed() -> Result<(), Failed> {
    let names = ["a", "b", "c", "d", "e", "f"];
    // A job has to take long enough to be cut in its middle, also where asking for the status takes a second.
    let slow = || Behaviour::faulty([Fault::LoginSlow { ms: 4_000 }]);
    let servers = names.map(|name| (name, slow()));
    let fleet = Fleet::open(11, servers.into())?;
    let args = [
        "remotes.toml",
        "--pause",
        "0.1",
        "--at-once",
        "2",
        "--quiet",
    ];
    let running = fleet.begin(&args)?;
    fleet.killed_when(running, |fleet| {
        let status = fleet.status().unwrap_or_default();
        status["accepted"].as_u64() >= Some(2) && status["running"].as_u64() >= Some(1)
    })?;
    let before = fleet.status()?;
    let is_cut = before["ended"].is_null() && before["executed_now"] == false;
    expect(is_cut, &before)?;
    // The logins of jobs that were cut may not be made again, and then their remotes are not seen in full.
    let output = fleet.said("run", &["--resume", "--quiet", "--pause", "0.1"])?;
    expect(matches!(output.status.code(), Some(0 | 3)), told(&output))?;
    let after = fleet.status()?;
    let number = |key: &str| after[key].as_u64().unwrap_or_default();
    let is_right = number("accepted") == 6
        && number("attempts") == 6 + number("lost")
        && (1..=2).contains(&number("lost"));
    expect(is_right, format!("{before}\n{after}"))?;
    let again = fleet.said("run", &["--resume"])?;
    expect(again.status.code() == Some(2), told(&again))
}

fn one_login() -> Result<(), Failed> {
    let slow = Behaviour::faulty([Fault::LoginSlow { ms: 4_000 }]);
    let fleet = Fleet::open(31, vec![("slow", slow)])?;
    let sent = |fleet: &Fleet| fleet.labs[0].1.password_attempts();
    let running = fleet.begin(&["remotes.toml", "--quiet"])?;
    fleet.killed_when(running, |fleet| sent(fleet) > 0)?;
    let before = sent(&fleet);
    let output = fleet.said("run", &["--resume", "--quiet"])?;
    expect(output.status.code() == Some(3), told(&output))?;
    expect(sent(&fleet) == before, "the password was sent again")?;
    let report = fleet.report()?;
    let why = "an earlier attempt of this job began to log in";
    let is_told = report["not_tested"].to_string().contains(why);
    expect(
        is_told && report["remotes"][0]["verdict"] == "incomplete",
        format!("{report:#}"),
    )
}

fn mistakes() -> Result<(), Failed> {
    let fleet = Fleet::open(41, Vec::new())?;
    let list = "name,host,port,ssl\nacme,a.example.com,0,never\nbolt,b example,21,require\nfine,c.example.com,21,never\n";
    fs::write(fleet.folder.path().join("list.csv"), list)?;
    let output = fleet.said("run", &["list.csv"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let places = [
        "list.csv:2:20: port: ",
        "list.csv:3:6: host: ",
        "list.csv:3:19: ssl: ",
    ];
    let is_told = places.iter().all(|place| said.contains(place));
    let is_right = output.status.code() == Some(2) && is_told && said.lines().count() == 3;
    expect(is_right, told(&output))?;
    expect(!fleet.journal().exists(), "a journal was made")
}

fn journals() -> Result<(), Failed> {
    let fleet = Fleet::open(51, vec![("acme", Behaviour::default())])?;
    fleet.printed(0, "run", &["remotes.toml", "--quiet"])?;
    let mut newer = fs::read(fleet.journal())?;
    newer[USER_VERSION..USER_VERSION + 4].copy_from_slice(&7u32.to_be_bytes());
    for (file, says) in [
        (newer, "has version 7, but this program knows 1"),
        (
            b"host = \"ftp.example.com\"\n".repeat(200),
            "is not a journal of remote-doctor",
        ),
    ] {
        fs::write(fleet.journal(), &file)?;
        for (command, args) in [
            ("run", &["remotes.toml"][..]),
            ("status", &[]),
            ("report", &[]),
        ] {
            let output = fleet.said(command, args)?;
            let is_told = String::from_utf8_lossy(&output.stderr).contains(says);
            expect(output.status.code() == Some(2) && is_told, told(&output))?;
        }
        expect(fs::read(fleet.journal())? == file, "the file was changed")?;
    }
    Ok(())
}

fn opted_out() -> Result<(), Failed> {
    let fleet = Fleet::open(61, vec![("acme", Behaviour::default())])?;
    fs::write(fleet.folder.path().join("opt-out"), "127.0.77.0/24\n")?;
    let args = ["remotes.toml", "--opt-out", "opt-out", "--quiet"];
    fleet.printed(3, "run", &args)?;
    let connections = fleet.labs[0].1.connections();
    expect(connections.control == 0, format!("{connections:?}"))?;
    let report = fleet.report()?;
    let is_told = report["not_tested"]
        .to_string()
        .contains("is on the opt-out list");
    expect(is_told, format!("{report:#}"))
}

/// They have hosts that nobody has, so nothing is asked of anybody: they are read, and the first mistake would be told.
fn examples() -> Result<(), Failed> {
    let fleet = Fleet::open(71, Vec::new())?;
    let folder = suite::workspace().join("examples/fleet");
    fs::write(fleet.folder.path().join("opt-out"), "*.example.com\n")?;
    for (list, remotes) in [("remotes.toml", 2), ("remotes.csv", 3)] {
        let path = folder.join(list);
        let path = path.to_string_lossy();
        let args = [&*path, "--opt-out", "opt-out", "--quiet"];
        fleet.printed(3, "run", &args)?;
        let report = fleet.report()?;
        let told = report["remotes"].as_array().map(Vec::len);
        expect(told == Some(remotes), format!("{list}: {report:#}"))?;
    }
    Ok(())
}
