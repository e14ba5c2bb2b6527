//! A handshake that gets no answer at all: swallowed on the way, or a server that hangs. A small ClientHello and a word in
//! clear text on fresh connections tell what can be told from here.

use probe_sdk::{Finding, Run};

use crate::failed::Failed;
use crate::raw::{self, Answer, Offer};
use crate::secured::Mode;
use crate::{HANDSHAKE_FAILED, Place, STALLS, altered, greeting};

/// An answer comes within a round trip.
const PATIENCE_MS: u32 = 3_000;

/// The finding for a handshake that nothing answered, in small packets either.
pub(crate) fn finding(run: &Run, place: &Place, mode: Mode, failed: &Failed) -> Finding {
    let brief = place.within(PATIENCE_MS);
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
            "a handshake from a place behind the firewalls: if it completes there, it is swallowed on the way",
        );
    };
    let detail = "TLS was accepted, and not one byte answered the handshake, neither a large ClientHello nor a small one, \
                  while the same port goes on in clear text.";
    failed
        .explained_by(STALLS, detail)
        .evidence("in clear text", reply)
        .likely(
            HANDSHAKE_FAILED,
            "a handshake from a place behind the firewalls: if it stalls there, too, the server hangs at it",
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
