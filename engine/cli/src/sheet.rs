//! `remote-doctor sheet`, and the look-ups of `check --sheet`.

use jiff::Timestamp;

use super::args::{Format, SheetArgs};
use super::progress::with_spinner;
use super::{CliError, Exit, input, output, say};
use allow_list::{AddressLookUps, AllowList, Interval, SourceAddress};
use host::net::Resolver;
use report::Report;
use report::redact::redact;
use run::Probes;

pub(super) async fn run(args: SheetArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let probes = with_spinner(false, Probes::built_in()).await?;
    let mut report = input::report(&args.report, probes.codes.facts())?;
    let again = args.policy_list.is_some() || args.resolver.is_some();
    if report.allow_list.is_none() || again {
        let sheet = look_again(&report, report.allow_list.as_ref(), &args).await?;
        report.allow_list = Some(sheet);
    }
    // As a part of the report, so that what is known of others there is taken out here, too.
    let report = say::shown(redact(report, args.redact)?)?;
    let Some(sheet) = &report.allow_list else {
        return Ok(Exit::Fine);
    };
    let rendered = match args.format {
        Format::Text => ::report::allow_list::render(sheet),
        Format::Json => output::json(sheet),
    };
    let delivered = output::put(&rendered, args.output.as_deref());
    Ok(delivered.exit(Exit::Fine))
}

/// The look-ups need no connection to the remote, so they can be made for a report that has none. What this machine calls
/// itself is not asked: the report may be from another.
async fn look_again(
    report: &Report,
    saved: Option<&AllowList>,
    args: &SheetArgs,
) -> Result<AllowList, CliError> {
    let remote = report.remote.known();
    let Some(remote) = remote.filter(|_| report.redaction.is_none()) else {
        return Err(CliError::Usage(
            "the report is redacted, so nothing can be looked up about its addresses".into(),
        ));
    };
    let subjects = match saved {
        Some(sheet) => sheet.addresses.iter().map(Into::into).collect(),
        None => allow_list::subjects(&remote, &report.facts, &report.facts_by_source),
    };
    if subjects
        .iter()
        .all(|subject: &SourceAddress| subject.address().is_none())
    {
        let how = "nothing connected; run check again with --sheet, or with --source";
        return Err(CliError::Usage(format!(
            "the report does not say which address connections left from: {how}"
        )));
    }
    let resolver = Resolver::new(args.resolver)?;
    let mut looks = doctor::look_up(&resolver, subjects, args.policy_list.as_ref()).await;
    for (look, listed) in looks
        .iter_mut()
        .zip(saved.iter().flat_map(|it| &it.addresses))
    {
        look.spells = listed.spells.iter().filter_map(Interval::known).collect();
    }
    let looks = AddressLookUps {
        at: Timestamp::now(),
        policy_list: args.policy_list.clone(),
        looks,
    };
    Ok(AllowList::new(&looks, &remote, &report.facts))
}
