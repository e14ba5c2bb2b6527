//! One command and what came of it, before anybody asks what it means for a fault.
//!
//! Every reply, silence and cut is first classed here, by the command it came after. The classes are a closed list: what
//! has none is [`Class::Unclassified`], so that nothing is given the meaning of the nearest one.

mod asked;
mod fit;

pub use asked::Asked;
pub use fit::{Fit, fit};

use std::fmt;

use crate::reply::{Class as Digit, Reply};

/// What a reply is to the command it came after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// 1yz to a transfer, or 120 as a greeting: another reply follows.
    Begun,
    /// 2yz: done.
    Done,
    /// 3yz: the next command of the sequence is awaited.
    Continue,
    /// 421, or 221 to anything but `QUIT`: the session ends with it (RFC 959 section 5.4).
    Goodbye,
    /// 4yz: refused for now.
    RefusedForNow,
    /// 500, 501, 502, 504: the command, or its argument, is not known or not implemented.
    NotUnderstood,
    /// 503: another command is wanted before.
    WrongOrder,
    /// 530 to anything but `USER` and `PASS`: nobody is logged in, says the server.
    NotLoggedIn,
    /// Any other 5yz.
    Refused,
    /// A reply that cannot answer the command: it belongs to another one.
    OutOfStep,
    /// A code that no document gives a meaning here.
    Unclassified,
}

/// Classes a reply by the command it came after.
#[must_use]
pub fn classify(asked: Asked, reply: &Reply) -> Class {
    match (fit(asked, reply), reply.class()) {
        (Fit::Impossible, _) => Class::OutOfStep,
        (Fit::Possible, Digit::Preliminary) => match asked {
            Asked::Transfer | Asked::Greeting => Class::Begun,
            _ => Class::Unclassified,
        },
        (Fit::Possible, Digit::Completion) => match (reply.code, asked) {
            (221, Asked::Quit) => Class::Done,
            (221, _) => Class::Goodbye,
            _ => Class::Done,
        },
        (Fit::Possible, Digit::Intermediate) => Class::Continue,
        (Fit::Possible, Digit::TransientNegative) => match reply.code {
            421 => Class::Goodbye,
            _ => Class::RefusedForNow,
        },
        (Fit::Possible, Digit::PermanentNegative) => match (reply.code, asked) {
            (500..=502 | 504, _) => Class::NotUnderstood,
            (503, _) => Class::WrongOrder,
            (530, Asked::User | Asked::Pass | Asked::Greeting) => Class::Refused,
            (530, _) => Class::NotLoggedIn,
            _ => Class::Refused,
        },
        (Fit::Possible, Digit::Unknown) => Class::Unclassified,
    }
}

/// How a command was left without the reply it should have had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manner {
    /// Nothing came in all the time a reply has.
    Silence,
    /// The connection was closed in order: FIN, and close_notify where there is TLS.
    Closed,
    /// The connection was reset: RST.
    Reset,
    /// TLS was cut off without close_notify (RFC 8446 section 6.1).
    CutShort,
    /// The server said goodbye in place of an answer, or after it.
    Goodbye,
}

impl Manner {
    /// Whether the connection is gone.
    #[must_use]
    pub fn ends_session(self) -> bool {
        match self {
            Manner::Silence => false,
            Manner::Closed | Manner::Reset | Manner::CutShort | Manner::Goodbye => true,
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Manner::Silence => "silence",
            Manner::Closed => "closed (FIN)",
            Manner::Reset => "reset (RST)",
            Manner::CutShort => "closed without close_notify",
            Manner::Goodbye => "closed with a goodbye",
        })
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
