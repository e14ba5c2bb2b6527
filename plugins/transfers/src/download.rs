//! Downloads of the large file, from its middle on, and whether it shows in the listing.

use probe_sdk::halt::{CLOSES_SESSION, STOPS_ANSWERING};
use probe_sdk::session::Payload;
use probe_sdk::{Decision, Finding, Run};

use crate::ability::{Abilities, Ability};
use crate::content::{self, Difference, MOST, difference};
use crate::workspace::{Broken, Trouble, Workspace};
use crate::{RESUME_BROKEN, TRUNCATED, mtu};

/// Where the download goes on: so near to the beginning that it is one of a large file, too.
const FROM: usize = 100;
/// A longer listing is not read to its end.
const LONGEST_LISTING: usize = 1024 * 1024;

/// The small file. What is lost on its way may have been lost by chance, and is asked for over another session.
pub(crate) fn small(run: &mut Run, work: &mut Workspace, path: &str) -> Result<Vec<u8>, Trouble> {
    let retrieve = format!("RETR {path}");
    let first = work.fetch(&retrieve, MOST);
    let (fetched, is_repeated) =
        work.once_more_where_lost(first, |work| work.fetch(&retrieve, MOST));
    if is_repeated
        && let Err(trouble) = &fetched
        && let Some(halt) = trouble.halt(work)
    {
        run.found(halt.repeated(halt.manner));
    }
    fetched
}

/// Asks for the large file from a point on, and for all of it where that is not given.
pub(crate) fn resumed(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    path: &str,
) -> Result<(), Broken> {
    let whole = content::large();
    if abilities.download != Ability::Works {
        let reason = "the file cannot be downloaded at all";
        run.not_applicable("resuming a download", &[RESUME_BROKEN], reason);
        return Ok(());
    }
    let retrieve = format!("RETR {path}");
    let receive = Payload::Receive { most: MOST };
    let (mut asked, mut moved) = work.resume(FROM, &retrieve, receive)?;
    if let Err(trouble) = &moved
        && trouble.stalled()
        && mtu::passes(work, |work| work.fetch(&retrieve, MOST))
    {
        mtu::found(run, "RETR");
        (asked, moved) = work.resume(FROM, &retrieve, receive)?;
    }
    let accepted = asked.code == 350;
    let download = moved.map(|moved| moved.bytes);
    let detail = match &download {
        Ok(received) if accepted && difference(&whole[FROM..], received).is_none() => {
            abilities.resume_download = Ability::Works;
            return Ok(());
        }
        Ok(received) if difference(&whole, received).is_none() => match accepted {
            true => {
                "The server agrees to resume a download, but then sends the file from the beginning. A client \
                that resumes gets a damaged file."
            }
            false => {
                "The server does not resume a download: an interrupted transfer has to start again from the \
                beginning."
            }
        },
        // Cut short is cut short, wherever it began.
        Ok(received) if !accepted || is_short(&whole[FROM..], received) => {
            damaged(run, abilities, &whole, received);
            return Ok(());
        }
        Err(trouble) if !accepted || !refused(trouble) => {
            broke(run, work, abilities, trouble);
            return Ok(());
        }
        // What came is something else, or nothing: from the beginning it may be another matter.
        Ok(_) | Err(_) => match work.fetch(&retrieve, MOST) {
            Ok(received) if difference(&whole, &received).is_none() => {
                "A resumed download fails or delivers different bytes, while a download of the whole file works. \
                A client that resumes gets a damaged file."
            }
            Ok(received) => {
                damaged(run, abilities, &whole, &received);
                return Ok(());
            }
            Err(trouble) => {
                broke(run, work, abilities, &trouble);
                return Ok(());
            }
        },
    };
    abilities.resume_download = Ability::fails(&asked);
    if run.lost_step() {
        let reason = "replies came out of step: the refusal may be the answer to another command";
        run.could_not_look("resuming a download", &[RESUME_BROKEN], reason);
        return Ok(());
    }
    let came = match &download {
        Ok(received) => format!("{} bytes", received.len()),
        Err(trouble) => trouble.words(),
    };
    run.found(
        Finding::new(RESUME_BROKEN, detail)
            .evidence("reply", asked)
            .evidence("asked for", format!("{} bytes", whole.len() - FROM))
            .evidence("came", came),
    );
    Ok(())
}

fn is_short(due: &[u8], received: &[u8]) -> bool {
    matches!(
        difference(due, received),
        Some(Difference::Short(_) | Difference::Empty)
    )
}

fn refused(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Refused(refusal) if refusal.reply.is_some() && refusal.passed == 0)
}

fn damaged(run: &mut Run, abilities: &mut Abilities, due: &[u8], received: &[u8]) {
    abilities.download = Ability::fails("what arrives is not what was sent");
    let detail = "A longer file differs from what was uploaded, although the server calls the download complete.";
    run.found(
        Finding::new(TRUNCATED, detail)
            .because(Decision::by_evidence(
                "the received bytes, compared with the sent ones",
            ))
            .evidence("bytes due", due.len())
            .evidence("bytes received", received.len()),
    );
    behind(run);
}

fn broke(run: &mut Run, work: &Workspace, abilities: &mut Abilities, trouble: &Trouble) {
    abilities.download = Ability::fails(trouble.words());
    if let Some(halt) = trouble.halt(work) {
        run.found(halt.unconfirmed("not tried: the download of a small file was answered"));
        return behind(run);
    }
    let Trouble::Refused(refusal) = trouble else {
        return run.could_not_look("longer downloads", &[RESUME_BROKEN], &trouble.words());
    };
    let detail = "A small file arrives, but a longer one breaks off.";
    let mut finding = Finding::new(TRUNCATED, detail)
        .evidence("bytes due", content::LARGE)
        .evidence("bytes received", refusal.passed);
    if let Some(reply) = &refusal.reply {
        finding = finding.evidence("reply", reply);
    }
    if let Some(failure) = &refusal.failure {
        finding = finding.evidence("failure", &failure.detail);
    }
    let test = "the same transfer with another client breaks off, too, or a packet trace on the server shows it";
    run.found(finding.likely(CLOSES_SESSION, test));
    behind(run);
}

fn behind(run: &mut Run) {
    let found = run.found_of(&[TRUNCATED, CLOSES_SESSION, STOPS_ANSWERING]);
    let reason = found.map_or("the download did not start".into(), |code| {
        format!("blocked by {}", code.name)
    });
    run.behind_fault("resuming a download", &[RESUME_BROKEN], &reason);
}

/// Whether the file shows in the listing of its directory (F-S05, F-S11).
pub(crate) fn listed(
    _run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    path: &str,
) -> Result<(), Broken> {
    if !work.session.usable {
        return Ok(());
    }
    abilities.listed = match work.fetch("LIST", LONGEST_LISTING) {
        Ok(listing) if shows(&listing, path) => Ability::Works,
        // Not to the end: it may stand where it was not read.
        Ok(listing) if listing.len() >= LONGEST_LISTING => Ability::Unknown,
        Ok(_) => Ability::fails("an uploaded file does not show in the listing"),
        Err(trouble) => Ability::fails(trouble.words()),
    };
    Ok(())
}

fn shows(listing: &[u8], path: &str) -> bool {
    // Some systems have one case only.
    let path = path.to_ascii_lowercase();
    let listing = listing.to_ascii_lowercase();
    listing
        .windows(path.len())
        .any(|window| window == path.as_bytes())
}
