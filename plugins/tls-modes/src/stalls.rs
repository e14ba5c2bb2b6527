//! A handshake that gets no answer at all: swallowed on the way, or a server that hangs. A small ClientHello and a word in
//! clear text on fresh connections tell what can be told from here.

use probe_sdk::{Finding, Run};

use crate::failed::Failed;
use crate::place::{AT_ONCE_MS, HANDSHAKE_MS};
use crate::raw::{self, Answer, Offer};
use crate::secured::{Mode, Secured};
use crate::{HANDSHAKE_FAILED, Place, STALLS, altered, greeting};

/// An answer comes within a round trip.
const PATIENCE_MS: u32 = 2_500;

/// Reports a handshake that nothing answered, in small packets either; gives its session where it ends meanwhile.
pub(crate) fn look(
    run: &mut Run,
    place: &Place,
    mode: Mode,
    failed: &mut Failed,
) -> Option<Secured> {
    // Slow is not dead: whatever the settings wait, it has what a handshake may take.
    let left_ms = match place.waits_no_longer {
        true => 0,
        false => HANDSHAKE_MS.saturating_sub(failed.pending_ms().unwrap_or(HANDSHAKE_MS)),
    };
    let late = failed.late(run, place, mode, left_ms);
    if late.is_some() {
        return late;
    }
    let finding = finding(run, place, mode, failed);
    let late = failed.late(run, place, mode, AT_ONCE_MS);
    if late.is_none() {
        run.found(finding);
    }
    late
}

fn finding(run: &Run, place: &Place, mode: Mode, failed: &Failed) -> Finding {
    let brief = place.within(place.aside_ms(PATIENCE_MS));
    // Something came, and not enough to go on: bytes may be missing.
    if raw::bytes(&brief, mode, Offer::Everything).is_some_and(|bytes| !bytes.is_empty())
        && let Some(finding) = altered::look(&brief, mode, failed)
    {
        return finding;
    }
    match raw::ask(&brief.nameless(), mode, Offer::Bare) {
        Answer::Chosen(hello, _) => {
            return failed
                .finding()
                .evidence("answer to a small ClientHello", hello);
        }
        Answer::Refused(words) => {
            return failed
                .finding()
                .evidence("answer to a small ClientHello", words);
        }
        Answer::Unclear(_) => {}
        Answer::NotMade(why) => return failed.finding().evidence("a second handshake", why),
    }
    let Some(reply) = in_clear(run, &brief, mode) else {
        return failed.finding().likely(
            STALLS,
            "run a handshake from behind the firewalls: if it completes there, a device on the network path drops \
            it",
        );
    };
    let detail = "The server accepted TLS, but did not answer the handshake with a single byte, neither a large \
    ClientHello nor a small one. The same port still works in clear text.";
    failed
        .explained_by(STALLS, detail)
        .evidence("in clear text", reply)
        .likely(
            HANDSHAKE_FAILED,
            "run a handshake from behind the firewalls: if it stalls there, too, the server itself hangs",
        )
}

/// What the server says to a user name in clear text, where it has greeted in clear text.
fn in_clear(run: &Run, place: &Place, mode: Mode) -> Option<String> {
    if mode == Mode::Implicit {
        return None;
    }
    let (mut control, _) = greeting::again(place).ok()?;
    let user = run.remote().user.as_deref().unwrap_or("anonymous");
    let reply = control.command(&format!("USER {user}")).ok()?;
    control.quit();
    Some(reply.to_string())
}
