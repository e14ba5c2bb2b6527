//! Systems to run the program in: as `debootstrap` makes them, with nothing added but xz, and a folder with nothing at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use dist::{NAME, archive, stem};

use crate::made::{self, printed};
use crate::served::NAME_SERVER;

/// What runs a program in a system, which has no search path.
pub const CHROOT: &str = "/usr/sbin/chroot";
const UNSHARE: &str = "/usr/bin/unshare";
/// Where systems are kept between runs: making one takes a minute.
const KEPT: &str = "target/roots";
/// Within such a system, the folder for what is tried.
pub const FOLDER: &str = "/srv/try";
/// What unpacks the archive; Debian has it, and a container of Debian does not.
const UNPACKS: &str = "--include=xz-utils";

/// Has the keys of Ubuntu among its packages.
const NEWEST: Root = Root::Debian("trixie", "13");
const UBUNTU: &str = "http://archive.ubuntu.com/ubuntu";
/// Every release of Ubuntu is made in the same way, and not every debootstrap knows its name.
const LIKE_ALL: &str = "/usr/share/debootstrap/scripts/gutsy";

/// A system, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A release of Debian: its name, and its number.
    Debian(&'static str, &'static str),
    /// A release of Ubuntu, likewise.
    Ubuntu(&'static str, &'static str),
    /// Nothing but the program.
    Empty,
}

impl Root {
    /// All of them.
    pub const ALL: [Root; 5] = [
        Root::Debian("bullseye", "11"),
        Root::Debian("bookworm", "12"),
        NEWEST,
        Root::Ubuntu("noble", "24.04"),
        Root::Empty,
    ];

    /// As tests call it.
    pub fn name(self) -> String {
        match self {
            Root::Debian(_, number) => format!("Debian {number}"),
            Root::Ubuntu(_, number) => format!("Ubuntu {number}"),
            Root::Empty => "empty".into(),
        }
    }

    fn folder(self) -> PathBuf {
        let name = match self {
            Root::Debian(release, _) | Root::Ubuntu(release, _) => release,
            Root::Empty => "empty",
        };
        made::workspace().join(KEPT).join(name)
    }

    /// The system, which is made where it is not there.
    pub fn made(self) -> Result<PathBuf, Failed> {
        let folder = self.folder();
        if !folder.is_dir() {
            match self {
                Root::Empty => fs::create_dir_all(&folder)?,
                Root::Debian(release, _) => bootstrapped(&folder, &[release], None)?,
                Root::Ubuntu(release, _) => {
                    let keys = keys_of_ubuntu()?;
                    bootstrapped(&folder, &[release, UBUNTU, LIKE_ALL], Some(&keys))?;
                }
            }
        }
        Ok(folder.canonicalize()?)
    }

    /// The system with the program of the archive in it, and how long it took to get it there.
    pub fn with_program(self) -> Result<(Installed, Duration), Failed> {
        static DONE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
        let folder = self.made()?;
        let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        if done.insert(folder.clone()) {
            self.install(&folder)?;
        }
        let place = match self {
            Root::Empty => format!("/{NAME}"),
            Root::Debian(..) | Root::Ubuntu(..) => {
                let names = format!("nameserver {}\n", NAME_SERVER.ip());
                fs::write(folder.join("etc/resolv.conf"), names)?;
                format!("{FOLDER}/{}/{NAME}", stem(NAME))
            }
        };
        Ok((Installed { folder, place }, began.elapsed()))
    }

    fn install(self, folder: &Path) -> Result<(), Failed> {
        let file = archive::name(NAME);
        let from = made::file(&file)?;
        match self {
            Root::Empty => {
                fs::remove_dir_all(folder)?;
                fs::create_dir(folder)?;
                let mut unpack = Command::new("tar");
                unpack.arg("-xf").arg(&from).arg("-C").arg(folder);
                let program = format!("{}/{NAME}", stem(NAME));
                printed(unpack.args(["--strip-components=1", &program]), 0)?;
            }
            Root::Debian(..) | Root::Ubuntu(..) => {
                fs::copy(&from, copied_to(folder)?.join(&file))?;
                let mut unpack = Command::new(CHROOT);
                unpack.arg(folder).args(["tar", "-C", FOLDER, "-xf"]);
                printed(unpack.arg(format!("{FOLDER}/{file}")), 0)?;
            }
        }
        Ok(())
    }
}

/// That folder, seen from outside.
pub fn copied_to(root: &Path) -> Result<PathBuf, Failed> {
    let folder = root.join(FOLDER.trim_start_matches('/'));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Makes a system under another name first: a folder with the final name is always complete.
fn bootstrapped(folder: &Path, from: &[&str], keys: Option<&Path>) -> Result<(), Failed> {
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    let mut make = Command::new("debootstrap");
    make.args(["--variant=minbase", UNPACKS]);
    if let Some(keys) = keys {
        make.arg(format!("--keyring={}", keys.display()));
    }
    let (release, mirror) = from.split_first().ok_or("of which release?")?;
    printed(make.arg(release).arg(&partial).args(mirror), 0)?;
    Ok(fs::rename(&partial, folder)?)
}

/// The keys that sign Ubuntu's packages, from a package of Debian's.
fn keys_of_ubuntu() -> Result<PathBuf, Failed> {
    let newest = NEWEST.made()?;
    fs::copy("/etc/resolv.conf", newest.join("etc/resolv.conf"))?;
    let lines = "apt-get update -q && cd /tmp && apt-get download -q ubuntu-keyring && dpkg -x ubuntu-keyring_*.deb keys";
    let mut get = Command::new(CHROOT);
    get.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    printed(get.arg(&newest).args(["sh", "-ec", lines]), 0)?;
    Ok(newest.join("tmp/keys/usr/share/keyrings/ubuntu-archive-keyring.gpg"))
}

/// A system with the program.
pub struct Installed {
    /// Seen from outside.
    pub folder: PathBuf,
    /// The program, seen from inside.
    pub place: String,
}

impl Installed {
    /// The program with these arguments. It has no environment: no home, no language, nothing.
    pub fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(CHROOT);
        command.env_clear().arg(&self.folder).arg(&self.place);
        command.args(words);
        command
    }

    /// The same with `/proc`, as every container and every machine has it.
    pub fn program_with_proc(&self, words: &[&str]) -> Result<Command, Failed> {
        let proc = self.folder.join("proc");
        fs::create_dir_all(&proc)?;
        let mut command = Command::new(UNSHARE);
        command.env_clear().args(["--mount", "--pid", "--fork"]);
        command.arg(format!("--mount-proc={}", proc.display()));
        command.arg(CHROOT).arg(&self.folder).arg(&self.place);
        command.args(words);
        Ok(command)
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A server of the lab that runs in it.
    pub fn lab(&self, behaviour: &str) -> Result<Server, Failed> {
        let words = ["lab", "--ca-file", "/ca.pem", "--behaviour", behaviour];
        let mut lab = self.program(&words);
        lab.stdout(Stdio::piped()).stderr(Stdio::null());
        Server::of(lab.spawn()?)
    }
}

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    fn of(mut child: Child) -> Result<Server, Failed> {
        use std::io::{BufRead, BufReader};
        let out = child.stdout.take().ok_or("it has an output")?;
        let mut server = Server { child, port: 0 };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let port = line.strip_prefix("listening on 127.0.0.1:");
        let port = port.and_then(|rest| rest.split(' ').next()?.parse().ok());
        server.port = port.ok_or_else(|| format!("the server says: {line}"))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
