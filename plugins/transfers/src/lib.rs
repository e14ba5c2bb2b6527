//! Writes on the remote, if the user permits it: uploads, downloads and compares, resumes, sets times, renames, makes
//! directories, deletes. All of it has a name that nobody has used, and is removed again.

mod ability;
mod content;
mod denied;
mod download;
mod facts;
mod mtu;
mod names;
mod removal;
mod times;
mod upload;
mod uses;
mod workspace;

use probe_sdk::halt::{CLOSES_SESSION, STOPS_ANSWERING};
use probe_sdk::session::{Method, Offer, Payload, Session};
use probe_sdk::{
    About, Capability, Code, Depth, ENTERED, Failure, MALFORMED_REPLY, OUT_OF_STEP, Probe, Run,
    name, shared, state, value, writes,
};

use ability::Abilities;
use workspace::{Broken, Workspace};

probe_sdk::codes! {
    WRITE_DENIED = "ftp.write-denied";
    QUOTA_EXCEEDED = "ftp.quota-exceeded";
    DELETE_DENIED = "ftp.delete-denied";
    RENAME_DENIED = "ftp.rename-denied";
    DIRECTORY_CREATE_DENIED = "ftp.directory-create-denied";
    TIMES_NOT_SETTABLE = "ftp.times-not-settable";
    CLOCK_OFFSET = "ftp.clock-offset";
    RESUME_BROKEN = "ftp.resume-broken";
    ZERO_BYTE = "data.zero-byte-upload";
    NAME_RULES = "ftp.name-rules";
}

/// Fewer bytes than were sent, or other ones.
const TRUNCATED: Code = Code::of_another("data.truncated");
/// Large packets vanish on the way.
const MTU_BLACKHOLE: Code = Code::of_another("net.mtu-blackhole");
/// What the server gave out to resume TLS sessions with ran out.
const REUSE_BROKEN: Code = Code::of_another("ftps.session-reuse-broken");

/// A moment's trouble.
const UNAVAILABLE: Code = Code::of_another("service.unavailable");

/// What the checks are called where they were not made.
const CHECKS: &str = "uploads, deleting, renaming, directories, times and resuming";

struct Transfers;

impl Probe for Transfers {
    const ABOUT: About = About {
        summary: "uploads, downloads, deleting, renaming, directories and file times",
        consumes: Some(state::LOGGED_IN),
        requires: &[state::TRANSFERRING],
        from_depth: Depth::Standard,
        capabilities: &[
            Capability::Connect,
            Capability::Data,
            Capability::Speak,
            Capability::Read,
            Capability::Write,
            Capability::Login,
        ],
        codes: CODES,
        also_reports: &[
            TRUNCATED,
            REUSE_BROKEN,
            MTU_BLACKHOLE,
            MALFORMED_REPLY,
            STOPS_ANSWERING,
            CLOSES_SESSION,
            OUT_OF_STEP,
        ],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let left = run.texts(writes::LEFT).to_vec();
        if !left.is_empty() {
            removal::of_what_is_left(run, &left);
            return Ok(());
        }
        let Some(name) = permitted(run) else {
            return Ok(());
        };
        let mut work = Workspace::new(Session::taken(run)?, name, preferred(run));
        let mut abilities = Abilities::default();
        if let Err(Broken(why)) = look(run, &mut work, &mut abilities) {
            rest_untested(run, &why);
        }
        abilities.note(run);
        run.note(facts::FURTHER_SESSIONS, value::number(work.renewals));
        uses::note(run, &abilities);
        run.rest_clear(CODES);
        if run.request().depth == Depth::Standard && !run.has_fact(name::DATA_REUSE_REQUIRED) {
            full_handshake(run, &mut work);
        }
        if work.session.usable {
            work.session.control.settle();
            run.provide(
                state::LOGGED_IN,
                Some(work.session.control.into_connection()),
            );
        }
        Ok(())
    }
}

probe_sdk::export!(Transfers);

/// One listing that offers no session to resume, as clients do that cannot. It is the last thing that is asked of the session:
/// some servers end one over a handshake that they refuse.
fn full_handshake(run: &mut Run, work: &mut Workspace) {
    let session = &mut work.session;
    if !session.tls || !session.usable {
        return;
    }
    let Ok(Offer::Port { port, .. }) = session.ask(preferred(run), "LIST") else {
        return;
    };
    let Ok(data) = session.connect(port) else {
        session.usable = false;
        return;
    };
    session.resume = false;
    let went = session.transfer(data, "LIST", Payload::Receive { most: 64 * 1024 });
    session.resume = true;
    match went {
        Ok(listed) if !listed.resumed() => run.note(shared::REUSE_REQUIRED, value::flag(false)),
        Ok(_) => {}
        Err(refusal) => {
            session.usable = false;
            if refusal.session.is_some() || refusal.reply.is_some() {
                run.note(shared::REUSE_REQUIRED, value::flag(true));
            }
        }
    }
}

/// The way to ask for data ports that works, where one of the two was found not to.
fn preferred(run: &Run) -> Method {
    match run.text(name::DATA_METHOD) {
        Some("PASV") => Method::Pasv,
        _ => Method::Epsv,
    }
}

/// What every name begins with, if anything may be written at all.
fn permitted(run: &mut Run) -> Option<String> {
    let Some(name) = writes::name() else {
        let withheld = run.text(writes::WITHHELD).map(String::from);
        match withheld {
            Some(why) => run.could_not_look(CHECKS, CODES, &why),
            None => run.not_permitted(CHECKS, CODES, "--allow-writes was not given"),
        }
        return None;
    };
    let astray = run.remote().remote_path.is_some() && !run.has_fact(ENTERED);
    if astray {
        let reason = "the check could not enter the remote path, and it writes nowhere else";
        run.behind_fault(CHECKS, CODES, reason);
        return None;
    }
    Some(name)
}

/// Everything, in an order in which a server that never deletes keeps as little as possible.
fn look(run: &mut Run, work: &mut Workspace, abilities: &mut Abilities) -> Result<(), Broken> {
    if let Err(broken) = work.binary() {
        // The session that was handed on had ended unnoticed: some servers end one over a data connection they refuse.
        if !work.reopened(|_| ()) {
            return Err(broken);
        }
    }
    let looked = look_at_files(run, work, abilities);
    if work.session.usable {
        names::directory(run, work, abilities)?;
        removal::of_everything(run, work, abilities)?;
    }
    looked
}

fn look_at_files(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<(), Broken> {
    let Some(file) = upload::small(run, work, abilities)? else {
        return Ok(());
    };
    times::look(run, work, abilities, &file)?;
    let file = match upload::large(run, work, abilities, file)? {
        Some(file) => {
            download::resumed(run, work, abilities, &file)?;
            download::listed(run, work, abilities, &file)?;
            if run.request().depth == Depth::Full {
                upload::resumed(run, work, abilities)?;
            }
            file
        }
        None => return names::rename_what_is_there(run, work, abilities),
    };
    names::rename(run, work, abilities, file)
}

/// The session broke off: behind a fault that was found, or for reasons unknown.
fn rest_untested(run: &mut Run, why: &str) {
    let found = run.found_of(CODES).or(run.found_of(&[
        TRUNCATED,
        REUSE_BROKEN,
        STOPS_ANSWERING,
        CLOSES_SESSION,
    ]));
    match found {
        Some(code) => {
            let reason = format!("blocked by {}: {why}", code.name);
            run.behind_fault("the rest of the write checks", CODES, &reason);
        }
        None => run.could_not_look("the rest of the write checks", CODES, why),
    }
}
