//! The broken server of `examples/compose`, without a daemon for containers: the lines of its Dockerfile are run in a copy of a bare
//! system, and the check is the one that the file names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use dist::{NAME, archive, stem};

use crate::made::{self, holds, printed, told};
use crate::root::{CHROOT, Root};

/// What the Dockerfile begins with.
const FROM: (Root, &str) = (Root::Debian("trixie", "13"), "FROM debian:13-slim");
/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is wrong with it.
const WRONG: &str = "data.pasv-foreign-address";

pub fn trials() -> Vec<Trial> {
    vec![Trial::test(
        "compose: the server is broken as it says",
        broken,
    )]
}

fn broken() -> Result<(), Failed> {
    let scratch = tempfile::tempdir_in(made::workspace().join("target"))?;
    let system = scratch.path().join("system");
    let compose = made::workspace().join("examples/compose");
    let _server = Server::built(&compose.join("vsftpd"), &system)?;
    let mut unpack = Command::new("tar");
    unpack.arg("-xf").arg(made::file(&archive::name(NAME))?);
    printed(unpack.arg("-C").arg(scratch.path()), 0)?;
    let text = fs::read_to_string(compose.join("compose.yaml"))?;
    let lines = text.lines().filter_map(|line| line.strip_prefix("#   "));
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("docker ")).collect();
    let mut shell = Command::new("sh");
    shell.args(["-c", &lines.join("\n")]).current_dir(&scratch);
    shell.env(
        "PATH",
        format!(
            "{}:/usr/bin:/bin",
            scratch.path().join(stem(NAME)).display()
        ),
    );
    let output = shell.env("HOME", scratch.path()).output()?;
    let said = told(&output);
    holds(said.contains(WRONG), said)
}

/// A server in a system of its own; it ends with this.
struct Server(Child);

impl Server {
    fn built(context: &Path, system: &PathBuf) -> Result<Server, Failed> {
        let mut copy = Command::new("cp");
        printed(copy.arg("-a").arg(FROM.0.made()?).arg(system), 0)?;
        fs::copy("/etc/resolv.conf", system.join("etc/resolv.conf"))?;
        let mut command = Err("the Dockerfile starts nothing");
        for line in fs::read_to_string(context.join("Dockerfile"))?.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "FROM" => holds(line == FROM.1, format!("another system: {line}"))?,
                "RUN" => {
                    let mut run = Command::new(CHROOT);
                    run.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
                    run.env("DEBIAN_FRONTEND", "noninteractive");
                    printed(run.arg(system).args(["sh", "-ec", rest]), 0).map(drop)?;
                }
                "COPY" => {
                    let (from, to) = rest.split_once(' ').ok_or("from and to")?;
                    fs::copy(context.join(from), system.join(to.trim_start_matches('/')))?;
                }
                "CMD" => command = Ok(serde_json::from_str::<Vec<String>>(rest)?),
                _ => return Err(format!("what is `{line}`?").into()),
            }
        }
        let command: Vec<String> = command?;
        let mut start = Command::new(CHROOT);
        start
            .env_clear()
            .arg(system)
            .args(&command)
            .stdin(Stdio::null());
        let server = Server(start.spawn()?);
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", 2121)).is_err() {
            holds(began.elapsed() < PATIENCE, "the server does not begin")?;
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
