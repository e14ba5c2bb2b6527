//! What a probe writes on a control connection, before it leaves: line by line, and only what is in the list of `verbs`.
//!
//! A guest is not trusted to spell. Commands in pieces, several in one write, other line ends, Telnet codes (RFC 854) and
//! lines so long that a server cuts them in two may mean one thing to us and another to some server. So nothing leaves
//! before its line is whole, and what is not spelt as RFC 959 section 5.3 has it never leaves.

use std::borrow::Cow;

use super::client_hello::{self, HANDSHAKE};
use super::forbidden::{Forbidden, LONGEST, shown_bytes};
use super::verbs::{self, Act, Command};
use model::capability::Capability;

/// Telnet's "interpret as command" (RFC 854).
const IAC: u8 = 255;

/// CR and LF, in bytes.
const LINE_END: usize = 2;

/// The words of the settings that a probe may send.
#[derive(Clone, Debug, Default)]
pub struct OwnWords {
    /// The user name; `anonymous` where there is none (RFC 1635).
    pub user: String,
    /// The name of the remote.
    pub host: String,
}

/// Why something is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotSaid {
    /// The probe broke a rule.
    Forbidden(Forbidden),
    /// The user denies the power that it takes.
    Denied(Capability),
}

impl From<Forbidden> for NotSaid {
    fn from(rule: Forbidden) -> NotSaid {
        NotSaid::Forbidden(rule)
    }
}

/// What may come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Line,
    /// The end of a request of HTTP (RFC 9112 section 2.1).
    EmptyLine,
    /// Another protocol was begun: what is said after it could not be read.
    Nothing,
}

/// What was said on one control connection, whoever held it.
#[derive(Clone, Debug, Default)]
pub(super) struct Commands {
    /// The line that has not ended yet, or the handshake.
    line: Vec<u8>,
    next: Next,
    /// Whether a user name was said. One is enough: probes that want another try open another connection, of which they
    /// have few, and it can only be the settings' own.
    named: bool,
}

impl Commands {
    /// What may leave now: whole lines that are in the list and to which `permit` agrees.
    ///
    /// # Errors
    /// The rule that a line breaks, or what `permit` says. Then nothing of these bytes leaves.
    pub(super) fn pass(
        &mut self,
        bytes: &[u8],
        words: &OwnWords,
        mut permit: impl FnMut(&Command<'_>) -> Result<(), NotSaid>,
    ) -> Result<Vec<u8>, NotSaid> {
        let mut said = Commands {
            line: std::mem::take(&mut self.line),
            ..*self
        };
        let mut leaving = Vec::new();
        for byte in bytes {
            if said.take(*byte, words, &mut permit)? {
                leaving.append(&mut said.line);
            }
        }
        *self = said;
        Ok(leaving)
    }

    /// Another probe goes on, or a new dialogue begins: what was not sent never is.
    pub(super) fn forget(&mut self) {
        self.line.clear();
    }

    /// One byte more. Says whether what there is now may leave.
    fn take(
        &mut self,
        byte: u8,
        words: &OwnWords,
        permit: &mut impl FnMut(&Command<'_>) -> Result<(), NotSaid>,
    ) -> Result<bool, NotSaid> {
        if self.next == Next::Nothing {
            return Err(Forbidden::AfterForeign.into());
        }
        self.line.push(byte);
        if self.line[0] == HANDSHAKE {
            if self.next != Next::Line || self.named {
                return Err(Forbidden::ForeignInSession.into());
            }
            let whole = client_hello::is_whole(&self.line, &words.host).map_err(Forbidden::from)?;
            if whole {
                self.next = Next::Nothing;
            }
            return Ok(whole);
        }
        readable(&self.line, byte)?;
        if byte != b'\n' {
            return Ok(false);
        }
        if self.next == Next::EmptyLine && self.line == b"\r\n" {
            self.next = Next::Nothing;
            return Ok(true);
        }
        self.judge(words, permit)?;
        Ok(true)
    }

    /// Judges a whole line.
    fn judge(
        &mut self,
        words: &OwnWords,
        permit: &mut impl FnMut(&Command<'_>) -> Result<(), NotSaid>,
    ) -> Result<(), NotSaid> {
        let unreadable = || Forbidden::Unreadable(shown_bytes(&self.line));
        let line = self.line.strip_suffix(b"\r\n").ok_or_else(unreadable)?;
        let text = text(line);
        if self.next != Next::Line || text.chars().any(ends_a_line) {
            return Err(unreadable().into());
        }
        let command = verbs::read(&text)?;
        // A name of this run is ASCII, and what it stands in has to be sent again to be removed.
        if matches!(command.act, Act::Change(_)) && matches!(text, Cow::Owned(_)) {
            return Err(unreadable().into());
        }
        permit(&command)?;
        match command.act {
            Act::Ask | Act::Change(_) => {}
            Act::Name(user) if user != words.user => return Err(Forbidden::OtherUser.into()),
            Act::Name(_) if self.named => return Err(Forbidden::UserAgain.into()),
            Act::Name(_) => self.named = true,
            Act::Request if self.named => return Err(Forbidden::ForeignInSession.into()),
            Act::Request => self.next = Next::EmptyLine,
        }
        Ok(())
    }
}

/// Whether a line may go on with this byte, its last.
fn readable(line: &[u8], byte: u8) -> Result<(), Forbidden> {
    if byte == IAC {
        return Err(Forbidden::Telnet(shown_bytes(line)));
    }
    if line.len() > LONGEST + LINE_END {
        return Err(Forbidden::TooLong(shown_bytes(line)));
    }
    if byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n') {
        return Err(Forbidden::Unreadable(shown_bytes(line)));
    }
    Ok(())
}

/// UTF-8 (RFC 2640), or what older servers have: each byte a character. What matters is alike in all of these.
fn text(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(line.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// What one library or another takes for the end of a line, beside what has been looked for in the bytes.
fn ends_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
#[path = "commands_tests.rs"]
mod tests;
