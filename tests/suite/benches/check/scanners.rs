//! How many connections scanners of TLS open to a server on which they only look at TLS, and how long they take.

use std::process::Command;
use std::time::Duration;

use netlab::SERVER;

use crate::failure::Failure;
use crate::process;
use crate::scene::Scene;

/// The slowest takes minutes on a machine that does something else, too.
const PATIENCE: Duration = Duration::from_secs(300);
/// Scanners open hundreds of connections, one after another.
pub const ROUND_TRIP: Duration = Duration::from_millis(20);

/// What a scanner did.
pub struct Scan {
    pub name: &'static str,
    pub connections: usize,
    pub took: Duration,
}

/// A scanner with its arguments; the address follows them.
pub struct Scanner {
    pub name: &'static str,
    command: &'static [&'static str],
}

pub const SCANNERS: [Scanner; 3] = [
    Scanner {
        name: "sslyze --certinfo",
        command: &["python3", "-m", "sslyze", "--starttls", "ftp", "--certinfo"],
    },
    Scanner {
        name: "sslyze",
        command: &["python3", "-m", "sslyze", "--starttls", "ftp"],
    },
    Scanner {
        name: "testssl -S",
        command: &["testssl", "--quiet", "--nodns", "none", "-t", "ftp", "-S"],
    },
];

impl Scanner {
    pub fn scan(&self, scene: &Scene) -> Result<Scan, Failure> {
        let delay = scene.net.delay(ROUND_TRIP)?;
        let result = process::run_to_any_end(self.name, &mut self.command(scene), PATIENCE);
        let traffic = delay.end();
        let (took, output) = result?;
        let port = scene.account.port;
        let connections = traffic.connections(|to| to == port);
        if connections == 0 {
            return Err(Failure::Unhealthy {
                what: self.name.into(),
                said: process::last_words(&output),
            });
        }
        Ok(Scan {
            name: self.name,
            connections,
            took,
        })
    }

    fn command(&self, scene: &Scene) -> Command {
        let mut command = scene.net.client();
        command.args(self.command);
        command.arg(format!("{SERVER}:{}", scene.account.port));
        let peers = suite::workspace().join("target/peers/python");
        command.env("PYTHONPATH", peers);
        command
    }
}
