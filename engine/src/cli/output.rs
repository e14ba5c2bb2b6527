//! Results go to standard output or to a file; styles only where somebody sees them.

use std::io::Write;
use std::path::Path;

use super::CliError;
use crate::finding::Severity;
use crate::report::{Shown, html, junit, markdown, text};

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal
    Text,
    /// For programs; `remote-doctor schema report` prints its schema
    Json,
    /// One file for a browser; it holds the JSON, too
    Html,
    /// For tickets
    Markdown,
    /// JUnit XML, for CI
    Junit,
}

/// What counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    /// The least bad that counts.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Never => None,
        }
    }
}

/// Prints a text; styles are dropped where standard output is not a terminal.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let written = anstream::stdout().lock().write_all(text.as_bytes());
    match written {
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| CliError::File {
            what: "standard output".into(),
            source,
        }),
    }
}

/// Puts a report where it was asked for: into a file, or on standard output.
pub(super) fn deliver(
    report: &Shown,
    format: ReportFormat,
    fail_on: FailOn,
    to: Option<&Path>,
) -> Result<(), CliError> {
    let rendered = match format {
        ReportFormat::Text => text::render(report),
        ReportFormat::Json => json(report),
        ReportFormat::Html => html::render(report),
        ReportFormat::Markdown => markdown::render(report),
        ReportFormat::Junit => junit::render(report, fail_on.severity()),
    };
    put(&rendered, to)
}

/// Puts a text into a file, or on standard output.
pub(super) fn put(text: &str, to: Option<&Path>) -> Result<(), CliError> {
    match to {
        Some(path) => write(path, text),
        None => print(text),
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a report has no maps with other keys than strings")
        + "\n"
}

/// Writes a text to a file, without styles; the file is whole or not there.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let file = |source| CliError::File {
        what: path.display().to_string(),
        source,
    };
    let plain = anstream::adapter::strip_str(text).to_string();
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    let written =
        std::fs::write(&unfinished, plain).and_then(|()| std::fs::rename(&unfinished, path));
    if written.is_err() {
        // It may not be there, and nothing more can be done about it.
        let _ = std::fs::remove_file(&unfinished);
    }
    written.map_err(file)
}
