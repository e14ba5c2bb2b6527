//! `remote-doctor fleet report` and `fleet message`.

use super::args::{FleetFormat, FleetMessageArgs, FleetReportArgs};
use super::read::{Read, each_remote, summary};
use crate::progress::with_spinner;
use crate::{CliError, Exit, output, say};
use ::fleet::Summary;
use ::fleet::render::{self, Part};
use ::report::message as single;
use ::run::Probes;
use journal::WhichRun;

pub(super) async fn report(args: FleetReportArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let Read { journal, run } = Read::open(&args.journal.path()?, args.run)?;
    let earlier = match args.since {
        Some(number) => journal.run(WhichRun::Number(number))?,
        None => None,
    };
    let probes = with_spinner(false, Probes::built_in()).await?;
    let mut told = summary(&journal, &run, &probes)?;
    if let Some(earlier) = &earlier {
        told = told.since(&summary(&journal, earlier, &probes)?);
    }
    let text = rendered(&told, args.format());
    Ok(output::put(&text, args.output.as_deref()).exit(Exit::Fine))
}

pub(super) fn rendered(summary: &Summary, format: FleetFormat) -> String {
    match format {
        FleetFormat::Text => render::text(summary, output::width()),
        FleetFormat::Json => render::json(summary),
        FleetFormat::Html => render::html(summary),
        FleetFormat::Csv => render::csv(summary),
        FleetFormat::Markdown => render::markdown(summary),
        FleetFormat::Junit => render::junit(summary),
    }
}

pub(super) async fn message(args: FleetMessageArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let Read { journal, run } = Read::open(&args.journal.path()?, args.run)?;
    let probes = with_spinner(false, Probes::built_in()).await?;
    let mut parts = Vec::new();
    each_remote(&journal, &run, &probes, |remote, together| {
        let shown = together.and_then(|report| say::shown(report).ok());
        let message = shown.and_then(|shown| single::render(&shown, args.owner));
        parts.extend(message.map(|message| Part {
            remote: model::cleaner::line(&remote.name, 200),
            message,
        }));
    })?;
    let Some(text) = render::message(args.owner, &parts) else {
        let (run, owner) = (run.id, args.owner.title());
        say::line(format_args!(
            "Nothing to send: in run {run}, {owner} has nothing to do."
        ));
        return Ok(Exit::Fine);
    };
    Ok(output::put(&text, args.output.as_deref()).exit(Exit::Fine))
}
