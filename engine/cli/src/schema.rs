//! `remote-doctor schema`: the forms of the files it reads and writes, for programs.

use super::{CliError, Exit, output};
use report::schema;

/// What has a JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Subject {
    /// The report of `check --format json`
    Report,
    /// The settings file of one remote (remote.toml)
    Remote,
}

pub(super) fn run(subject: Subject) -> Result<Exit, CliError> {
    let schema = match subject {
        Subject::Report => schema::report(),
        Subject::Remote => settings::schema(),
    };
    output::print(&output::json(&schema))?;
    Ok(Exit::Fine)
}
