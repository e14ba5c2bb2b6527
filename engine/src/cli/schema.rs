//! `remote-doctor schema`: the forms of the files it reads and writes, for programs.

use super::{CliError, Exit, output};
use crate::report::schema;

/// What has a JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Subject {
    /// The report of `check --format json`
    Report,
}

pub(super) fn run(subject: Subject) -> Result<Exit, CliError> {
    let schema = match subject {
        Subject::Report => schema::report(),
    };
    output::print(&output::json(&schema))?;
    Ok(Exit::Fine)
}
