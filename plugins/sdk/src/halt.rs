//! A session that stops answering or ends where an answer was due: which command, in which phase, and how; and whether a
//! fresh session shows the same. Nothing here costs anything while a server answers.

mod again;
mod finding;
mod noted;

pub use again::{Again, FreshSession, ask_again};
pub use finding::too_late;
pub(crate) use noted::{note, report};

use ftp::{Asked, Manner, Reply};

use crate::session::{Answer, Refusal};
use crate::{Code, Control, DialogueError, Failure, FailureKind, Operation};

/// No reply to a command; declared by the probe that reads the greeting.
pub const STOPS_ANSWERING: Code = Code::of_another("service.stops-answering");
/// The connection ends in place of a reply; declared there, too.
pub const CLOSES_SESSION: Code = Code::of_another("service.closes-session");

/// A command that was left without its reply.
#[derive(Clone, Debug)]
pub struct Halt {
    /// The command, without secrets; empty where the greeting was awaited.
    pub command: String,
    /// The commands before it, since the session was taken over.
    pub before: Vec<String>,
    /// How it was left.
    pub manner: Manner,
    /// What was waited for it, in milliseconds.
    pub waited_ms: u32,
    /// What the answer may take in all, in milliseconds.
    pub full_ms: u32,
    /// Whether TLS stood on the connection.
    pub is_secured: bool,
    /// Bytes that came and make no reply, or the goodbye.
    pub last_words: String,
}

impl Halt {
    /// What the command asks.
    #[must_use]
    pub fn asked(&self) -> Asked {
        if self.command.is_empty() {
            Asked::Greeting
        } else {
            Asked::by(&self.command)
        }
    }

    /// What stood in the way of a reply, if it was silence or the end of the connection; anything else, such as an alert or
    /// bytes that are no reply, has a meaning of its own. Whoever asks judges it: it is not reported by itself any more.
    #[must_use]
    pub fn of(control: &Control, error: &DialogueError) -> Option<Halt> {
        noted::forget();
        Halt::seen(control, error)
    }

    /// The same, and nobody judges it yet.
    pub(crate) fn seen(control: &Control, error: &DialogueError) -> Option<Halt> {
        let DialogueError::Failure(failure) = error else {
            return None;
        };
        Some(Halt::at_last_command(control, manner(failure)?))
    }

    /// The same for a transfer that was left without its first reply (1yz, RFC 959 section 5.4), while its data connection
    /// stood. What comes after that reply is about the data.
    #[must_use]
    pub fn of_transfer(control: &Control, refusal: &Refusal) -> Option<Halt> {
        if refusal.started || refusal.reply.is_some() {
            return None;
        }
        let manner = match (&refusal.answer, &refusal.failure) {
            (Answer::ControlLost, Some(failure)) => manner(failure)?,
            (Answer::Silence | Answer::Handshake, None) => Manner::Silence,
            (Answer::Silence | Answer::Handshake, Some(failure)) => {
                manner(failure).filter(|it| *it == Manner::Silence)?
            }
            // Bytes that are no reply, or a reply.
            (Answer::ControlLost, None) | (Answer::Reply(_), _) => return None,
        };
        Some(Halt {
            waited_ms: control.reply_ms(),
            full_ms: control.reply_ms(),
            ..Halt::at_last_command(control, manner)
        })
    }

    fn at_last_command(control: &Control, manner: Manner) -> Halt {
        Halt {
            command: control.asked().to_string(),
            before: control.asked_before().to_vec(),
            manner,
            waited_ms: control.waited_ms(),
            full_ms: control.full_ms(),
            is_secured: control.is_secured(),
            last_words: String::from_utf8_lossy(control.partial())
                .trim()
                .to_string(),
        }
    }

    /// A goodbye in place of an answer.
    #[must_use]
    pub fn farewell(control: &Control, reply: &Reply) -> Halt {
        Halt {
            command: control.asked().to_string(),
            before: control.asked_before().to_vec(),
            manner: Manner::Goodbye,
            waited_ms: 0,
            full_ms: 0,
            is_secured: control.is_secured(),
            last_words: reply.to_string(),
        }
    }

    /// The code of it.
    #[must_use]
    pub fn code(&self) -> Code {
        if self.manner.ends_session() {
            CLOSES_SESSION
        } else {
            STOPS_ANSWERING
        }
    }

    /// The command, or what was awaited in its place.
    #[must_use]
    pub fn at(&self) -> &str {
        if self.command.is_empty() {
            "the greeting"
        } else {
            &self.command
        }
    }
}

/// Silence, or the end of a connection; anything else has a meaning of its own.
fn manner(failure: &Failure) -> Option<Manner> {
    match (failure.operation, failure.kind) {
        (Operation::Read, FailureKind::TimedOut) => Some(Manner::Silence),
        (Operation::Read | Operation::Write, FailureKind::Closed) => Some(Manner::Closed),
        (Operation::Read | Operation::Write, FailureKind::Reset) => Some(Manner::Reset),
        (Operation::Read, FailureKind::Truncated) => Some(Manner::CutShort),
        _ => None,
    }
}
