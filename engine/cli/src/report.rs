//! `remote-doctor report`: a saved report in another format, or the message to one owner.

use crate::choices::one_of;
use std::path::PathBuf;

use super::output::{self, Delivered, FailOn, ReportFormat};
use super::progress::patiently;
use super::{CliError, Exit, input, say};
use model::finding::Owner;
use model::redaction::Level;
use report::redact::redact;
use report::{Report, message};
use run::Probes;

#[derive(clap::Args, Debug)]
pub(crate) struct ReportArgs {
    /// A report that `check --format json` or `check --format html` wrote
    #[arg(value_name = "FILE")]
    report: PathBuf,
    /// Format of the report
    #[arg(long, default_value = "text")]
    format: ReportFormat,
    /// Print what is to be sent to this owner in place of the report
    #[arg(long, value_name = "OWNER", conflicts_with = "format", value_parser = one_of::<Owner>())]
    message: Option<Owner>,
    /// Whom the report is for: private names and addresses are replaced by tokens [default: internal]
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<Level>())]
    redact: Option<Level>,
    /// Say first what changed since this earlier report of the same remote
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What is a failure in JUnit XML
    #[arg(long, default_value = "error")]
    fail_on: FailOn,
}

pub(super) async fn run(args: &ReportArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let probes = patiently(false, Probes::built_in()).await?;
    let mut report = input::report(&args.report, probes.codes.facts())?;
    if let Some(path) = &args.baseline {
        report.changes = Some(input::baseline(path, None)?.changes(&report)?);
    }
    let report = say::shown(redact(report, args.redact)?)?;
    let to = args.output.as_deref();
    let delivered = match args.message {
        None => output::deliver(&report, args.format, args.fail_on, to),
        Some(owner) => match message::render(&report, owner) {
            Some(text) => output::put(&text, to),
            None => {
                say::line(nothing_for(owner, &report));
                Delivered::AsAsked
            }
        },
    };
    Ok(delivered.exit(Exit::Fine))
}

/// Nothing to send is an answer, too.
fn nothing_for(owner: Owner, report: &Report) -> String {
    let others: Vec<String> = message::owners(report)
        .iter()
        .map(ToString::to_string)
        .collect();
    match others.is_empty() {
        true => format!("nothing to send to {owner}, nor to anybody else"),
        false => format!(
            "nothing to send to {owner}; there is a message for {}",
            others.join(", ")
        ),
    }
}
