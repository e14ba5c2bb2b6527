//! Renaming, and directories.

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::wording::names_full_store;
use probe_sdk::{Finding, Run};

use crate::ability::{Abilities, Ability};
use crate::workspace::{Broken, Removal, Workspace};
use crate::{DELETE_DENIED, DIRECTORY_CREATE_DENIED, RENAME_DENIED, WRITE_DENIED};

/// Renames a file, and then onto another one of ours, the empty file that is uploaded for that.
pub(crate) fn rename(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    file: String,
) -> Result<(), Broken> {
    let other = work.file("-renamed");
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
            let other = work.file("-renamed");
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
    if work.exists(from)? {
        let detail = "A file that was just uploaded cannot be renamed. Clients that upload under a temporary name, and \
                      most do, leave that name behind.";
        run.found(Finding::new(RENAME_DENIED, detail).evidence("reply", reply));
    } else {
        work.is_gone(from);
        let reason = "the file was taken away before it could be renamed";
        run.not_applicable("renaming", &[RENAME_DENIED], reason);
    }
    Ok(false)
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
        abilities.make_directory = Ability::fails(&reply);
        if matches!(reply.code, 452 | 552) || names_full_store(&reply) {
            let reason = "there is no room on the server";
            run.behind_fault("making directories", &[DIRECTORY_CREATE_DENIED], reason);
            return Ok(());
        }
        let detail = "The server refuses to make a directory.";
        run.found(Finding::new(DIRECTORY_CREATE_DENIED, detail).evidence("reply", reply));
        return Ok(());
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
