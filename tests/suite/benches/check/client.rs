//! What lists a directory: the check, and a strict client, curl and lftp to compare it with.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use model::dialogue::Direction;
use netlab::SERVER;
use process_control::Output;
use report::{Connections, Report};

use crate::failure::Failure;
use crate::process;
use crate::scene::{Kind, Scene};
use crate::strict::{Listed, Listing};
use crate::worker::{self, Job};

/// Near, and on the other side of the world. Without any delay it is measured in any case.
const OTHER_ROUND_TRIPS: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(300)];

/// The name of the client that others are measured by.
pub const STRICT: &str = "strict";

/// A program that logs in and lists the directory it lands in.
pub enum Client {
    /// One command at a time and nothing else: what is left to save on this server is what the others take longer.
    Strict,
    /// `remote-doctor check` at a depth, with a folder for compiled probes.
    Check {
        depth: &'static str,
        writes: bool,
        cache: PathBuf,
    },
    /// curl of a version.
    Curl(String),
    /// lftp of a version.
    Lftp(String),
}

/// What a client itself says about its run.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// When the first listing was there.
    pub listed: Duration,
    /// What it opened.
    pub connections: Option<Connections>,
}

impl Client {
    /// The check at two depths, and with writes.
    pub fn checks(cache: &Path) -> Vec<Self> {
        let check = |depth, writes| Self::Check {
            depth,
            writes,
            cache: cache.into(),
        };
        vec![
            check("quick", false),
            check("standard", false),
            check("standard", true),
        ]
    }

    /// What others use.
    pub fn peers() -> Vec<Result<Self, Failure>> {
        vec![
            version("curl", 1).map(Self::Curl),
            version("lftp", 3).map(Self::Lftp),
        ]
    }

    /// Whether this server is worth a comparison: implicit TLS only saves others one round trip, and time is short.
    pub fn suits(&self, kind: Kind) -> bool {
        match self {
            Self::Strict => true,
            Self::Check { writes, .. } => !writes || !kind.is_implicit(),
            Self::Curl(_) | Self::Lftp(_) => !kind.is_implicit(),
        }
    }

    /// The round trips that it is measured at beside the usual one.
    pub fn also_at(&self) -> &[Duration] {
        match self {
            Self::Strict | Self::Check { depth: "quick", .. } => &OTHER_ROUND_TRIPS,
            _ => &[],
        }
    }

    /// The command that lists the directory of this server.
    pub fn command(&self, scene: &Scene) -> Result<Command, Failure> {
        Ok(match self {
            Self::Strict => strict(scene)?,
            Self::Check {
                depth,
                writes,
                cache,
            } => check(scene, depth, *writes, cache),
            Self::Curl(_) => curl(scene),
            Self::Lftp(_) => lftp(scene),
        })
    }

    /// Reads what it printed, after so long.
    pub fn told(&self, output: &Output, took: Duration) -> Result<Told, Failure> {
        let told = match self {
            Self::Strict => told_by_strict(&output.stdout),
            Self::Check { .. } => told_by_check(&output.stdout),
            Self::Curl(_) => told_by_curl(&output.stdout),
            Self::Lftp(_) => told_by_lftp(&output.stdout, took),
        };
        told.ok_or_else(|| Failure::Unhealthy {
            what: self.to_string(),
            said: "nothing of a listing".into(),
        })
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strict => write!(f, "{STRICT}"),
            Self::Check { writes: true, .. } => write!(f, "check, writes"),
            Self::Check { depth, .. } => write!(f, "check, {depth}"),
            Self::Curl(version) => write!(f, "curl {version}"),
            Self::Lftp(version) => write!(f, "lftp {version}"),
        }
    }
}

/// The word of its first line that has the version.
fn version(program: &str, word: usize) -> Result<String, Failure> {
    let (_, output) = process::run(program, Command::new(program).arg("--version"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = said.split_whitespace().nth(word).map(str::to_owned);
    version.ok_or(Failure::Unhealthy {
        what: program.into(),
        said,
    })
}

fn strict(scene: &Scene) -> Result<Command, Failure> {
    let account = &scene.account;
    let job = Job::List(Listing {
        server: SERVER,
        port: account.port,
        implicit: scene.kind.is_implicit(),
        user: account.user.into(),
        password_file: account.password_file.clone(),
        authority: account.authority.clone(),
    });
    let mut command = scene.net.client();
    command.args(worker::words(&job)?);
    Ok(command)
}

fn check(scene: &Scene, depth: &str, writes: bool, cache: &Path) -> Command {
    let account = &scene.account;
    let ssl = format!("require-{}", scene.kind.tls());
    let mut command = scene.net.client();
    command.args([suite::program(), "check", "--quiet", "--format", "json"]);
    command.args(["--depth", depth, "--ssl", &ssl]);
    if writes {
        command.arg("--allow-writes");
        // Where the account of the real servers may write.
        if !scene.kind.is_lab() {
            command.args(["--remote-path", "inbox"]);
        }
    }
    command.args(["--host", &SERVER.to_string()]);
    command.args(["--port", &account.port.to_string()]);
    command.args(["--user", account.user, "--password-file"]);
    command.arg(&account.password_file);
    command.arg("--ca-file").arg(&account.authority);
    command.env("XDG_CACHE_HOME", cache);
    command
}

fn curl(scene: &Scene) -> Command {
    let account = &scene.account;
    let mut command = scene.net.client();
    command.args(["curl", "--silent", "--show-error", "--ssl-reqd"]);
    command.args(["--output", "/dev/null", "--write-out", "%{time_total}"]);
    command.args(["--user", &format!("{}:{}", account.user, account.password)]);
    command.arg("--cacert").arg(&account.authority);
    command.arg(format!("ftp://{SERVER}:{}/", account.port));
    command
}

fn lftp(scene: &Scene) -> Command {
    let account = &scene.account;
    let settings = format!(
        "set ssl:ca-file {}; set ftp:ssl-force true; set ftp:ssl-protect-data true; set net:max-retries 1; ls; exit",
        account.authority.display()
    );
    let mut command = scene.net.client();
    command.args([
        "lftp",
        "-u",
        &format!("{},{}", account.user, account.password),
    ]);
    command.args(["-e", &settings, &format!("ftp://{SERVER}:{}", account.port)]);
    command
}

fn told_by_strict(output: &[u8]) -> Option<Told> {
    let listed: Listed = serde_json::from_slice(output).ok()?;
    (listed.bytes > 0).then_some(Told {
        listed: listed.after,
        connections: None,
    })
}

/// The first listing ends with the reply that follows the data.
fn told_by_check(output: &[u8]) -> Option<Told> {
    let report: Report = serde_json::from_slice(output).ok()?;
    let asked = report.transcript.iter().position(|line| {
        line.direction == Direction::Sent && ["LIST", "MLSD"].contains(&line.text.as_str())
    })?;
    let dialogue = &report.transcript[asked..];
    let end = dialogue.iter().find(|line| {
        line.connection == dialogue[0].connection
            && line.direction == Direction::Received
            && line.text.starts_with('2')
    })?;
    Some(Told {
        listed: Duration::from_millis(end.at_ms),
        connections: Some(report.connections),
    })
}

fn told_by_curl(output: &[u8]) -> Option<Told> {
    let seconds = String::from_utf8_lossy(output).trim().parse().ok()?;
    Some(Told {
        listed: Duration::from_secs_f64(seconds),
        connections: None,
    })
}

/// It says nothing of times, and ends with the listing.
fn told_by_lftp(output: &[u8], took: Duration) -> Option<Told> {
    let listing = String::from_utf8_lossy(output);
    listing.lines().next().map(|_| Told {
        listed: took,
        connections: None,
    })
}
