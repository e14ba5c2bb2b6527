//! Results go to standard output or to a file; styles only where somebody sees them.

use std::io::Write;
use std::path::Path;

use super::CliError;
use super::args::Format;
use crate::report::{Report, text};

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
pub(super) fn deliver(report: &Report, format: Format, to: Option<&Path>) -> Result<(), CliError> {
    let rendered = rendered(report, format);
    match to {
        Some(path) => write(path, &rendered),
        None => print(&rendered),
    }
}

/// A report in a format.
fn rendered(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text::render(report),
        Format::Json => json(report),
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
    std::fs::write(&unfinished, plain).map_err(file)?;
    std::fs::rename(&unfinished, path).map_err(file)
}
