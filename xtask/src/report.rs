//! What the set-up says, and how it fails.

use std::process::Command;

use crate::servers;

/// Why the set-up stopped.
#[derive(Debug)]
pub enum Failure {
    /// Wrong arguments.
    Usage(String),
    /// A tool is missing; the text names the command that installs it.
    Missing(String),
    /// A command did not succeed.
    Command(String),
    /// A file could not be written or read.
    File(String),
    /// A check of the suites is wrong or was not made.
    Checks(String),
    /// The real servers could not be had.
    Servers(String),
    /// What was built is not what it should be.
    Component(String),
}

impl From<builder::BuildError> for Failure {
    fn from(error: builder::BuildError) -> Failure {
        Failure::Component(error.to_string())
    }
}

impl From<servers::ServersError> for Failure {
    fn from(error: servers::ServersError) -> Failure {
        Failure::Servers(error.to_string())
    }
}

impl From<servers::Missing> for Failure {
    fn from(missing: servers::Missing) -> Failure {
        let packages = missing.packages.join(", ");
        Failure::Missing(format!("{packages}: `{}`", missing.command))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Usage(text) => f.write_str(text),
            Failure::Missing(text) => write!(f, "missing: {text}"),
            Failure::Command(text) => write!(f, "failed: {text}"),
            Failure::File(text)
            | Failure::Servers(text)
            | Failure::Component(text)
            | Failure::Checks(text) => write!(f, "error: {text}"),
        }
    }
}

/// One line for each step, on standard error.
pub fn step(text: &str) {
    eprintln!("== {text}");
}

/// Runs a command; its output goes where ours goes.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Command(format!("`{shown}` ({status})"))),
        Err(error) => Err(Failure::Command(format!("`{shown}`: {error}"))),
    }
}

/// What a command prints on standard output; none where it does not succeed.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn shown(command: &Command) -> String {
    let name = std::path::Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .display()
        .to_string();
    let arguments = command
        .get_args()
        .take(6)
        .map(|argument| argument.display().to_string());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
