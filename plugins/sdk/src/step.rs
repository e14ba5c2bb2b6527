//! Whether the dialogue keeps step: a reply that cannot answer the command it came after shows that one before was answered
//! twice. The session is brought back into step, so that nothing that follows is misread; a fresh session then tells which
//! command it was.

mod again;
mod exchanges;

pub(crate) use again::{is_noted, note, report};
pub(crate) use exchanges::{Exchanges, Slip};

use ftp::exchange::{Fit, fit};
use ftp::{Asked, Reply};

use crate::{Code, Control, DialogueError, ready};

/// Replies that run one command behind; declared by the probe that reads the greeting.
pub const OUT_OF_STEP: Code = Code::of_another("service.replies-out-of-step");

/// How long a reply too many may take behind the one before it.
const BEHIND_MS: u32 = 1_000;

/// Whether this reply belongs to another command and the session can go on all the same. At the login and in a transfer
/// a command too many would do harm.
pub(crate) fn can_be_brought_back(asked: &str, reply: &Reply) -> bool {
    let kind = Asked::by(asked);
    let is_harmless = match kind {
        Asked::Greeting
        | Asked::Auth
        | Asked::User
        | Asked::Pass
        | Asked::Account
        | Asked::Host
        | Asked::Again
        | Asked::Prepare
        | Asked::Transfer
        | Asked::Abort
        | Asked::Quit
        | Asked::Other => false,
        Asked::Protection
        | Asked::Features
        | Asked::System
        | Asked::Status
        | Asked::Directory
        | Asked::Make
        | Asked::Change
        | Asked::Plain
        | Asked::FileFact
        | Asked::FileAction
        | Asked::Epsv
        | Asked::Pasv => true,
    };
    is_harmless && fit(kind, reply) == Fit::Impossible
}

/// Whether the first command of a session is answered with one more greeting.
pub(crate) fn follows_the_greeting(asked: &str, before: &[String], reply: &Reply) -> bool {
    const GREETING: u16 = 220;
    let is_first = before.is_empty() && !asked.is_empty();
    is_first && reply.code == GREETING && fit(Asked::by(asked), reply) == Fit::Impossible
}

/// Asks for a `NOOP` and reads until its answer. Gives the reply to the command before it, and whether that was behind.
pub(crate) fn bring_back(
    control: &mut Control,
    odd: Reply,
) -> Result<(Reply, bool), DialogueError> {
    control.send("NOOP")?;
    let mut heard = vec![control.reply()?];
    while heard.len() < 4 && follows(control) {
        heard.push(control.reply()?);
    }
    // The last one is the answer to NOOP, whatever it says. Alone, it shows that the odd one was the answer.
    heard.pop();
    Ok(match heard.into_iter().next_back() {
        Some(answer) => (answer, true),
        None => (odd, false),
    })
}

/// Whether one more reply comes without a question.
fn follows(control: &Control) -> bool {
    control.has_bytes() || !ready(&[control.connection()], BEHIND_MS).is_empty()
}
