//! Compiles the built-in probes ahead, with the compiler that the program has itself.

use std::path::Path;
use std::process::Command;

use crate::report::{self, Failure};
use crate::{Profile, cargo, workspace};

/// What compiles.
const PROGRAM: &str = "compile-ahead";
/// Where the code goes, under `target/`.
const CODE: &str = "probes-compiled";

/// Builds the compiler together with the program that is going to need its crates: so they have the same features, and nothing
/// is built twice.
pub fn build(profile: Profile) -> Result<(), Failure> {
    report::step("building the compiler of the sandbox");
    let packages = [
        "--package",
        "remote-doctor",
        "--package",
        "remote-doctor-compile",
    ];
    let mut build = cargo();
    build.args(["build", "--profile", profile.name(), "--quiet"]);
    build.args(["--bin", PROGRAM]);
    report::run(build.args(packages))
}

/// Compiles every component of a folder that has changed.
pub fn compile(profile: Profile, components: &Path) -> Result<(), Failure> {
    report::step("compiling the built-in probes");
    let target = workspace().join("target");
    let mut compile = Command::new(target.join(profile.name()).join(PROGRAM));
    report::run(compile.arg(components).arg(target.join(CODE)))
}
