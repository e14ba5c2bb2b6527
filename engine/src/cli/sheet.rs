//! `remote-doctor sheet`, and the look-ups of `check --sheet`.

use std::path::Path;

use jiff::Timestamp;

use super::args::{Format, SheetArgs};
use super::progress::patiently;
use super::{CliError, Exit, input, output, say};
use crate::builtin::Catalogue;
use crate::net::Resolver;
use crate::redact::redact;
use crate::report::{self, Report};
use crate::run::Record;
use crate::settings::Check;
use crate::sheet::{self, AllowList, Look, Looks, SeenBy, Spell, State, StateError, Subject, Zone};

pub(super) async fn run(args: SheetArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let catalogue = patiently(false, Catalogue::built_in()).await?;
    let mut report = input::report(&args.report, &catalogue.facts)?;
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
        Format::Text => sheet::text::render(sheet),
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
            "the report is redacted, so nothing can be looked up of its addresses".into(),
        ));
    };
    let subjects = match saved {
        Some(sheet) => sheet.addresses.iter().map(Into::into).collect(),
        None => sheet::subjects(&remote, &report.facts, &report.facts_by_source),
    };
    if subjects
        .iter()
        .all(|subject: &Subject| subject.address().is_none())
    {
        let how = "nothing connected; run check again with --sheet, or with --source";
        return Err(CliError::Usage(format!(
            "the report does not say which address connections left from: {how}"
        )));
    }
    let resolver = Resolver::new(args.resolver)?;
    let mut looks = sheet::look_up(&resolver, subjects, args.policy_list.as_ref()).await;
    for (look, listed) in looks
        .iter_mut()
        .zip(saved.iter().flat_map(|it| &it.addresses))
    {
        look.spells = listed.spells.iter().filter_map(Spell::known).collect();
    }
    let looks = Looks {
        at: Timestamp::now(),
        policy_list: args.policy_list.clone(),
        looks,
    };
    Ok(AllowList::new(&looks, &remote, &report.facts))
}

/// Looks up what is asked of the source addresses of a run, and adds them to what the file of a state has by then. Says
/// whether that could be written.
pub(super) async fn look(
    check: &Check,
    record: &Record,
    zone: Option<&Zone>,
    file: Option<(&Path, State)>,
) -> Result<(Looks, Result<(), StateError>), CliError> {
    let (facts, by_source) = report::facts(record);
    let mut subjects = sheet::subjects(&check.remote, &facts, &by_source);
    for subject in &mut subjects {
        if subject.local.is_none() {
            subject.local = sheet::chosen_by_system(&check.remote, &facts);
        }
    }
    let resolver = Resolver::new(check.resolver)?;
    let mut looks = sheet::look_up(&resolver, subjects, zone).await;
    let at = Timestamp::now();
    let mut saved = Ok(());
    if let Some((path, mut known)) = file {
        saved = State::update(path, |state| add(&mut looks, check, at, state)).await;
        if saved.is_err() {
            // The report says what was seen, with what was known when the run began.
            add(&mut looks, check, at, &mut known);
        }
    }
    let looks = Looks {
        at,
        policy_list: zone.cloned(),
        looks,
    };
    Ok((looks, saved))
}

/// Adds what was seen to a state, and its history to what was seen.
fn add(looks: &mut [Look], check: &Check, at: Timestamp, state: &mut State) {
    for look in looks {
        let subject = &look.subject;
        let seen = match (subject.seen, subject.local) {
            (Some(seen), _) => (SeenBy::Remote, seen),
            // A private address says nothing about the one that is to be listed.
            (None, Some(local)) if ftp::special(local).is_none() => (SeenBy::Us, local),
            (None, _) => continue,
        };
        let spells = state.add(subject.source, &check.remote.host, seen, at);
        look.spells = spells.to_vec();
    }
}
