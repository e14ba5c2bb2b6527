//! The test suites: built once, and run side by side where they mostly wait.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::report::{self, Failure};
use crate::{cargo, guests, workspace};

/// What the suite against the real servers says, until it is its turn to be shown.
const ASIDE: &str = "target/real-servers.log";

/// The suites that wait for real servers, and all others: by the first letter of their names, so that none can be in neither.
const REAL: &[&str] = &["--test", "r*"];
const OTHERS: &[&str] = &["--lib", "--bins", "--test", "[!r]*"];

/// Builds all tests.
///
/// # Errors
/// They do not compile.
pub fn build() -> Result<(), Failure> {
    report::step("building remote-doctor and its tests");
    report::run(tests(&["--no-run"])?.arg("--quiet"))
}

/// Runs all tests; `checks` is the file they write down their checks in. A suite that fails keeps no other from running.
///
/// # Errors
/// A suite failed.
pub fn run(checks: &Path) -> Result<(), Failure> {
    let suite = |which: &[&str]| -> Result<Command, Failure> {
        let mut suite = tests(which)?;
        suite.env(outcomes::FILE, checks);
        Ok(suite)
    };
    let aside = workspace().join(ASIDE);
    let (mut real, mut others) = (suite(REAL)?, suite(OTHERS)?);
    let (real, others) = std::thread::scope(|scope| {
        let real = scope.spawn(|| report::run_into(&mut real, &aside));
        let others = report::run(&mut others);
        (real.join().expect("running does not panic"), others)
    });
    report::step("what the suite against the real servers said meanwhile");
    show(&aside)?;
    let examples = report::run(&mut suite(&["--doc"])?);
    others.and(real).and(examples)
}

/// What runs in the sandbox alone has no tests of its own and is not built for this machine.
fn tests(which: &[&str]) -> Result<Command, Failure> {
    let mut command = cargo();
    command.args(["test", "--release", "--workspace", "--no-fail-fast"]);
    for guest in guests::apart_from_the_program(&workspace())? {
        command.args(["--exclude", &guest]);
    }
    command.args(which);
    Ok(command)
}

fn show(path: &Path) -> Result<(), Failure> {
    let shown = fs::File::open(path).and_then(|mut file| io::copy(&mut file, &mut io::stdout()));
    let failed = |error| Failure::File(format!("{}: {error}", path.display()));
    shown.map(|_| ()).map_err(failed)
}
