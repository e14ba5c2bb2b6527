//! The test suites: built once, and run one after another. Side by side they keep the servers of each other waiting.

use std::path::Path;
use std::process::Command;

use crate::report::{self, Failure};
use crate::{cargo, guests, workspace};

/// Builds all tests.
///
/// # Errors
/// They do not compile.
pub fn build() -> Result<(), Failure> {
    report::step("building remote-doctor and its tests");
    report::run(tests()?.args(["--no-run", "--quiet"]))
}

/// Runs all tests; `checks` is the file they write down their checks in. A suite that fails keeps no other from running.
///
/// # Errors
/// A suite failed.
pub fn run(checks: &Path) -> Result<(), Failure> {
    report::run(tests()?.env(outcomes::FILE, checks))
}

/// What runs in the sandbox alone has no tests of its own and is not built for this machine.
fn tests() -> Result<Command, Failure> {
    let mut command = cargo();
    command.args(["test", "--release", "--workspace", "--no-fail-fast"]);
    for guest in guests::apart_from_the_program(&workspace())? {
        command.args(["--exclude", &guest]);
    }
    Ok(command)
}
