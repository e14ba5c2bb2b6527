//! `remote-doctor compare`.

use super::args::CompareArgs;
use super::output::{self, Told};
use super::{CliError, Exit, check, input, say};
use report::Taken;
use report::redact::redact;
use run::Probes;

pub(super) async fn run(args: &CompareArgs) -> Result<Exit, CliError> {
    let rendering = &args.rendering;
    rendering.is_possible()?;
    let probes = Probes::built_in().await?;
    let taken = args
        .reports
        .iter()
        .map(|path| {
            let place = path.file_stem().unwrap_or(path.as_os_str());
            Ok(Taken {
                place: place.to_string_lossy().into_owned(),
                report: input::report(path, probes.codes.facts())?,
            })
        })
        .collect::<Result<Vec<Taken>, CliError>>()?;
    let report = report::merge(&taken, &probes.codes)?;
    let exit = check::exit(&report, rendering);
    let report = say::shown(redact(report, rendering.redact)?)?;
    let delivered = output::deliver(&report, rendering, Told::Verdict);
    Ok(delivered.exit(exit))
}
