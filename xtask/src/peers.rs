//! Gets the programs that the benchmarks compare with: curl, lftp and testssl.sh from the distribution, sslyze from PyPI.

use std::path::Path;

use crate::report;
use crate::servers::{self, ServersError};

/// Program and package.
const PACKAGES: [(&str, &str); 4] = [
    ("curl", "curl"),
    ("lftp", "lftp"),
    ("testssl", "testssl.sh"),
    ("perf", "linux-perf"),
];
const PYTHON_PACKAGE: &str = "sslyze==6.3.1";

/// Gets what is missing. What cannot be had is told by the benchmarks: they name what they could not measure.
pub fn install(target: &Path) {
    report::step("getting the programs to compare with");
    for (program, package) in PACKAGES {
        if !servers::found(program) {
            tell(package, servers::install_packages(&[package.to_owned()]));
        }
    }
    let python = target.join("python");
    if !python.join("sslyze").is_dir() {
        tell("sslyze", install_sslyze(&python));
    }
}

fn install_sslyze(folder: &Path) -> Result<(), ServersError> {
    servers::ensure_pip()?;
    servers::run(servers::pip_install(folder).arg(PYTHON_PACKAGE)).map(drop)
}

fn tell(what: &str, done: Result<(), ServersError>) {
    if let Err(error) = done {
        report::step(&format!("NOT THERE: {what}: {error}"));
    }
}
