//! Runs `remote-doctor check` on the client's side.

use std::ffi::OsString;
use std::path::Path;
use std::process::Output;

use libtest_mimic::Failed;
use netlab::Elsewhere;

use crate::recordings;
use crate::scene::Scene;
use crate::secrecy;
use crate::seen::Seen;

/// The command as somebody would type it.
#[derive(Clone)]
pub struct Check<'a> {
    scene: &'a Scene,
    place: Option<&'a Elsewhere>,
    host: String,
    port: u16,
    authority: bool,
    login: bool,
    /// The file it is read from, and itself.
    password: (OsString, String),
    arguments: Vec<String>,
}

impl<'a> Check<'a> {
    pub fn new(scene: &'a Scene, ssl: &str) -> Self {
        let server = &scene.server;
        Self {
            scene,
            place: None,
            host: server.address().to_string(),
            port: server.port(),
            authority: true,
            login: true,
            password: (server.password_file().into(), server.password().into()),
            arguments: vec!["--ssl".into(), ssl.into()],
        }
    }

    pub fn host(mut self, host: impl ToString) -> Self {
        self.host = host.to_string();
        self
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    /// Trusts public authorities only.
    pub fn without_authority(mut self) -> Self {
        self.authority = false;
        self
    }

    pub fn without_login(mut self) -> Self {
        self.login = false;
        self
    }

    pub fn password(mut self, file: &Path, password: &str) -> Self {
        self.password = (file.into(), password.into());
        self
    }

    /// In another place than the client's.
    pub fn at(mut self, place: &'a Elsewhere) -> Self {
        self.place = Some(place);
        self
    }

    /// Runs it for a report in a file.
    pub fn save(&self, file: &Path) -> Result<(), Failed> {
        let name = file.to_string_lossy();
        let (output, line) = self.output(&["--format", "json", "--output", &name])?;
        let exit = output.status.code();
        let told = String::from_utf8_lossy(&output.stdout);
        if matches!(exit, Some(0 | 1)) && told.contains(&*name) && file.is_file() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{line}\nno report in the file: {exit:?}\n{said}").into())
    }

    /// Runs it for the JSON report.
    pub fn run(&self) -> Result<Seen, Failed> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("run.recording");
        let (output, line) = self.record(&file)?;
        recordings::replays(&file, &self.password.1, &output)
            .map_err(|what| format!("{line}\n{what}"))?;
        let report = serde_json::from_slice(&output.stdout).map_err(|error| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("{line}\nno JSON on standard output: {error}\n{said}")
        })?;
        Ok(Seen {
            exit: output.status.code(),
            report,
            line,
            arguments: self.arguments.clone(),
            log: self.scene.server.log(),
        })
    }

    /// Runs it for the JSON report and a recording.
    pub fn record(&self, file: &Path) -> Result<(Output, String), Failed> {
        self.output(&["--format", "json", "--record", &file.to_string_lossy()])
    }

    /// Runs it again for people: the same verdict, and no secret either.
    pub fn run_as_text(&self, seen: &Seen) -> Result<(), Failed> {
        self.text(seen).map(drop)
    }

    /// The same, with what it said.
    pub fn text(&self, seen: &Seen) -> Result<String, Failed> {
        let (output, line) = self.output(&[])?;
        let said = String::from_utf8_lossy(&output.stdout);
        if output.status.code() != seen.exit || output.stdout.is_empty() {
            let status = output.status;
            return Err(format!("{line}\nas text: {status}\n{said}\nbefore: {seen}").into());
        }
        Ok(said.into_owned())
    }

    fn output(&self, more: &[&str]) -> Result<(Output, String), Failed> {
        let mut command = match self.place {
            Some(place) => place.client(),
            None => self.scene.net.client(),
        };
        command.args([suite::program(), "check"]);
        // What one check leaves on its server is no other's to tell.
        let state = tempfile::tempdir().map_err(|error| error.to_string())?;
        command.env("XDG_STATE_HOME", state.path());
        let port = self.port.to_string();
        command.args(["--host", &self.host, "--port", &port]);
        command.args(&self.arguments).args(more);
        if self.authority {
            let authority = self.scene.server.authority_pem();
            command.arg("--ca-file").arg(authority);
        }
        if self.login {
            command.args(["--user", self.scene.server.user()]);
            command.arg("--password-file").arg(&self.password.0);
        }
        let words = command.get_args().map(|word| word.to_string_lossy());
        let line = words.collect::<Vec<_>>().join(" ");
        let output = command
            .output()
            .map_err(|error| format!("{line}: {error}"))?;
        secrecy::keeps(&self.password.1, &output).map_err(|form| format!("{line}\n{form}"))?;
        Ok((output, line))
    }
}
