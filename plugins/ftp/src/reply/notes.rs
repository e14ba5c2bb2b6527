//! What is odd about a line or about the end of a reply.

use super::head::{Head, Separator};
use super::line::{Ending, Line};
use super::reader::LONG_LINE;
use super::{Deviation, Reply};

/// Notes how a line ends and how long it is.
pub(super) fn note_form(line: Line, deviations: &mut Vec<Deviation>) {
    match line.ending {
        Ending::CrLf => {}
        Ending::Lf => Deviation::BareLineFeed.note(deviations),
        Ending::Cr => Deviation::BareCarriageReturn.note(deviations),
        Ending::Silence => Deviation::Unterminated.note(deviations),
    }
    if line.length > LONG_LINE {
        Deviation::LongLine.note(deviations);
    }
}

/// Notes what is odd about the code of a first line.
pub(super) fn note_head(head: &Head<'_>, deviations: &mut Vec<Deviation>) {
    if head.indented {
        Deviation::BlankBeforeCode.note(deviations);
    }
    if !head.in_range() {
        Deviation::CodeOutOfRange.note(deviations);
    }
    match head.separator {
        Separator::Space | Separator::Hyphen => {}
        Separator::Nothing => Deviation::MissingText.note(deviations),
        Separator::Missing => Deviation::MissingSpace.note(deviations),
    }
}

/// Ends a multi-line reply that fell silent, by the line that was probably meant as its last.
pub(super) fn close(mut reply: Reply) -> Reply {
    let last = reply.lines.len() - 1;
    let meant = Head::parse(&reply.lines[last]).filter(|head| {
        last > 0 && !head.indented && head.in_range() && head.separator != Separator::Hyphen
    });
    let Some(head) = meant else {
        Deviation::Unfinished.note(&mut reply.deviations);
        return reply;
    };
    let deviation = if head.code == reply.code {
        Deviation::EndWithoutSpace
    } else {
        Deviation::EndWithOtherCode(head.code)
    };
    let text = head.text.to_owned();
    deviation.note(&mut reply.deviations);
    reply.lines[last] = text;
    reply
}
