//! Results go to standard output or to a file; styles only where somebody sees them.

use std::io::Write;
use std::path::Path;

use super::{CliError, Exit, say};
use files::output_file;
use files::output_file::OutputError;
use model::finding::Severity;
use report::{Shown, html, junit, markdown, text};

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal
    #[default]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    #[default]
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

/// Where a text went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Where it was asked for.
    AsAsked,
    /// It could not be written there, and is on standard output or standard error. The error was told.
    Elsewhere,
    /// Nowhere. The error was told, as far as that was possible.
    Nowhere,
}

impl Delivered {
    /// What a command ends with that would end so if its result had been written. A finding stands; what was asked for and
    /// is not there is never a success.
    pub(super) fn exit(self, exit: Exit) -> Exit {
        match (self, exit) {
            (Delivered::AsAsked, exit) => exit,
            (Delivered::Elsewhere | Delivered::Nowhere, Exit::Fine) => Exit::Incomplete,
            (Delivered::Elsewhere | Delivered::Nowhere, exit) => exit,
        }
    }

    /// With something else that was to be written, too; what could not be is told.
    pub(super) fn and<E: std::fmt::Display>(self, written: Result<(), E>) -> Delivered {
        match written {
            Ok(()) => self,
            Err(error) => {
                say::message(format_args!("error: {error}"));
                match self {
                    Delivered::AsAsked | Delivered::Elsewhere => Delivered::Elsewhere,
                    Delivered::Nowhere => Delivered::Nowhere,
                }
            }
        }
    }
}

/// Prints a text; styles are dropped where standard output is not a terminal.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = anstream::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| CliError::File {
            what: "standard output".into(),
            source,
        }),
    }
}

/// Refuses a file that must not be replaced, before there is anything to put into it.
pub(super) fn may_write(to: Option<&Path>) -> Result<(), CliError> {
    let checked = to.map(output_file::may_write).transpose();
    checked
        .map(drop)
        .map_err(|refused| OutputError::from(refused).into())
}

/// Puts a report where it was asked for: into a file, or on standard output.
pub(super) fn deliver(
    report: &Shown,
    format: ReportFormat,
    fail_on: FailOn,
    to: Option<&Path>,
) -> Delivered {
    let rendered = match format {
        ReportFormat::Text => text::render(report),
        ReportFormat::Json => json(report),
        ReportFormat::Html => html::render(report),
        ReportFormat::Markdown => markdown::render(report),
        ReportFormat::Junit => junit::render(report, fail_on.severity()),
    };
    put(&rendered, to)
}

/// Puts a text into a file, or on standard output. It is never lost where it can be shown: what cannot be written into the
/// file goes to standard output, and what cannot be written there to standard error.
pub(super) fn put(text: &str, to: Option<&Path>) -> Delivered {
    let into_file = to.map(|path| write(path, text));
    let told = match into_file {
        Some(Ok(())) => return Delivered::AsAsked,
        Some(Err(error)) => {
            say::message(format_args!(
                "error: {error}; standard output has it instead"
            ));
            true
        }
        None => false,
    };
    match print(text) {
        Ok(()) if told => Delivered::Elsewhere,
        Ok(()) => Delivered::AsAsked,
        Err(error) => {
            say::message(format_args!(
                "error: {error}; standard error has it instead"
            ));
            let shown = anstream::stderr().lock().write_all(text.as_bytes());
            shown.map_or(Delivered::Nowhere, |()| Delivered::Elsewhere)
        }
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a report has no maps with other keys than strings")
        + "\n"
}

/// Writes a text to a file, without styles; a regular file is whole or as it was.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let plain = anstream::adapter::strip_str(text).to_string();
    Ok(output_file::write(path, plain.as_bytes())?)
}
