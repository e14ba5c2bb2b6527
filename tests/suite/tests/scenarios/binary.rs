//! Runs the program against a site.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use lab::{Connections, Exchange, Lab};

use crate::scenario::Scenario;
use crate::site::Site;

/// Longer than any run may take; then something hangs.
const PATIENCE: Duration = Duration::from_secs(150);
/// The recording of a run, among the files of its site.
pub const RECORDING: &str = "recording";
const PAUSE: Duration = Duration::from_millis(10);

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

impl Format {
    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
        }
    }
}

/// What a run of the program left behind.
pub struct Run {
    pub format: Format,
    pub exit: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// What it was given as the password.
    pub password: String,
    /// What it kept for a replay; nothing where it had to be killed.
    pub recording: Option<Vec<u8>>,
    /// The names that the resolver was asked about.
    pub asked: BTreeSet<String>,
    /// What the lab saw of it.
    pub seen: Option<Seen>,
}

impl fmt::Display for Run {
    /// For whoever has to find out what went wrong: the report as text, and what the server saw of the other run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.format == Format::Text {
            f.write_str(&String::from_utf8_lossy(&self.stdout))?;
        } else if let Some(seen) = &self.seen {
            writeln!(f, "\nWhat the server saw of the run with JSON:")?;
            for exchange in &seen.log {
                writeln!(f, "{exchange}")?;
            }
        }
        f.write_str(&String::from_utf8_lossy(&self.stderr))
    }
}

/// What a server of the lab saw.
pub struct Seen {
    pub connections: Connections,
    pub peak: usize,
    pub password_attempts: usize,
    pub log: Vec<Exchange>,
    /// The paths that are on the server and were not before the run.
    pub left: Vec<String>,
}

/// Runs `remote-doctor check` as the scenario says.
pub fn run(scenario: &Scenario, site: &Site, format: Format) -> io::Result<Run> {
    let (stdout, stderr) = (site.file("stdout"), site.file("stderr"));
    let mut command = command(scenario, site, format);
    command
        .stdin(Stdio::null())
        .stdout(File::create(&stdout)?)
        .stderr(File::create(&stderr)?);
    let before = site.lab.as_ref().map(Lab::paths).unwrap_or_default();
    let status = wait(command.spawn()?)?;
    Ok(Run {
        format,
        exit: status.and_then(|status| status.code()),
        stdout: fs::read(stdout)?,
        stderr: fs::read(stderr)?,
        password: site.password.clone(),
        recording: fs::read(site.file(RECORDING)).ok(),
        asked: site.asked(),
        seen: site.lab.as_ref().map(|lab| Seen {
            connections: lab.connections(),
            peak: lab.peak_connections(),
            password_attempts: lab.password_attempts(),
            log: lab.log(),
            left: lab
                .paths()
                .into_iter()
                .filter(|path| !before.contains(path))
                .collect(),
        }),
    })
}

/// The program with its arguments, on the side it belongs on.
pub fn command(scenario: &Scenario, site: &Site, format: Format) -> Command {
    let mut command = site.command(suite::program());
    command.args(arguments(scenario, site, format));
    command
}

fn arguments(scenario: &Scenario, site: &Site, format: Format) -> Vec<String> {
    let check = &scenario.check;
    let mut arguments: Vec<String> = ["check", "--quiet", "--format", format.name()]
        .map(String::from)
        .into();
    let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    add("--record", site.file(RECORDING).display().to_string());
    add("--host", check.host.clone().unwrap_or_else(|| site.host()));
    if let Some(port) = check.port.or(site.port()) {
        add("--port", port.to_string());
    }
    if check.user {
        add("--user", site.user().to_owned());
        add(
            "--password-file",
            site.password_file().display().to_string(),
        );
    }
    if check.trusted && site.authority().exists() {
        add("--ca-file", site.authority().display().to_string());
    }
    if check.state.is_some() {
        add("--state", site.state_file().display().to_string());
    }
    if let Some(resolver) = site.resolver() {
        add("--resolver", resolver.to_string());
    }
    for file in plugins(scenario) {
        add("--plugin", file);
    }
    arguments.extend(check.args.iter().cloned());
    arguments
}

/// The files of the third-party probes of a scenario.
pub fn plugins(scenario: &Scenario) -> impl Iterator<Item = String> {
    let folder = suite::workspace().join("target/hostile-probes");
    let plugins = scenario.check.plugins.iter();
    plugins.map(move |plugin| {
        let file = folder.join(plugin).with_extension("wasm");
        file.display().to_string()
    })
}

/// Nothing where it had to be killed.
fn wait(mut process: Child) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(PAUSE);
    }
    process.kill()?;
    process.wait()?;
    Ok(None)
}
