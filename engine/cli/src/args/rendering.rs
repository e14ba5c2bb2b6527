//! What is made of a report, and where it goes: the same for every command that has one.

use std::path::PathBuf;

use super::outputs::{Output, OutputsError, To, outputs};
use crate::CliError;
use crate::output::{self, FailOn, ReportFormat};
use model::finding::Owner;
use model::redaction::Level;
use settings::choices::one_of;

#[derive(clap::Args, Debug, Default)]
pub(crate) struct Rendering {
    /// Format of the report [default: from the ending of the file, else text]; several formats belong to several -o, in
    /// the same order
    #[arg(long, help_heading = "Report")]
    pub(crate) format: Vec<ReportFormat>,
    /// Add the dialogue with its times, and what to do about notes, to the text
    #[arg(long, help_heading = "Report")]
    pub(crate) verbose: bool,
    /// Print the message for this owner instead of the report
    #[arg(
        long,
        help_heading = "Report",
        value_name = "OWNER",
        conflicts_with_all = ["format", "verbose"],
        value_parser = one_of::<Owner>()
    )]
    pub(crate) message: Option<Owner>,
    /// Write the report to this file, and only the verdict to standard output (repeatable: -o report.html -o junit.xml); - is
    /// standard output
    #[arg(short, long, help_heading = "Report", value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// What makes the exit code 1, and a failure in JUnit XML
    #[arg(long, help_heading = "Report", default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// Who the report is for; placeholders replace private names and addresses [default: internal]
    #[arg(long, help_heading = "Report", value_name = "LEVEL", value_parser = one_of::<Level>())]
    pub(crate) redact: Option<Level>,
    /// The settings file that the check is about: where services of code show what is wrong.
    #[arg(skip)]
    pub(crate) settings_file: Option<String>,
}

impl Rendering {
    /// Which format goes where. Of a message to one owner, the place alone counts.
    ///
    /// # Errors
    /// Formats and files do not fit each other.
    pub(crate) fn outputs(&self) -> Result<Vec<Output>, OutputsError> {
        if self.message.is_none() {
            return outputs(&self.format, &self.output);
        }
        match self.output.as_slice() {
            [] | [_] => Ok(vec![Output {
                format: ReportFormat::Text,
                to: self.output.first().map_or(To::StandardOutput, To::of),
            }]),
            [_, _, ..] => Err(OutputsError::OneMessage),
        }
    }

    /// Refuses what cannot be rendered or written, before there is a report.
    ///
    /// # Errors
    /// What is wrong with the options.
    pub(crate) fn is_possible(&self) -> Result<(), CliError> {
        let outputs = self.outputs()?;
        let is_text = |it: &Output| it.format == ReportFormat::Text;
        if self.verbose && !outputs.iter().any(is_text) {
            return Err(CliError::Usage(format!(
                "--verbose is for --format text, but the format is {}",
                dialogue(outputs.first().map_or(ReportFormat::Text, |it| it.format))
            )));
        }
        for output in &outputs {
            if let To::File(path) = &output.to {
                output::may_write(Some(path))?;
            }
        }
        Ok(())
    }
}

/// What a format has of the dialogue.
fn dialogue(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Text => "which has it with --verbose",
        ReportFormat::Json | ReportFormat::Html => "which contains the dialogue anyway",
        ReportFormat::Markdown
        | ReportFormat::Ticket
        | ReportFormat::Junit
        | ReportFormat::Sarif
        | ReportFormat::Github => "which has no dialogue",
    }
}
