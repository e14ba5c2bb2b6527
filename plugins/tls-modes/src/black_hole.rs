//! A handshake that gets no answer: a server that hangs, or a path on which large packets vanish (F-N11). The server's
//! certificates are the first thing on a connection that needs a full packet, so this is where such a path shows.

use probe_sdk::{Decision, FailureKind, Finding, Run, elapsed_us, pause, since_ms};

use crate::failed::Failed;
use crate::place::{AT_ONCE_MS, HANDSHAKE_MS};
use crate::secured::{Mode, NotAgain, Secured};
use crate::{HANDSHAKE_FAILED, MTU_BLACK_HOLE, Place};

/// What every path carries: 576 bytes with the headers of IP and TCP (RFC 9293 section 3.7.1).
const SMALL_SEGMENT: u16 = 536;
/// How long the counter-test waits for a reply. On a path that carries small segments the answer comes in round trips.
const PATIENCE_MS: u32 = 22_000;
/// A server that serves one at a time needs a moment to notice that the first one is gone.
const BREATH_MS: u32 = 1_000;
/// The same for the proof, at least, and in times of what the counter-test took.
const PROOF_MS: u32 = 5_000;
const TIMES: u32 = 2;

/// Tries again with small segments, while the first handshake goes on. If that works, it is proved with ordinary ones, reported,
/// and gone on with; if it does not, nothing is reported. Where the first one ends meanwhile, it was only slow.
pub(crate) fn look(
    run: &mut Run,
    place: &Place,
    mode: Mode,
    failed: &mut Failed,
) -> Option<Secured> {
    let small = Place {
        max_segment: Some(SMALL_SEGMENT),
        ..place.within(PATIENCE_MS)
    };
    let began_us = elapsed_us();
    let mut again = Secured::again(&small, mode);
    let late = failed.late(run, place, mode, AT_ONCE_MS);
    if late.is_some() {
        return late;
    }
    if matches!(again, Err(NotAgain::Before(_))) {
        // It may be our own idle connection that is in the way.
        let late = failed.late(run, place, mode, HANDSHAKE_MS);
        if late.is_some() {
            return late;
        }
        if failed.give_up() {
            pause(BREATH_MS);
            again = Secured::again(&small, mode);
        }
    }
    let secured = again.ok()?;
    failed.give_up();
    let took_ms = since_ms(began_us);
    let proof_ms = took_ms.saturating_mul(TIMES).max(PROOF_MS);
    let finding = match Secured::again(&place.within(proof_ms), mode) {
        Err(NotAgain::Handshake(failure)) if failure.kind == FailureKind::TimedOut => {
            black_hole(failed, &secured)
                .because(Decision::by_counter_test(
                    "small segments, then ordinary ones again",
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
        "The handshake gets no answer, but completes at once when the connection is limited to segments of \
        {SMALL_SEGMENT} bytes. Large packets are lost on the network path, and the message that would make the \
        sender use smaller ones is missing."
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
