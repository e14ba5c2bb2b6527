//! A handshake that gets no answer: a server that hangs, or a path on which large packets vanish (F-N11). The server's
//! certificates are the first thing on a connection that needs a full packet, so this is where such a path shows.

use probe_sdk::{Decision, FailureKind, Finding, Run};

use crate::failed::Failed;
use crate::secured::{Mode, NotAgain, Secured};
use crate::{HANDSHAKE_FAILED, MTU_BLACK_HOLE, Place};

/// What every path carries: 576 bytes with the headers of IP and TCP (RFC 9293 section 3.7.1).
const SMALL_SEGMENT: u16 = 536;
/// How long the counter-tests wait; on a path that carries small segments the answer comes in round trips.
const PATIENCE_MS: u32 = 10_000;
const PROOF_MS: u32 = 5_000;

/// Tries again with small segments. If that works, it is proved with ordinary ones, reported, and gone on with; if it
/// does not, nothing is reported.
pub(crate) fn look(run: &mut Run, place: &Place, mode: Mode, failed: &Failed) -> Option<Secured> {
    let small = Place {
        max_segment: Some(SMALL_SEGMENT),
        ..place.within(PATIENCE_MS)
    };
    let secured = Secured::again(&small, mode).ok()?;
    let finding = match Secured::again(&place.within(PROOF_MS), mode) {
        Err(NotAgain::Handshake(failure)) if failure.kind == FailureKind::TimedOut => {
            black_hole(failed, &secured)
                .because(Decision::by_counter_test(
                    "small segments, and then ordinary ones again",
                    "they complete; no answer",
                ))
                .evidence("ordinary segments again", failure.detail)
        }
        Ok(again) => failed.finding().evidence("a second time", again.security()),
        Err(NotAgain::Handshake(failure)) => unproved(failed, &secured, &failure.detail),
        Err(NotAgain::Before(why)) => unproved(failed, &secured, &why),
        Err(NotAgain::Same) => black_hole(failed, &secured).because(Decision::by_counter_test(
            "small segments",
            "the handshake completes",
        )),
    };
    run.found(finding);
    Some(secured)
}

fn black_hole(failed: &Failed, secured: &Secured) -> Finding {
    let detail = format!(
        "The handshake gets no answer, and completes at once when the connection is limited to segments of \
         {SMALL_SEGMENT} bytes: small packets pass and large ones vanish on the way, without the message that would make \
         the sender use smaller ones."
    );
    failed.explained_by(MTU_BLACK_HOLE, detail).evidence(
        &format!("segments of {SMALL_SEGMENT} bytes"),
        secured.security(),
    )
}

fn unproved(failed: &Failed, secured: &Secured, why: &str) -> Finding {
    black_hole(failed, secured)
        .evidence("ordinary segments again", why)
        .likely(
            HANDSHAKE_FAILED,
            "a second handshake with ordinary segments completes",
        )
}
