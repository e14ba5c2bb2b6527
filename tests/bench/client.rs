//! What lists a directory: the check, and curl to compare it with.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use process_control::Output;
use real_servers::SERVER;
use remote_doctor::net::Direction;
use remote_doctor::report::{Connections, Report};

use crate::PROGRAM;
use crate::failure::Failure;
use crate::process;
use crate::scene::{Kind, Scene};

/// A program that logs in and lists the directory it lands in.
pub enum Client {
    /// `remote-doctor check` at a depth, with a folder for compiled probes.
    Check { depth: &'static str, cache: PathBuf },
    /// curl of a version.
    Curl(String),
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
    /// The check at two depths, and curl if it is there.
    pub fn all(cache: &Path) -> Vec<Self> {
        let check = |depth| Self::Check {
            depth,
            cache: cache.into(),
        };
        let curl = process::run("curl", Command::new("curl").arg("--version"));
        let curl = curl.ok().and_then(|(_, output)| {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            Some(Self::Curl(said.split_whitespace().nth(1)?.into()))
        });
        [check("quick"), check("standard")]
            .into_iter()
            .chain(curl)
            .collect()
    }

    /// Whether this server is worth a comparison: implicit TLS only saves curl one round trip, and time is short.
    pub fn suits(&self, kind: Kind) -> bool {
        match self {
            Self::Check { .. } => true,
            Self::Curl(_) => !kind.is_implicit(),
        }
    }

    /// The command that lists the directory of this server.
    pub fn command(&self, scene: &Scene) -> Command {
        match self {
            Self::Check { depth, cache } => check(scene, depth, cache),
            Self::Curl(_) => curl(scene),
        }
    }

    /// Reads what it printed.
    pub fn told(&self, output: &Output) -> Result<Told, Failure> {
        let told = match self {
            Self::Check { .. } => told_by_check(&output.stdout),
            Self::Curl(_) => told_by_curl(&output.stdout),
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
            Self::Check { depth, .. } => write!(f, "check, {depth}"),
            Self::Curl(version) => write!(f, "curl {version}"),
        }
    }
}

fn check(scene: &Scene, depth: &str, cache: &Path) -> Command {
    let account = &scene.account;
    let ssl = format!("require-{}", scene.kind.tls());
    let mut command = scene.net.client();
    command.args([PROGRAM, "check", "--quiet", "--format", "json"]);
    command.args(["--depth", depth, "--ssl", &ssl]);
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
