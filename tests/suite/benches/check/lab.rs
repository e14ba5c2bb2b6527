//! The lab's healthy server, as `remote-doctor lab` runs it: on the server's side of a network, or on loopback.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use netlab::{Mode, Net, SERVER};
use tempfile::TempDir;

use crate::failure::Failure;

const PATIENCE: Duration = Duration::from_secs(10);

/// The account a lab has unless it is told otherwise.
pub const USER: &str = "demo";
pub const PASSWORD: &str = "correct horse";

/// A lab that listens. Dropping it ends it.
pub struct Lab {
    process: Child,
    folder: TempDir,
    pub port: u16,
}

impl Lab {
    /// One in a network of its own, where the ports are the usual ones.
    pub fn start(net: &Net, mode: Mode) -> Result<Self, Failure> {
        let (port, behaviour) = match mode {
            Mode::Implicit => (990, r#"{"mode": "implicit"}"#),
            _ => (21, r#"{"mode": "explicit"}"#),
        };
        Self::behaving(net, port, behaviour)
    }

    /// One in a network of its own that behaves like this.
    pub fn behaving(net: &Net, port: u16, behaviour: &str) -> Result<Self, Failure> {
        let mut command = net.server();
        command.arg(suite::program());
        Self::run(command, (SERVER, port).into(), behaviour)
    }

    /// One on a free port of loopback that lets very many in.
    pub fn on_loopback() -> Result<Self, Failure> {
        let behaviour = r#"{"mode": "explicit", "limits": {"connections": 4000}}"#;
        Self::run(
            Command::new(suite::program()),
            (Ipv4Addr::LOCALHOST, 0).into(),
            behaviour,
        )
    }

    fn run(mut command: Command, at: SocketAddr, behaviour: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).map_err(Failure::system("a password file"))?;
        command.args(["lab", "--listen", &at.ip().to_string()]);
        command.args(["--port", &at.port().to_string(), "--behaviour", behaviour]);
        command
            .arg("--ca-file")
            .arg(folder.path().join("authority.pem"));
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Failure::system("the lab"))?;
        let mut lab = Self {
            process,
            folder,
            port: 0,
        };
        lab.port = lab.wait_until_it_listens()?;
        Ok(lab)
    }

    pub fn authority_pem(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub fn password_file(&self) -> PathBuf {
        self.folder.path().join("password")
    }

    /// It says where in its first line. The thread that reads it ends with the lab at the latest.
    fn wait_until_it_listens(&mut self) -> Result<u16, Failure> {
        let late = || Failure::TooLong("the lab".into());
        let output = self.process.stdout.take().ok_or_else(late)?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(output).read_line(&mut line);
            let _ = sender.send(read.map(|_| line));
        });
        let line = receiver.recv_timeout(PATIENCE).map_err(|_| late())?;
        let line = line.map_err(Failure::system("the lab"))?;
        let address = line.strip_prefix("listening on ");
        let address = address.and_then(|rest| rest.split(' ').next()?.parse::<SocketAddr>().ok());
        address
            .map(|address| address.port())
            .ok_or_else(|| Failure::Unhealthy {
                what: "the lab".into(),
                said: line,
            })
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
