//! Puts the real FTP servers of the tests into one folder: vsftpd, ProFTPD, Pure-FTPd and the ftpd of the GNU inetutils
//! from the distribution's own packages, pyftpdlib, aioftp and Twisted from PyPI, ftp-srv from npm.
//!
//! The distribution's packages exclude each other and start themselves when installed, so they are
//! only downloaded and unpacked side by side. What they link against comes from ordinary packages;
//! that is the one step that changes the system and the one that needs root.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::node::Node;

/// A server taken from the distribution: the folder it is unpacked into, and the packages it
/// consists of.
const UNPACKED: [(&str, &[&str]); 4] = [
    ("vsftpd", &["vsftpd"]),
    ("proftpd", &["proftpd-core", "proftpd-mod-crypto"]),
    ("pure-ftpd", &["pure-ftpd"]),
    // It does not listen itself; ipsvd does that for it, and counts the clients.
    ("inetutils", &["inetutils-ftpd", "ipsvd"]),
];

/// Programs the tests call, and the package each comes from.
const TOOLS: [(&str, &str); 5] = [
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("openssl", "openssl"),
    ("curl", "curl"),
    ("python3", "python3"),
];

/// A server that is a library of Python's: its folder, its packages, and what has to be there to run it. Compiled parts
/// belong to one version of Python, so that only trying tells.
struct Library {
    name: &'static str,
    /// Pinned, because the tests assert what these servers say on the wire.
    packages: &'static [&'static str],
    needs: &'static str,
}

const LIBRARIES: [Library; 3] = [
    Library {
        name: "pyftpdlib",
        packages: &["pyftpdlib==2.2.0", "pyOpenSSL==26.4.0"],
        needs: "import pyftpdlib.handlers, OpenSSL; assert hasattr(pyftpdlib.handlers, 'TLS_FTPHandler')",
    },
    Library {
        name: "aioftp",
        packages: &["aioftp==0.28.3"],
        needs: "import aioftp",
    },
    Library {
        name: "twisted",
        packages: &["twisted==26.10.0"],
        needs: "import twisted.protocols.ftp",
    },
];

/// Pinned for the same reason.
const NODE_PACKAGE: &str = "ftp-srv@4.6.3";

/// What an installation left behind.
#[derive(Debug)]
pub struct Installed {
    /// What only root can add; `None` if nothing is missing.
    pub missing: Option<Missing>,
}

/// Ordinary packages that have to be installed before the servers can run.
#[derive(Debug)]
pub struct Missing {
    /// Names of the packages.
    pub packages: Vec<String>,
    /// The command that installs them.
    pub command: String,
}

/// Why the servers could not be installed.
#[derive(Debug)]
pub enum ServersError {
    /// The system has no `apt-get` or no `dpkg`.
    NotDebian,
    /// A file or folder could not be written.
    File(PathBuf, io::Error),
    /// A program could not be started.
    Start(String, io::Error),
    /// A program failed; with what it said.
    Failed(String, String),
}

impl fmt::Display for ServersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDebian => f.write_str(
                "install the test servers: apt-get and dpkg are needed (Debian or Ubuntu)",
            ),
            Self::File(path, error) => write!(f, "write {}: {error}", path.display()),
            Self::Start(command, error) => write!(f, "start `{command}`: {error}"),
            Self::Failed(command, said) => write!(f, "run `{command}`: {said}"),
        }
    }
}

impl std::error::Error for ServersError {}

/// Installs all servers into `target/servers` of the workspace. Running it again only does what is still to be done.
///
/// Without root nothing fails for lack of rights: [`Installed::missing`] then carries the command
/// to run.
pub fn install(workspace: &Path) -> Result<Installed, ServersError> {
    if !found("apt-get") || !found("dpkg") {
        return Err(ServersError::NotDebian);
    }
    let target = workspace.join("target/servers");
    let downloads = target.join("packages");
    fs::create_dir_all(&downloads).map_err(at(&downloads))?;
    let root = is_root()?;

    for (server, packages) in UNPACKED {
        unpack(&target.join(server), packages, &downloads, root)?;
    }
    let mut wanted = libraries(&downloads)?;
    wanted.extend(
        TOOLS
            .iter()
            .filter(|(tool, _)| !found(tool))
            .map(|(_, package)| package.to_string()),
    );
    let ftp_srv = target.join("ftp-srv");
    let pip_is_done = LIBRARIES
        .iter()
        .all(|library| library.runs_from(&target.join(library.name)))
        && ftp_srv.is_dir();
    if !pip_is_done && !has_pip() {
        wanted.push("python3-pip".to_owned());
    }

    let absent: Vec<String> = wanted
        .into_iter()
        .filter(|package| !is_installed(package))
        .collect();
    let missing = if absent.is_empty() {
        None
    } else if root {
        install_packages(&absent)?;
        None
    } else {
        let command = format!(
            "sudo apt-get install --no-install-recommends {}",
            absent.join(" ")
        );
        Some(Missing {
            packages: absent,
            command,
        })
    };

    if pip_is_done || has_pip() {
        for library in &LIBRARIES {
            library.install(&target.join(library.name))?;
        }
        install_ftp_srv(workspace, &ftp_srv)?;
    }
    Ok(Installed { missing })
}

/// Downloads the packages of one server and unpacks them into `folder`.
fn unpack(
    folder: &Path,
    packages: &[&str],
    downloads: &Path,
    root: bool,
) -> Result<(), ServersError> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if folder.is_dir() {
        say(&format!("{name} is there"));
        return Ok(());
    }
    say(&format!("{name}: downloading {}", packages.join(", ")));
    for package in packages {
        if archive(downloads, package)?.is_none() {
            download(package, downloads, root)?;
        }
    }
    // Unpacked under another name first: a folder with the final name is always complete.
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    for package in packages {
        let archive = archive(downloads, package)?.ok_or_else(|| {
            ServersError::Failed(
                format!("apt-get download {package}"),
                "no package arrived".to_owned(),
            )
        })?;
        run(Command::new("dpkg").arg("-x").arg(archive).arg(&partial))?;
    }
    fs::rename(&partial, folder).map_err(at(folder))
}

/// Downloads one package. A fresh container has no package lists, so root fetches them and tries
/// once more.
fn download(package: &str, downloads: &Path, root: bool) -> Result<(), ServersError> {
    let attempt = || {
        run(Command::new("apt-get")
            .args(["-q", "download", package])
            .current_dir(downloads))
    };
    match attempt() {
        Err(ServersError::Failed(..)) if root => {
            update()?;
            attempt().map(drop)
        }
        other => other.map(drop),
    }
}

/// The downloaded file of a package, if it is there.
fn archive(downloads: &Path, package: &str) -> Result<Option<PathBuf>, ServersError> {
    let prefix = format!("{package}_");
    Ok(archives(downloads)?.into_iter().find(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
    }))
}

fn archives(downloads: &Path) -> Result<Vec<PathBuf>, ServersError> {
    let entries = fs::read_dir(downloads).map_err(at(downloads))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect())
}

/// The shared libraries the unpacked packages ask for. Read from the packages, since the names
/// differ between releases; everything else they depend on serves a set-up that is not done here.
fn libraries(downloads: &Path) -> Result<Vec<String>, ServersError> {
    let mut names = Vec::new();
    for archive in archives(downloads)? {
        let depends = run(Command::new("dpkg-deb")
            .arg("-f")
            .arg(archive)
            .arg("Depends"))?;
        let wanted = String::from_utf8_lossy(&depends.stdout).into_owned();
        // Of alternatives the first: it is the distribution's own choice.
        let first_words = wanted.split(',').filter_map(|entry| {
            entry
                .split([' ', ':', '(', '|', '\n'])
                .find(|word| !word.is_empty())
        });
        names.extend(
            first_words
                .filter(|name| name.starts_with("lib") || *name == "zlib1g")
                .map(str::to_owned),
        );
    }
    names.sort();
    names.dedup();
    Ok(names)
}

pub fn install_packages(packages: &[String]) -> Result<(), ServersError> {
    say(&format!("installing {}", packages.join(", ")));
    let attempt = || {
        run(Command::new("apt-get")
            .args(["-qq", "-y", "install", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    match attempt() {
        Err(ServersError::Failed(..)) => {
            update()?;
            attempt().map(drop)
        }
        other => other.map(drop),
    }
}

fn update() -> Result<(), ServersError> {
    say("updating the package lists");
    run(Command::new("apt-get").args(["-qq", "update"])).map(drop)
}

impl Library {
    fn install(&self, folder: &Path) -> Result<(), ServersError> {
        if self.runs_from(folder) {
            say(&format!("{} is there", self.name));
            return Ok(());
        }
        say(&format!("installing {}", self.packages.join(", ")));
        run(pip_install(folder).args(self.packages)).map(drop)
    }

    fn runs_from(&self, folder: &Path) -> bool {
        folder.is_dir()
            && succeeds(
                Command::new("python3")
                    .args(["-W", "ignore", "-c", self.needs])
                    .env("PYTHONPATH", folder),
            )
    }
}

fn install_ftp_srv(workspace: &Path, folder: &Path) -> Result<(), ServersError> {
    if folder.is_dir() {
        say("ftp-srv is there");
        return Ok(());
    }
    let node = Node::get(workspace)?;
    say(&format!("installing {NODE_PACKAGE}"));
    // As with the packages that are unpacked: a folder with the final name is always complete.
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    let mut install = node.npm_install();
    run(install.arg("--prefix").arg(&partial).arg(NODE_PACKAGE))?;
    fs::rename(&partial, folder).map_err(at(folder))
}

/// `pip install` into a folder, without the packages. `--target` keeps out of the system's packages, so pip does not ask
/// for `--break-system-packages`.
pub fn pip_install(folder: &Path) -> Command {
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet"]);
    install.args(["--disable-pip-version-check", "--root-user-action=ignore"]);
    install.args(["--upgrade", "--target"]).arg(folder);
    install
}

/// Makes sure that `python3 -m pip` works; root installs what is missing.
pub fn ensure_pip() -> Result<(), ServersError> {
    if has_pip() {
        return Ok(());
    }
    let packages = ["python3", "python3-pip"].map(str::to_owned);
    if !is_root()? {
        return Err(ServersError::Failed(
            "python3 -m pip".to_owned(),
            format!("`sudo apt-get install {}`", packages.join(" ")),
        ));
    }
    install_packages(&packages)
}

fn has_pip() -> bool {
    succeeds(Command::new("python3").args(["-m", "pip", "--version"]))
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", package])
        .output();
    status.is_ok_and(|status| status.stdout.starts_with(b"installed"))
}

/// Whether a program is on the search path, or where only root's search path looks.
pub fn found(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(system)
        .any(|folder| folder.join(program).is_file())
}

fn is_root() -> Result<bool, ServersError> {
    Ok(run(Command::new("id").arg("-u"))?.stdout.trim_ascii() == b"0")
}

fn succeeds(command: &mut Command) -> bool {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// Runs a program to its end; its own output is shown only if it fails.
pub fn run(command: &mut Command) -> Result<Output, ServersError> {
    let line = format!("{command:?}").replace('"', "");
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return Err(ServersError::Start(line, error)),
    };
    if output.status.success() {
        return Ok(output);
    }
    Err(ServersError::Failed(
        line,
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}

pub fn say(step: &str) {
    eprintln!("servers: {step}");
}

/// Names the file or folder that a failed operation was about; for `map_err`.
pub fn at(path: &Path) -> impl FnOnce(io::Error) -> ServersError + '_ {
    |error| ServersError::File(path.to_owned(), error)
}
