//! Everything that was made is removed: at the end of the checks, and by a second instance where a first one could not.

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::session::{NotOpened, Opening, Session};
use probe_sdk::{Finding, Run, pause, quoted, writes};

use crate::DELETE_DENIED;
use crate::ability::{Abilities, Ability};
use crate::workspace::{Broken, Removal, Workspace};

/// What the name of a directory ends with, by which a second instance knows one.
pub(crate) const DIRECTORY: &str = "-d";
/// The length of a short name, in bytes.
const SHORT: usize = 8;
/// A server may still hold the session that broke off, or take its upload in, in milliseconds.
const SETTLING_MS: u32 = 1_500;
/// How often a session is asked for.
const TRIES: usize = 4;

/// Removes all files, and learns from that whether the server allows it.
pub(crate) fn of_everything(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<(), Broken> {
    let files = work.made().into_iter().filter(|path| !is_directory(path));
    for path in files {
        match work.remove("DELE", &path)? {
            Removal::Done => {
                if abilities.delete == Ability::Unknown {
                    abilities.delete = Ability::Works;
                }
            }
            Removal::Gone => {}
            Removal::Refused(reply) => {
                abilities.delete = Ability::fails(&reply);
                found(run, "file", &path, &reply);
            }
        }
    }
    if abilities.delete == Ability::Unknown && !run.has_found(DELETE_DENIED) {
        let reason = "there was no file to delete";
        run.not_applicable("deleting", &[DELETE_DENIED], reason);
    }
    Ok(())
}

/// The finding of something that cannot be removed.
pub(crate) fn found(run: &mut Run, what: &str, path: &str, reply: &Reply) {
    if run.has_found(DELETE_DENIED) {
        return;
    }
    if refusal::reason(reply) == Reason::UnknownCommand {
        let reason = format!("the server does not support it: {}", quoted(reply));
        return run.not_applicable("deleting", &[DELETE_DENIED], &reason);
    }
    let detail = format!(
        "A {what} that was just created cannot be removed. If files are deleted after copying, they are copied \
        again and again."
    );
    run.found(
        Finding::new(DELETE_DENIED, detail)
            .evidence("reply", reply)
            .evidence("left on the server", path),
    );
}

/// The short name alone is a directory's: files have an ending.
fn is_directory(path: &str) -> bool {
    let short = path.len() == SHORT && path.bytes().all(|byte| byte.is_ascii_alphanumeric());
    path.ends_with(DIRECTORY) || short
}

/// The whole of a second instance: a session of its own, in the directory of the first one.
pub(crate) fn of_what_is_left(run: &mut Run, left: &[String]) {
    let session = match opened(run) {
        Ok(session) => session,
        Err(why) => {
            for path in left {
                writes::not_removed(path, &format!("no session to remove it with: {why}"));
            }
            return;
        }
    };
    let mut work = Workspace::new(session, String::new(), crate::preferred(run));
    if let Err(Broken(why)) = twice(&mut work, left) {
        for path in work.made() {
            writes::not_removed(&path, &why);
        }
        return;
    }
    work.session.control.quit();
}

/// A second round, since the server may have ended the upload that broke off in the meantime, and kept it.
fn twice(work: &mut Workspace, left: &[String]) -> Result<(), Broken> {
    left.iter().for_each(|path| work.makes(path));
    for path in left {
        remove(work, path)?;
    }
    pause(SETTLING_MS);
    for path in left {
        remove(work, path)?;
    }
    Ok(())
}

fn remove(work: &mut Workspace, path: &str) -> Result<(), Broken> {
    let verb = if is_directory(path) { "RMD" } else { "DELE" };
    work.remove(verb, path).map(drop)
}

/// A session, asked for again where the server still counts the one that broke off.
fn opened(run: &Run) -> Result<Session, NotOpened> {
    let opening = Opening::like_the_first(run);
    let mut opened = Session::open(run, &opening);
    for _ in 1..TRIES {
        if !matches!(opened, Err(NotOpened::TooMany(_))) {
            break;
        }
        pause(SETTLING_MS);
        opened = Session::open(run, &opening);
    }
    opened
}
