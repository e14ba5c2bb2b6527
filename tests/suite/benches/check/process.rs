//! Runs a program to its end, within bounds.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use process_control::{ChildExt, Control, Output};

use crate::failure::Failure;

/// Nothing healthy takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// In characters.
const LAST_WORDS: usize = 400;

/// Runs it and returns how long it took and what it printed. One that does not end in time is ended.
pub fn run(name: &str, command: &mut Command) -> Result<(Duration, Output), Failure> {
    run_within(name, command, PATIENCE)
}

/// The same for one that may take so long.
pub fn run_within(
    name: &str,
    command: &mut Command,
    patience: Duration,
) -> Result<(Duration, Output), Failure> {
    let (took, output) = run_to_any_end(name, command, patience)?;
    if !output.status.success() {
        return Err(Failure::Unhealthy {
            what: name.into(),
            said: last_words(&output),
        });
    }
    Ok((took, output))
}

/// The end of what it said; a report may be long.
pub fn last_words(output: &Output) -> String {
    let said = [&output.stdout, &output.stderr].map(|said| {
        let said = String::from_utf8_lossy(said);
        let said: Vec<char> = said.trim().chars().collect();
        said[said.len().saturating_sub(LAST_WORDS)..]
            .iter()
            .collect::<String>()
    });
    said.join(" ")
}

/// The same for one that also ends otherwise where all is well.
pub fn run_to_any_end(
    name: &str,
    command: &mut Command,
    patience: Duration,
) -> Result<(Duration, Output), Failure> {
    let began = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failure::system(name))?;
    let output = child
        .controlled_with_output()
        .time_limit(patience)
        .terminate_for_timeout()
        .wait()
        .map_err(Failure::system(name))?;
    let took = began.elapsed();
    let output = output.ok_or_else(|| Failure::TooLong(name.into()))?;
    Ok((took, output))
}
