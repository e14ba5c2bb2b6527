//! Renaming, and directories.

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::{Finding, Run, quoted};

use crate::ability::{Abilities, Ability};
use crate::workspace::{Broken, Part, Removal, Workspace};
use crate::{DELETE_DENIED, DIRECTORY_CREATE_DENIED, RENAME_DENIED, WRITE_DENIED};

/// Renames a file, and then onto another one of ours, the empty file that is uploaded for that.
pub(crate) fn rename(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    file: String,
) -> Result<(), Broken> {
    let other = work.file(Part::Renamed);
    let renamed = renames(run, work, abilities, &file, &other)?;
    // Where the first name is free again, the empty file has it, so that there are never more than two.
    let (from, onto) = match renamed {
        true => (other, file),
        false => (file, other),
    };
    let empty = match work.store("STOR", &onto, b"") {
        Ok(()) => Ability::Works,
        Err(trouble) => Ability::fails(trouble.words()),
    };
    let there = empty == Ability::Works;
    abilities.empty_upload = empty;
    if renamed && there {
        abilities.rename_over = match moved(work, &from, &onto)? {
            None => Ability::Works,
            Some(reply) => Ability::fails(reply),
        };
    }
    Ok(())
}

/// The refusal of a directory, and what becomes of one with another name.
fn directory_refused(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    reply: &Reply,
) -> Result<(), Broken> {
    let codes = &[DIRECTORY_CREATE_DENIED];
    abilities.make_directory = Ability::fails(reply);
    if refusal::reason(reply) == Reason::Full {
        let reason = "there is no room on the server";
        run.behind_fault("making directories", codes, reason);
        return Ok(());
    }
    if let Some(why) = no_right(reply) {
        run.not_applicable("making directories", codes, &why);
        return Ok(());
    }
    let other = work.other_directory();
    work.makes(&other);
    let again = work.patiently(&format!("MKD {other}"))?;
    if again.is_positive() || work.enters(&other)? {
        abilities.make_directory = Ability::Works;
        if let Removal::Refused(reply) = work.remove("RMD", &other)? {
            crate::removal::found(run, "directory", &other, &reply);
        }
        let reason = "one of our names is refused, and another one is not";
        run.not_applicable("making directories", codes, reason);
        return Ok(());
    }
    work.is_gone(&other);
    let detail = "The server refuses to create a directory, whatever its name.";
    let finding = Finding::new(DIRECTORY_CREATE_DENIED, detail).evidence("reply", reply);
    run.found(finding.evidence("to another name", again));
    Ok(())
}

/// The same for whatever file is there, where longer ones cannot be.
pub(crate) fn rename_what_is_there(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<(), Broken> {
    if !work.session.usable {
        return Ok(());
    }
    for path in work.made() {
        if work.exists(&path)? {
            let other = work.file(Part::Renamed);
            return renames(run, work, abilities, &path, &other).map(drop);
        }
        work.is_gone(&path);
    }
    let reason = "no file could be left on the remote to rename";
    run.behind_fault(
        "renaming and deleting",
        &[RENAME_DENIED, DELETE_DENIED],
        reason,
    );
    Ok(())
}

fn renames(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    from: &str,
    to: &str,
) -> Result<bool, Broken> {
    let Some(reply) = moved(work, from, to)? else {
        abilities.rename = Ability::Works;
        return Ok(true);
    };
    abilities.rename = Ability::fails(&reply);
    if !work.exists(from)? {
        work.is_gone(from);
        let reason = "the file disappeared before it could be renamed";
        run.not_applicable("renaming", &[RENAME_DENIED], reason);
        return Ok(false);
    }
    if let Some(why) = no_right(&reply) {
        run.not_applicable("renaming", &[RENAME_DENIED], &why);
        return Ok(false);
    }
    // A name of ours is a suspect before the right is.
    let otherwise = work.file(Part::RenamedOtherwise);
    match moved(work, from, &otherwise)? {
        None => {
            abilities.rename = Ability::Works;
            // Back, so that what follows finds it.
            if moved(work, &otherwise, from)?.is_some() {
                return Ok(false);
            }
            let reason = "one of our names is refused, and another one is not";
            run.not_applicable("renaming", &[RENAME_DENIED], reason);
        }
        Some(again) => {
            let detail = "A file that was just uploaded cannot be renamed. Most clients upload under a temporary \
            name, and the file keeps that name.";
            let finding = Finding::new(RENAME_DENIED, detail).evidence("reply", reply);
            run.found(finding.evidence("to another name", again));
        }
    }
    Ok(false)
}

/// Why a refusal says nothing of rights, if that is so.
fn no_right(reply: &Reply) -> Option<String> {
    match refusal::reason(reply) {
        Reason::UnknownCommand => {
            Some(format!("the server does not support it: {}", quoted(reply)))
        }
        Reason::Name => Some(format!("the server refuses the name: {}", quoted(reply))),
        Reason::Full => Some(format!("there is no room on the server: {}", quoted(reply))),
        Reason::NoRight
        | Reason::Missing
        | Reason::Exists
        | Reason::Empty
        | Reason::Type
        | Reason::InputOutput
        | Reason::TooMany
        | Reason::Busy
        | Reason::NotLoggedIn
        | Reason::Closing
        | Reason::Unclassified => None,
    }
}

/// Renames; the reply that refuses it, where one does.
fn moved(work: &mut Workspace, from: &str, to: &str) -> Result<Option<Reply>, Broken> {
    let ready = work.patiently(&format!("RNFR {from}"))?;
    if ready.code != 350 {
        return Ok(Some(ready));
    }
    let there_before = work.made().iter().any(|made| made == to);
    work.makes(to);
    let done = work.command(&format!("RNTO {to}"))?;
    if done.is_positive() {
        work.is_gone(from);
        return Ok(None);
    }
    if !there_before {
        work.is_gone(to);
    }
    Ok(Some(done))
}

/// Makes a directory, enters it and removes it.
pub(crate) fn directory(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<(), Broken> {
    if run.has_found(WRITE_DENIED) {
        return Ok(());
    }
    let path = work.directory();
    work.makes(&path);
    let reply = work.patiently(&format!("MKD {path}"))?;
    let enters = work.enters(&path)?;
    // RFC 959 appendix II: some say 521 or 550 for a directory that is there.
    if !reply.is_positive() && !enters {
        work.is_gone(&path);
        return directory_refused(run, work, abilities, &reply);
    }
    abilities.make_directory = Ability::Works;
    abilities.enter_directory = match enters {
        true => Ability::Works,
        false => Ability::fails("a directory that was made cannot be entered"),
    };
    abilities.remove_directory = match work.remove("RMD", &path)? {
        Removal::Done | Removal::Gone => Ability::Works,
        Removal::Refused(reply) => {
            crate::removal::found(run, "directory", &path, &reply);
            Ability::fails(reply)
        }
    };
    Ok(())
}
