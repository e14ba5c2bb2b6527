//! `remote-doctor report`: a saved report in another format, or the message to one owner.

use std::path::PathBuf;

use super::args::rendering::Rendering;
use super::output::{self, Told};
use super::progress::with_spinner;
use super::{CliError, Exit, input, say};
use report::clients::judge_for;
use report::redact::redact;
use run::Probes;

#[derive(clap::Args, Debug)]
pub(crate) struct ReportArgs {
    /// A report from `check --format json` or `check --format html`
    #[arg(value_name = "FILE")]
    report: PathBuf,
    #[command(flatten)]
    rendering: Rendering,
    /// Say first whether the remote works in this client, such as filezilla or files-com (repeatable)
    #[arg(long, value_name = "NAME")]
    client: Vec<String>,
    /// Show first what changed since this earlier report of the same remote
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

pub(super) async fn run(args: &ReportArgs) -> Result<Exit, CliError> {
    let rendering = &args.rendering;
    rendering.is_possible()?;
    let probes = with_spinner(false, Probes::built_in()).await?;
    let mut report = input::report(&args.report, probes.codes.facts())?;
    if let Some(path) = &args.baseline {
        report.changes = Some(input::baseline(path, None)?.changes(&report)?);
    }
    let mut report = redact(report, rendering.redact)?;
    judge_for(&mut report, &super::clients::known(None)?, &args.client)?;
    let report = say::shown(report)?;
    let delivered = output::deliver(&report, rendering, Told::Verdict);
    Ok(delivered.exit(Exit::Fine))
}
