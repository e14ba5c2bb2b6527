//! Runs tools to their end and turns failure into a typed error.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use crate::error::HarnessError;
use crate::installation;

/// Runs a tool, with `input` on its standard input, and returns what it printed.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<String, HarnessError> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| not_started(command, source))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A tool that ends early says why on its standard error, which is worth more than the
        // broken pipe here.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|source| HarnessError::Process {
            command: line(command),
            source,
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(HarnessError::Failed {
            command: line(command),
            said,
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The error for a process that could not be started.
pub(crate) fn not_started(command: &Command, source: std::io::Error) -> HarnessError {
    if source.kind() == ErrorKind::NotFound {
        let what = command.get_program().to_string_lossy().into_owned();
        return HarnessError::Missing {
            what,
            command: installation::COMMAND,
        };
    }
    HarnessError::Process {
        command: line(command),
        source,
    }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
