//! HTML reports as a browser shows them: Chromium from the distribution, what drives it and axe from npm.

use std::fs;
use std::path::{Path, PathBuf};

use crate::node::Node;
use crate::report::{self, Failure};
use crate::servers::{self, ServersError};

/// Has the program that looks, and the list of what it needs with the hash of each.
const SOURCES: &str = "tests/golden/axe";
/// What is copied from there.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "check.mjs"];
/// The browser, as Debian calls it, and where its package puts it.
const BROWSER: &str = "chromium";
const BROWSER_PATH: &str = "/usr/bin/chromium";

/// Gets what comes from npm into `target/pages`. The schema of SARIF is among it, which a test of the program needs.
///
/// # Errors
/// It cannot be had.
pub fn fetch(workspace: &Path) -> Result<PathBuf, ServersError> {
    let folder = workspace.join("target/pages");
    let lock = workspace.join(SOURCES).join("package-lock.json");
    let wanted = fs::read(&lock).map_err(servers::at(&lock))?;
    // Written last: what it stands beside is complete.
    let made_of = folder.join("made-of.json");
    let is_there = fs::read(&made_of).is_ok_and(|made_of| made_of == wanted);
    fs::create_dir_all(&folder).map_err(servers::at(&folder))?;
    for name in FILES {
        let from = workspace.join(SOURCES).join(name);
        fs::copy(&from, folder.join(name)).map_err(servers::at(&from))?;
    }
    if is_there {
        return Ok(folder);
    }
    servers::say("getting what looks at HTML reports");
    let node = Node::get(workspace)?;
    let mut install = node.npm_install();
    servers::run(install.arg("--ignore-scripts").current_dir(&folder))?;
    fs::write(&made_of, wanted).map_err(servers::at(&made_of))?;
    Ok(folder)
}

/// Looks at the golden reports; pictures go to the folder, if one is given.
///
/// # Errors
/// Something is missing, or a page has something that it must not have.
pub fn look(workspace: &Path, pictures: Option<&str>) -> Result<(), Failure> {
    let folder = fetch(workspace)?;
    if !servers::found(BROWSER) {
        servers::install_packages(&[BROWSER.into()])?;
    }
    report::step("looking at the golden HTML reports");
    let mut look = Node::get(workspace)?.command();
    look.arg(folder.join("check.mjs")).arg(BROWSER_PATH);
    if let Some(pictures) = pictures {
        fs::create_dir_all(pictures).map_err(servers::at(Path::new(pictures)))?;
        look.arg(pictures);
    }
    report::run(look.env("GOLDEN", workspace.join("tests/golden")))
}
