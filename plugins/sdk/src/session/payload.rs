//! What one transfer is asked to move, and what came of it.

use ftp::Reply;
use ftp::phase::transfer::TransferAnswer;

use crate::{Failure, FailureKind, TlsSession, version_name};

/// What goes over the data connection.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// At most so many bytes are taken; a longer one is left to itself.
    Receive {
        /// In bytes.
        most: usize,
    },
    /// These bytes are sent.
    Send(&'a [u8]),
}

/// A transfer that the server called complete.
#[derive(Clone, Debug)]
pub struct Transferred {
    /// What was received.
    pub bytes: Vec<u8>,
    /// The TLS of the data connection, if it had one.
    pub session: Option<TlsSession>,
    /// Whether 150 or 125 was there before the end of the TLS handshake of the data connection; none where both came at once,
    /// and without TLS.
    pub said_first: Option<bool>,
    /// Whether the end of the data was marked as TLS has it (RFC 8446 section 6.1).
    pub closed_properly: bool,
    /// What ended the data connection, where that was not in order.
    pub ended_by: Option<FailureKind>,
    /// The reply that ended it.
    pub reply: Reply,
}

impl Transferred {
    /// How the data connection was secured, in words.
    #[must_use]
    pub fn security(&self) -> String {
        let Some(session) = &self.session else {
            return "clear text".into();
        };
        let version = version_name(session.version);
        let how = if session.resumed {
            "session resumed"
        } else {
            "full handshake"
        };
        format!("{version}, {how}")
    }

    /// Whether the data connection resumed the session of the control connection.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.resumed)
    }
}

/// Why a transfer came to nothing, with everything that was seen.
#[derive(Debug)]
pub struct Refusal {
    /// What it means.
    pub answer: Answer,
    /// The server's reply, if there was one.
    pub reply: Option<Reply>,
    /// The handshake of the data connection, if there was one.
    pub session: Option<TlsSession>,
    /// How the data connection failed, if it did.
    pub failure: Option<Failure>,
    /// Whether 150 or 125 came.
    pub started: bool,
    /// Bytes that passed, either way.
    pub passed: usize,
    /// Whether the data connection had come to its end, so that only the last reply was missing.
    pub data_ended: bool,
}

/// What a transfer that came to nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The server's reply, judged with its phase.
    Reply(TransferAnswer),
    /// The handshake of the data connection failed or never ended, and no reply said why.
    Handshake,
    /// Neither side of the session said anything more.
    Silence,
    /// The control connection failed.
    ControlLost,
}
