//! Runs the suites so that they write down what each check came to.

use std::fs;
use std::io;
use std::path::Path;

use outcomes::{Outcome, Table};

use crate::report::Failure;
use crate::workspace;

/// Where the table of the last run is kept.
const KEPT: &str = "target/checks.txt";

/// Runs the tests, which are told of the file to write to. Whether they passed, and what they wrote down.
///
/// # Errors
/// What they wrote cannot be read.
pub fn run_tests(
    tests: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(Result<(), Failure>, Vec<Outcome>), Failure> {
    let file = workspace().join("target/checks.jsonl");
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failure(error)),
        _ => {}
    }
    let passed = tests(&file);
    let outcomes = match outcomes::read(&file) {
        // No suite came as far as its first check.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        outcomes => outcomes.map_err(failure)?,
    };
    Ok((passed, outcomes))
}

/// Writes the table to a file, and says to which.
///
/// # Errors
/// It cannot be written.
pub fn keep(outcomes: &[Outcome]) -> Result<&'static str, Failure> {
    fs::write(workspace().join(KEPT), format!("{}\n", Table(outcomes))).map_err(failure)?;
    Ok(KEPT)
}

/// Nothing is wrong and nothing is missing, or an error.
///
/// # Errors
/// Something is.
pub fn all_right(outcomes: &[Outcome]) -> Result<(), Failure> {
    match Table(outcomes).all_right() {
        true => Ok(()),
        false => Err(Failure::Checks(
            "not every check came to what it should".into(),
        )),
    }
}

fn failure(error: io::Error) -> Failure {
    Failure::File(format!("what the checks came to: {error}"))
}
