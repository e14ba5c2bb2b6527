//! A session that ended, or fell silent, when it was asked for a data port.

use probe_sdk::ftp::Reply;
use probe_sdk::halt::Halt;
use probe_sdk::session::Session;
use probe_sdk::{DialogueError, FailureKind};

/// How it ended, and what was said with it.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) how: How,
    /// The failure, in words.
    pub(crate) detail: String,
    /// The last words. Some servers say them in clear text inside the TLS stream.
    pub(crate) said: Option<Reply>,
    /// The same for the SDK, which has a code for it where the session did not break in a way of its own.
    pub(crate) halt: Option<Halt>,
}

/// The manner of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// No answer came.
    Silence,
    /// The answer came so many milliseconds after the question: later than the settings wait.
    Late { after_ms: u32 },
    /// The server closed the connection.
    Closed,
    /// The connection was reset, or broke in another way.
    Broken,
    /// Something came that is no reply.
    Unreadable,
}

impl Ending {
    /// None where it was our own side that failed.
    pub(crate) fn of(error: &DialogueError, session: &Session) -> Option<Ending> {
        let how = match error.kind() {
            None => How::Unreadable,
            Some(FailureKind::TimedOut) => How::Silence,
            Some(FailureKind::Closed | FailureKind::Truncated) => How::Closed,
            Some(FailureKind::Reset | FailureKind::NotTls | FailureKind::TlsAlert(_)) => {
                How::Broken
            }
            Some(_) => return None,
        };
        let said = (error.kind() == Some(FailureKind::NotTls))
            .then(|| session.control.said_in_clear())
            .flatten();
        Some(Ending {
            how,
            detail: error.to_string(),
            said,
            halt: Halt::of(&session.control, error),
        })
    }

    /// The same silence, listened to for so many milliseconds.
    pub(crate) fn lasting(&self, ms: u32) -> Ending {
        Ending {
            detail: format!("nothing came within {:.1} s", f64::from(ms) / 1000.0),
            halt: self.halt.clone().map(|halt| Halt {
                waited_ms: ms,
                ..halt
            }),
            ..self.clone()
        }
    }

    /// The silence ended in an answer after so many milliseconds, in a session that goes on.
    pub(crate) fn answered_after(&self, after_ms: u32) -> Ending {
        Ending {
            how: How::Late { after_ms },
            detail: format!("after {:.1} s", f64::from(after_ms) / 1000.0),
            said: None,
            halt: None,
        }
    }

    /// The same silence in answer to another command, in a session beside.
    pub(crate) fn of_another(&self, command: &str, ms: u32) -> Ending {
        let lasting = self.lasting(ms);
        Ending {
            halt: lasting.halt.map(|halt| Halt {
                command: command.into(),
                ..halt
            }),
            ..lasting
        }
    }

    /// After how many milliseconds the answer came, where that was too late.
    pub(crate) fn late_ms(&self) -> Option<u32> {
        match self.how {
            How::Late { after_ms } => Some(after_ms),
            How::Silence | How::Closed | How::Broken | How::Unreadable => None,
        }
    }

    /// In words that fit after the name of a command.
    pub(crate) fn words(&self) -> String {
        let how = match self.how {
            How::Silence => "is never answered",
            How::Late { .. } => "is answered later than the time-out in the settings",
            How::Closed => "ends the session: the server closes the connection",
            How::Broken => "ends the session",
            How::Unreadable => "is answered with what is no reply",
        };
        match &self.said {
            Some(reply) => format!("{how}, with {reply}"),
            None => format!("{how} ({})", self.detail),
        }
    }
}
