//! The test suites: built once, and run one after another. Side by side they keep the servers of each other waiting.

use std::path::Path;
use std::process::Command;

use crate::report::{self, Failure};
use crate::{cargo, guests, workspace};

/// Has the scenarios, the cases on real servers and the benches.
pub const PACKAGE: &str = "remote-doctor-suite";

/// Builds all tests, and the program that the suites run: with the same features, so that nothing is compiled twice.
///
/// # Errors
/// They do not compile.
pub fn build() -> Result<(), Failure> {
    report::step("building remote-doctor and its tests");
    report::run(of_all("build")?.args(["--bins", "--tests", "--quiet"]))
}

/// Runs all tests; `checks` is the file they write down their checks in. A suite that fails keeps no other from running.
///
/// # Errors
/// A suite failed.
pub fn run(checks: &Path) -> Result<(), Failure> {
    let mut tests = of_all("test")?;
    report::run(tests.arg("--no-fail-fast").env(outcomes::FILE, checks))
}

/// What runs in the sandbox alone has no tests of its own and is not built for this machine.
fn of_all(task: &str) -> Result<Command, Failure> {
    let mut command = cargo();
    command.args([task, "--release", "--workspace"]);
    for guest in guests::apart_from_the_program(&workspace())? {
        command.args(["--exclude", &guest]);
    }
    Ok(command)
}
