//! Downloads of the large file, from its middle on, and whether it shows in the listing.

use probe_sdk::halt::CLOSES_SESSION;
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
                "The server agrees to go on with a download in the middle, and then sends the file from its beginning: a \
                 client that resumes gets a damaged file."
            }
            false => {
                "The server does not go on with a download in the middle: what breaks off begins anew."
            }
        },
        // Cut short is cut short, wherever it began.
        Ok(received) if !accepted || is_short(&whole[FROM..], received) => {
            damaged(run, abilities, &whole, received);
            return Ok(());
        }
        Err(trouble) if !accepted || !refused(trouble) => {
            broke(run, abilities, trouble);
            return Ok(());
        }
        // What came is something else, or nothing: from the beginning it may be another matter.
        Ok(_) | Err(_) => match work.fetch(&retrieve, MOST) {
            Ok(received) if difference(&whole, &received).is_none() => {
                "A download that goes on in the middle fails or gives other bytes, while the whole file comes through: a \
                 client that resumes gets a damaged file."
            }
            Ok(received) => {
                damaged(run, abilities, &whole, &received);
                return Ok(());
            }
            Err(trouble) => {
                broke(run, abilities, &trouble);
                return Ok(());
            }
        },
    };
    abilities.resume_download = Ability::fails(&asked);
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
    let detail = "A longer file does not come back as it was sent, and the server calls the download complete.";
    run.found(
        Finding::new(TRUNCATED, detail)
            .because(Decision::by_evidence(
                "the bytes that came, beside those that were sent",
            ))
            .evidence("bytes due", due.len())
            .evidence("bytes received", received.len()),
    );
    behind(run);
}

fn broke(run: &mut Run, abilities: &mut Abilities, trouble: &Trouble) {
    abilities.download = Ability::fails(trouble.words());
    let Trouble::Refused(refusal) = trouble else {
        return run.could_not_look("longer downloads", &[RESUME_BROKEN], &trouble.words());
    };
    let detail = "A small file comes through, and a longer one breaks off.";
    let mut finding = Finding::new(TRUNCATED, detail)
        .evidence("bytes due", content::LARGE)
        .evidence("bytes received", refusal.passed);
    if let Some(reply) = &refusal.reply {
        finding = finding.evidence("reply", reply);
    }
    if let Some(failure) = &refusal.failure {
        finding = finding.evidence("failure", &failure.detail);
    }
    let test =
        "the same transfer by another client, or a packet trace on the server, breaks off, too";
    run.found(finding.likely(CLOSES_SESSION, test));
    behind(run);
}

fn behind(run: &mut Run) {
    let reason = "data.truncated stands in the way";
    run.behind_fault("resuming a download", &[RESUME_BROKEN], reason);
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
