//! Replies that stray from RFC 959 section 4.2 in a way that clients trip over. The dialogue reads on, so that one such
//! reply does not hide everything behind it; what was odd becomes a finding when the probe ends, if that is its to report.

use std::cell::RefCell;
use std::fmt;

use ftp::{Deviation, Reply, ReplyError};

use crate::{Code, Finding};

/// Replies that break the rules of FTP. It is declared by the probe that reads the greeting; a built-in probe that names it
/// in `also_reports` finds it without doing anything for it.
pub const MALFORMED_REPLY: Code = Code::of_another("service.malformed-reply");

/// More of the same says nothing new.
const KEPT: usize = 5;

thread_local! {
    /// An instance of a probe is one run of it, so this is what one run saw.
    static SEEN: RefCell<Vec<(Odd, String)>> = const { RefCell::new(Vec::new()) };
}

/// What is odd about a reply.
#[derive(Clone, PartialEq, Eq)]
enum Odd {
    Deviation(Deviation),
    /// What came in answer to this command is no reply at all.
    NoReply(String),
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Odd::Deviation(deviation) => write!(f, "{deviation}"),
            Odd::NoReply(command) => write!(f, "the answer to {command} is not a valid reply"),
        }
    }
}

/// Keeps that something came in answer to a command that is no reply. Before the first command, what answers may be another
/// service.
pub(crate) fn note_unreadable(command: &str, error: &ReplyError) {
    if command.is_empty() {
        return;
    }
    keep(Odd::NoReply(command.into()), error.to_string());
}

fn keep(odd: Odd, text: String) {
    SEEN.with_borrow_mut(|seen| {
        if seen.len() < KEPT && !seen.iter().any(|(known, _)| *known == odd) {
            seen.push((odd, text));
        }
    });
}

/// Keeps what is odd about a reply, once for each kind.
pub(crate) fn note(reply: &Reply) {
    for deviation in reply.deviations.iter().copied().filter(trips_clients) {
        keep(Odd::Deviation(deviation), reply.to_string());
    }
}

/// What was odd in this run.
pub(crate) fn finding() -> Option<Finding> {
    let seen = SEEN.take();
    let (first, _) = seen.first()?;
    let detail = format!(
        "The server's replies break the rules of FTP: {first}. This program tolerates it; other clients stop, \
        wait for more or mistake one reply for another."
    );
    let finding = Finding::new(MALFORMED_REPLY, detail);
    Some(seen.iter().fold(finding, |finding, (odd, reply)| {
        finding.evidence(&odd.to_string(), reply)
    }))
}

/// Text in another character set, control characters, a missing text or a long banner are untidy, and clients read them.
fn trips_clients(deviation: &Deviation) -> bool {
    match deviation {
        Deviation::BareLineFeed
        | Deviation::BareCarriageReturn
        | Deviation::MissingSpace
        | Deviation::BlankBeforeCode
        | Deviation::EndWithoutSpace
        | Deviation::EndWithOtherCode(_)
        | Deviation::Unfinished
        | Deviation::CodeOutOfRange
        | Deviation::CodeOfOtherLength
        | Deviation::LongLine
        | Deviation::StrayLine => true,
        Deviation::MissingText
        | Deviation::Unterminated
        | Deviation::NotUtf8
        | Deviation::InEncoding(_)
        | Deviation::ControlCharacter
        | Deviation::TelnetCommand
        | Deviation::ManyLines
        | Deviation::EmptyLine => false,
    }
}
