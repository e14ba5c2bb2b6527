//! Results go to standard output or to a file; styles only where somebody sees them.

use std::io::Write;
use std::path::Path;

use super::args::outputs::{Output, To};
use super::args::rendering::Rendering;
use super::{CliError, Exit, say};
use files::output_file;
use files::output_file::OutputError;
use model::cleaner;
use model::finding::Severity;
use report::style::Width;
use report::{Shown, github, html, junit, markdown, message, sarif, text, ticket, transcript};

/// No path is shown longer, in characters.
const PATH: usize = 1_024;

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal
    #[default]
    Text,
    /// For programs; `remote-doctor schema report` prints the schema
    Json,
    /// One file for a browser; it also contains the JSON
    Html,
    /// For documents, and for tickets that accept it
    Markdown,
    /// At most 25 lines of plain text, for a ticket
    Ticket,
    /// JUnit XML, for CI; the names of tests stay the same in every run
    Junit,
    /// SARIF 2.1.0, for services that show findings next to code
    Sarif,
    /// Annotations of GitHub Actions, one per line
    Github,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// What is said on standard output of a report that goes into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The verdict, and where the report is.
    Verdict,
    Nothing,
}

/// Puts a report in its formats, or the message to one owner, where it was asked for: into files, or on standard output.
pub(super) fn deliver(report: &Shown, rendering: &Rendering, told: Told) -> Delivered {
    let outputs = match rendering.outputs() {
        Ok(outputs) => outputs,
        Err(error) => return Delivered::Nowhere.and(Err(error)),
    };
    let mut delivered = Delivered::AsAsked;
    for output in &outputs {
        let Some(text) = made(report, rendering, output) else {
            return Delivered::AsAsked;
        };
        let to = match &output.to {
            To::StandardOutput => None,
            To::File(path) => Some(path.as_path()),
        };
        delivered = delivered.max(put(&text, to));
    }
    match (told, delivered) {
        (Told::Verdict, Delivered::AsAsked) => delivered.and(tell(report, &outputs)),
        (Told::Verdict | Told::Nothing, _) => delivered,
    }
}

/// The report in a format, or the message; nothing where there is none, which is told.
fn made(report: &Shown, rendering: &Rendering, output: &Output) -> Option<String> {
    let Some(owner) = rendering.message else {
        return Some(rendered(report, rendering, output));
    };
    let text = message::render(report, owner);
    if text.is_none() {
        say::line(message::nothing_for(owner, report));
    }
    text
}

fn rendered(report: &Shown, rendering: &Rendering, output: &Output) -> String {
    let settings_file = rendering.settings_file.as_deref();
    match output.format {
        ReportFormat::Text => {
            let width = match &output.to {
                To::StandardOutput => width(),
                // Nobody knows where a file is read.
                To::File(_) => Width::USUAL,
            };
            let mut out = match rendering.verbose {
                true => text::in_full(report, width),
                false => text::render(report, width),
            };
            if rendering.verbose {
                out.push_str(&transcript::render(report, width));
            }
            out.push('\n');
            out.push_str(&message::offer(report).unwrap_or_default());
            if !rendering.verbose {
                out.push_str("Add --verbose to see the dialogue with the server, and what to do about notes.\n");
            }
            out
        }
        ReportFormat::Json => json(report),
        ReportFormat::Html => html::render(report),
        ReportFormat::Markdown => markdown::render(report),
        ReportFormat::Ticket => ticket::render(report),
        ReportFormat::Junit => junit::render(report, rendering.fail_on.severity()),
        ReportFormat::Sarif => sarif::render(report, settings_file),
        ReportFormat::Github => github::render(report, settings_file),
    }
}

/// The verdict and the paths. Only of regular files: what else a report is written to may be standard output itself.
fn tell(report: &Shown, outputs: &[Output]) -> Result<(), CliError> {
    let mut paths = Vec::new();
    for output in outputs {
        let To::File(path) = &output.to else {
            return Ok(());
        };
        if !std::fs::symlink_metadata(path).is_ok_and(|it| it.is_file()) {
            return Ok(());
        }
        paths.push(cleaner::line(&path.display().to_string(), PATH));
    }
    let Some((last, before)) = paths.split_last() else {
        return Ok(());
    };
    let paths = match before {
        [] => last.clone(),
        before => format!("{} and {last}", before.join(", ")),
    };
    print(&(text::verdict(report, width()) + "\n"))?;
    print(&format!("The report is in {paths}.\n"))
}

/// As wide as the terminal; what is no terminal gets the usual width. `COLUMNS` says otherwise (POSIX, Environment Variables).
pub(super) fn width() -> Width {
    let said = std::env::var("COLUMNS").ok();
    let said = said.and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
    match said.or_else(seen) {
        Some(columns) if columns > 0 => Width::of_terminal(columns.into()),
        Some(_) | None => Width::USUAL,
    }
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
