//! What the remote can be used for, stated as facts.

use probe_sdk::{Declaration, Run, value};

use crate::ability::{Abilities, Ability};
use crate::facts;

/// One need of a use: an ability, and what is the case without it.
type Need<'a> = (&'a Ability, &'a str);

/// Push, pull, two-way synchronisation by time, and a mount.
pub(crate) fn note(run: &mut Run, abilities: &Abilities) {
    let no_upload = (&abilities.upload, "files cannot be uploaded");
    let no_large = (&abilities.large_upload, "longer files cannot be uploaded");
    let no_overwrite = (&abilities.overwrite, "existing files cannot be replaced");
    let no_download = (&abilities.download, "files cannot be downloaded");
    let no_delete = (&abilities.delete, "files cannot be deleted");
    let no_rename = (&abilities.rename, "files cannot be renamed");
    let no_listing = (&abilities.listed, "uploaded files do not show in listings");
    let no_stay = (&abilities.stays, "the server takes uploaded files away");
    let no_mkdir = (&abilities.make_directory, "directories cannot be made");
    let no_rmdir = (&abilities.remove_directory, "directories cannot be removed");
    let no_times = (&abilities.set_times, "the server cannot set times");
    let no_reading = (&abilities.read_times, "the server does not tell times");
    let no_resume = (
        &abilities.resume_download,
        "a file cannot be read from its middle on",
    );

    let push = [no_upload, no_large, no_overwrite];
    let pull = [no_download];
    let two_way = [
        no_upload,
        no_large,
        no_stay,
        no_overwrite,
        no_download,
        no_delete,
        no_listing,
        no_mkdir,
        no_reading,
        no_times,
    ];
    let mount = [
        no_upload,
        no_large,
        no_stay,
        no_overwrite,
        no_download,
        no_delete,
        no_listing,
        no_rename,
        no_mkdir,
        no_rmdir,
        no_resume,
    ];
    note_use(run, facts::PUSH, &push, &[no_rename]);
    note_use(run, facts::PULL, &pull, &[no_delete]);
    note_use(run, facts::TWO_WAY_SYNC, &two_way, &[]);
    note_use(run, facts::MOUNT, &mount, &[no_times]);
}

/// `wanted` is what only some ways of that use need.
fn note_use(run: &mut Run, fact: Declaration, needed: &[Need<'_>], wanted: &[Need<'_>]) {
    let missing = |needs: &[Need<'_>]| -> Option<String> {
        let fails = |(ability, _): &&Need<'_>| matches!(ability, Ability::Fails(_));
        needs
            .iter()
            .find(fails)
            .map(|(_, without)| (*without).to_string())
    };
    let unknown = needed
        .iter()
        .any(|(ability, _)| *ability == &Ability::Unknown);
    let words = match (missing(needed), missing(wanted)) {
        (Some(without), _) => format!("not possible: {without}"),
        (None, _) if unknown => "not known: not everything that it needs could be checked".into(),
        (None, Some(without)) => format!("possible, but {without}"),
        (None, None) => "possible".into(),
    };
    run.note(fact, value::text(words));
}
